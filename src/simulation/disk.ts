import type { SqliteHandle } from '../store/sqlite.ts'

/** The disk under the database: while it is full, nothing can be written. */
export class Disk {
  full = false
  /** Writes that it refused. */
  refused = 0

  handle(database: SqliteHandle): SqliteHandle {
    return {
      root: database.root ?? database,
      get inTransaction() {
        return database.inTransaction ?? false
      },
      prepare: (text) => {
        if (this.full && isWrite(text)) {
          this.refused++
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        }
        return database.prepare(text)
      },
    }
  }
}

function isWrite(text: string): boolean {
  return /^\s*(insert|update|delete)\b/i.test(text)
}
