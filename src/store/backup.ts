import { sql } from 'kysely'
import { existsSync, realpathSync, renameSync } from 'node:fs'
import { compareCounts, countRows, finishFile, removeDatabase } from './backup-file.ts'
import type { Db } from './engine.ts'
import { StoreError } from './errors.ts'
import { insertMany } from './insert.ts'
import { openStore, type Store } from './store.ts'
import { tableNames, type Tables } from './tables.ts'

/**
 * A backup is one SQLite file, whatever the engine: a restore into the other engine is how one moves. It is consistent
 * while the hub runs, and it takes its name only when it is whole.
 */
export async function backup(store: Store, target: string): Promise<void> {
  await refuseItself(store, target)
  const part = `${target}.part`
  removeDatabase(part)
  try {
    if (store.engine === 'sqlite') await sql`vacuum into ${part}`.execute(store.db)
    else await dump(store, part)
    finishFile(part)
    renameSync(part, target)
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(
      `the backup to ${target} failed (${error instanceof Error ? error.message : String(error)}): check the place and its free space`,
      { cause: error },
    )
  } finally {
    removeDatabase(part)
  }
}

async function refuseItself(store: Store, target: string): Promise<void> {
  if (store.engine !== 'sqlite' || !existsSync(target)) return
  const { rows } = await sql<{ file: string }>`pragma database_list`.execute(store.db)
  const [own] = rows
  if (own?.file && realpathSync(own.file) === realpathSync(target))
    throw new StoreError(`${target} is the database itself: name another file`)
}

/** PostgreSQL into a fresh SQLite file, out of one snapshot. */
async function dump(store: Store, part: string): Promise<void> {
  const target = await openStore({ kind: 'sqlite', file: part })
  try {
    const snapshot = store.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
    await snapshot.execute(async (tx) => {
      for (const table of tableNames) {
        const batches = fetchBatches(tx, table)
        await target.transaction(async (to) => {
          for await (const rows of batches) await insertMany(to, table, rows)
        })
        compareCounts(table, await countRows(tx, table), await countRows(target.db, table))
      }
    })
  } finally {
    await target.close()
  }
}

async function* fetchBatches<T extends keyof Tables>(tx: Db, table: T): AsyncGenerator<Tables[T][]> {
  await sql`declare batches cursor for select * from ${sql.table(table)}`.execute(tx)
  while (true) {
    const { rows } = await sql<Tables[T]>`fetch ${sql.lit(1000)} from batches`.execute(tx)
    if (rows.length === 0) break
    yield rows
  }
  await sql`close batches`.execute(tx)
}
