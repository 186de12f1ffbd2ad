import { CompiledQuery } from 'kysely'
import { type Db, engineOf } from './engine.ts'
import type { Batch } from './sqlite.ts'
import type { Tables } from './tables.ts'

/**
 * Bulk writes, the one place. SQLite runs one prepared statement per row inside one call; PostgreSQL takes the rows as
 * one JSON parameter. Both have a constant text: nothing is built per batch, and no parameter limit is near.
 */
export async function insertMany<T extends keyof Tables>(
  db: Db,
  table: T,
  rows: Tables[T][],
  conflict?: Conflict<keyof Tables[T] & string>,
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.keys(first) as (keyof Tables[T] & string)[] // a row has its table's columns, no other
  if (engineOf(db) === 'sqlite') {
    const text = `${into(table, columns)} values (${columns.map(() => '?').join()}) ${clause(conflict)}`
    const batch: Batch = {
      ...CompiledQuery.raw(text),
      batch: rows.map((row) => columns.map((column) => row[column])),
    }
    await db.executeQuery(batch)
    return
  }
  const source = `select ${names(columns)} from json_populate_recordset(null::"${table}", $1::json)`
  const text = `${into(table, columns)} ${source} ${clause(conflict)}`
  const distinct = conflict ? merge(rows, conflict) : rows
  for (let at = 0; at < distinct.length; at += chunk) {
    await db.executeQuery(CompiledQuery.raw(text, [toJson(distinct.slice(at, at + chunk))]))
  }
}

/** What to do with a row whose key is there (without one it is an error): leave it, or set columns to the new row's values (or to an expression). */
export interface Conflict<C extends string = string> {
  on: C[]
  set: (C | [column: C, expression: string])[]
}

const chunk = 1000

function into(table: string, columns: string[]): string {
  return `insert into "${table}" (${names(columns)})`
}

function names(columns: string[]): string {
  return columns.map((column) => `"${column}"`).join()
}

function clause(conflict?: Conflict): string {
  if (!conflict) return ''
  const { on, set } = conflict
  if (set.length === 0) return `on conflict (${names(on)}) do nothing`
  const sets = set.map((entry) => {
    const [column, expression] = typeof entry === 'string' ? [entry, `excluded."${entry}"`] : entry
    return `"${column}" = ${expression}`
  })
  return `on conflict (${names(on)}) do update set ${sets.join()}`
}

/** PostgreSQL refuses to update one row twice in one statement; SQLite's row by row gives the same as this. */
function merge<R extends object>(rows: R[], { on, set }: Conflict<keyof R & string>): R[] {
  const kept = new Map<string, R>()
  for (const row of rows) {
    const key = JSON.stringify(on.map((column) => row[column]))
    const former = kept.get(key)
    const changes = set.map((entry) => (typeof entry === 'string' ? entry : entry[0]))
    kept.set(
      key,
      former ? { ...former, ...Object.fromEntries(changes.map((column) => [column, row[column]])) } : row,
    )
  }
  return [...kept.values()]
}

/** PostgreSQL's text cannot hold U+0000. */
function toJson(rows: unknown): string {
  const text = JSON.stringify(rows)
  if (!text.includes('\\u0000')) return text
  return JSON.stringify(rows, (_, value) => (typeof value === 'string' ? withoutNul(value) : value))
}

export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
