import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { type Db, type Engine, engineOf } from './engine.ts'

/**
 * Lists as one parameter. The text of a query then does not depend on the length of the list: no parameter limit, and
 * SQLite keeps one prepared statement.
 */
export function among(db: Db, column: string, values: readonly string[] | Mark): RawBuilder<SqlBool> {
  const engine = engineOf(db)
  const list = values instanceof Mark ? values : listParameter(engine, values)
  return engine === 'postgres'
    ? sql`${sql.ref(column)} = any(${list}::text[])`
    : sql`${sql.ref(column)} in (select value from json_each(${list}))`
}

/** Stands for an argument while a query is compiled that will run with others; see `prepared`. */
export class Mark {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A list in the form in which the engine takes it as one parameter; anything else as it is. */
export function listParameter(engine: Engine, value: unknown): unknown {
  return engine === 'sqlite' && Array.isArray(value) ? JSON.stringify(value) : value
}

/** Rows of texts as a table: `listTable(db, 'k', ['kind', 'value'], [['host', 'ws-01']])`. */
export function listTable(db: Db, name: string, columns: string[], rows: string[][]): RawBuilder<unknown> {
  if (engineOf(db) === 'postgres') {
    const lists = columns.map((_, i) => sql`${rows.map((row) => row[i])}::text[]`)
    return sql`unnest(${sql.join(lists)}) as ${sql.ref(name)}(${sql.join(columns.map((column) => sql.ref(column)))})`
  }
  const cells = columns.map((column, i) => sql`value ->> ${sql.lit(i)} as ${sql.ref(column)}`)
  // Of each row as JSONB a cell is taken out without reading the text again.
  return sql`(select ${sql.join(cells)} from jsonb_each(${JSON.stringify(rows)})) as ${sql.ref(name)}`
}

/** A place in a list that is read newest first: the last row of the page before. */
export interface Before {
  time: number
  id: string
}

/** True of the rows that come after that place. */
export function isBefore(time: string, id: string, before: Before): RawBuilder<SqlBool> {
  return sql`(${sql.ref(time)}, ${sql.ref(id)}) < (${before.time}, ${before.id})`
}
