import Database from 'better-sqlite3'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkFile, compareCounts, countRows } from './backup-file.ts'
import type { Db } from './engine.ts'
import { StoreError } from './errors.ts'
import { insertMany } from './insert.ts'
import { openStore, type StoreOptions } from './store.ts'
import { tableNames, type Tables } from './tables.ts'

/** Replaces what a database holds with a backup, in one transaction: it takes all of it or changes nothing. */
export async function restore(file: string, options: StoreOptions, { force = false } = {}): Promise<void> {
  if (!existsSync(file)) throw new StoreError(`the backup ${file} does not exist`)
  const directory = mkdtempSync(join(tmpdir(), 'watchfloor-restore-'))
  try {
    const copy = join(directory, 'copy.db')
    copyFileSync(file, copy)
    checkFile(copy, file)
    await (await openStore({ kind: 'sqlite', file: copy })).close() // brings an older backup up, refuses a newer one
    const source = new Database(copy, { readonly: true })
    const store = await openStore(options)
    try {
      await store.transaction((tx) => replace(tx, source, force))
    } finally {
      await store.close()
      source.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function replace(tx: Db, source: Database.Database, force: boolean): Promise<void> {
  for (const table of tableNames) {
    const held = await countRows(tx, table)
    // Leases are held by whoever has just looked; everything else is somebody's data.
    if (held > 0 && table !== 'leases' && !force) {
      throw new StoreError(
        `the database already holds data (${held} rows in ${table}): restore into an empty one, or force it and lose that`,
      )
    }
    if (held > 0) await tx.deleteFrom(table).execute()
    for (const rows of readBatches(source, table)) await insertMany(tx, table, rows)
    const expected = source.prepare<[], number>(`select count(*) from "${table}"`).pluck().get() ?? 0
    compareCounts(table, expected, await countRows(tx, table))
  }
}

const batchSize = 1000

function* readBatches<T extends keyof Tables>(source: Database.Database, table: T): Generator<Tables[T][]> {
  const rows = source.prepare<[], Tables[T]>(`select * from "${table}"`).iterate()
  let batch: Tables[T][] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  yield batch
}
