import { Kysely } from 'kysely'
import type { Db, Engine } from './engine.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { guarded, type SqliteHandle, sqliteDialect } from './sqlite.ts'
import { openSqliteFile } from './sqlite-file.ts'
import type { Tables } from './tables.ts'

export type { Db, Engine } from './engine.ts'
export { StoreError } from './errors.ts'

export type StoreOptions =
  | { kind: 'sqlite'; file: string }
  /** A handle of the caller's, who keeps it: closing the store leaves it open. One open store per handle. */
  | { kind: 'sqlite'; database: SqliteHandle }
  | { kind: 'postgres'; url: string }

export interface Store {
  readonly engine: Engine
  readonly db: Db
  /** Runs a function in one transaction. On PostgreSQL it may run again, after a conflict with another process. */
  transaction<T>(fn: (tx: Db) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens the database and brings it up to this program. Throws a StoreError, one line that says what to do. */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.kind === 'postgres') return openPostgres(options.url)
  if ('database' in options) return openSqlite(options.database, () => {})
  const { handle, close } = openSqliteFile(options.file)
  return openSqlite(handle, close)
}

async function openSqlite(handle: SqliteHandle, close: () => void): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: sqliteDialect(handle, close) })
  // The handle's former owner died within a transaction; a file would have lost it as well.
  if (handle.inTransaction) handle.prepare('rollback').run()
  const store: Store = {
    engine: 'sqlite',
    db,
    transaction: (fn) => db.transaction().execute((tx) => guarded(handle, () => fn(tx))),
    close: () => db.destroy(),
  }
  return migrated(store)
}

async function migrated(store: Store): Promise<Store> {
  try {
    await migrate(store.db)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
