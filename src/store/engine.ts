import { type Kysely, PostgresAdapter } from 'kysely'
import type { Tables } from './tables.ts'

/** A store's connection, or a transaction of it: every function of a table takes either. */
export type Db = Kysely<Tables>

export type Engine = 'sqlite' | 'postgres'

export function engineOf(db: Db): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'
}
