import { type Kysely, PostgresAdapter, type SelectQueryBuilder } from 'kysely'
import type { Tables } from './tables.ts'

/** A store's connection, or a transaction of it: every function of a table takes either. */
export type Db = Kysely<Tables>

export type Engine = 'sqlite' | 'postgres'

export function engineOf(db: Db): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'
}

/** Until the transaction ends nobody else changes these rows. SQLite has one writer as it is. */
export function locked<Table extends keyof Tables, Row>(
  db: Db,
  query: SelectQueryBuilder<Tables, Table, Row>,
): SelectQueryBuilder<Tables, Table, Row> {
  return engineOf(db) === 'postgres' ? query.forUpdate() : query
}
