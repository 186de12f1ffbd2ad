import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { chmodSync, closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import type { Db } from './engine.ts'
import { StoreError } from './errors.ts'
import { reason } from './sqlite-file.ts'
import type { Tables } from './tables.ts'

/** A file that is whole, can be moved alone, and is for this user only. */
export function finishFile(file: string): void {
  const database = new Database(file)
  database.pragma('journal_mode = delete')
  database.close()
  checkFile(file, file)
  chmodSync(file, 0o600)
  const handle = openSync(file, 'r+')
  fsyncSync(handle)
  closeSync(handle)
}

/** Refuses a file that is damaged, or is no backup; `name` is what the user calls it. */
export function checkFile(file: string, name: string): void {
  let database: Database.Database | undefined
  try {
    database = new Database(file)
    if (database.pragma('integrity_check', { simple: true }) !== 'ok')
      throw new StoreError(`${name}: the backup is damaged: use another one`)
    const version = database.prepare(`select 1 from sqlite_master where name = 'kysely_migration'`).get()
    if (!version)
      throw new StoreError(`${name} is a database, but no backup of Watchfloor: name another file`)
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(`${name}: ${reason(error)}`, { cause: error })
  } finally {
    database?.close()
  }
}

export async function countRows(db: Db, table: keyof Tables): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db)
  return rows[0]?.count ?? 0
}

export function compareCounts(table: string, expected: number, found: number): void {
  if (expected === found) return
  throw new StoreError(
    `${expected} rows of ${table} became ${found}: nothing was kept; stop every Watchfloor on this database and try again`,
  )
}

export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}
