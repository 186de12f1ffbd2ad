import Database from 'better-sqlite3'
import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './errors.ts'
import { keepStatements, type SqliteHandle } from './sqlite.ts'

/** Opens the embedded database for several processes, one of them writing at a time. */
export function openSqliteFile(file: string): { handle: SqliteHandle; close: () => void } {
  checkPlace(file)
  let database: Database.Database | undefined
  try {
    closeSync(openSync(file, 'a', 0o600)) // a new file is for this user alone; SQLite gives its WAL the same mode
    database = new Database(file, { timeout: 5000 })
    // WAL lets a reader go on while the hub writes. A large checkpoint interval (160 MB) makes bulk writes 1.6 times as fast.
    for (const pragma of [
      'journal_mode = wal',
      'synchronous = normal',
      'foreign_keys = on',
      'wal_autocheckpoint = 40000',
    ]) {
      database.pragma(pragma)
    }
    const open = database
    return { handle: keepStatements(open), close: () => void open.close() }
  } catch (error) {
    database?.close()
    throw new StoreError(`${file}: ${reason(error)}`, { cause: error })
  }
}

/** A database that lives as long as its handle: for the simulation and for tests. */
export function memoryHandle(): SqliteHandle {
  return keepStatements(new Database(':memory:'))
}

function checkPlace(file: string): void {
  const directory = dirname(file)
  const place = statSync(directory, { throwIfNoEntry: false })
  if (!place)
    throw new StoreError(`the data directory ${directory} does not exist: create it, or name another`)
  if (!place.isDirectory())
    throw new StoreError(`the data directory ${directory} is not a directory: name another`)
  check(directory, constants.R_OK | constants.X_OK, 'cannot be read by this user')
  check(directory, constants.W_OK, 'is read-only for this user')
  const found = statSync(file, { throwIfNoEntry: false })
  if (found && !found.isFile()) throw new StoreError(`${file} is not a file: name another`)
  if (found) check(file, constants.R_OK | constants.W_OK, 'cannot be read and written by this user')
}

function check(path: string, mode: number, trouble: string): void {
  try {
    accessSync(path, mode)
  } catch (error) {
    throw new StoreError(
      `${path} ${trouble}: change its owner or permissions, or name another data directory`,
      { cause: error },
    )
  }
}

export function reason(error: unknown): string {
  const code = error instanceof Database.SqliteError ? error.code : ''
  if (code === 'SQLITE_NOTADB') return 'this file is not a database: move it away, or restore a backup'
  if (code.startsWith('SQLITE_CORRUPT')) return 'the database is damaged: restore a backup'
  if (code.startsWith('SQLITE_BUSY'))
    return 'the database is locked by another process: wait for it, or stop it'
  if (code.startsWith('SQLITE_READONLY')) return 'the database is read-only: change its owner or permissions'
  if (code === 'SQLITE_FULL') return 'the disk is full: make room'
  return `the database cannot be opened (${error instanceof Error ? error.message : String(error)}): check the data directory`
}
