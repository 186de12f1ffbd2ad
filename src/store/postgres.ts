import { Kysely, PostgresDialect, sql } from 'kysely'
import { Client, type CustomTypesConfig, Pool, types as known } from 'pg'
import { StoreError } from './errors.ts'
import { withoutNul } from './insert.ts'
import { migrate } from './migrate.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** The scale store: several hub processes on one PostgreSQL server. */
export async function openPostgres(url: string): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(url) }) })
  try {
    await checkServer(db)
    await migrate(db)
  } catch (error) {
    await db.destroy()
    if (error instanceof StoreError) throw error
    throw new StoreError(`${maskUrl(url)}: ${reason(error)}`) // without the cause, which may name the password
  }
  return {
    engine: 'postgres',
    db,
    transaction: (fn) => again(() => db.transaction().execute(fn)),
    close: () => db.destroy(),
  }
}

/** A URL that may be shown. */
export function maskUrl(url: string): string {
  return url.replace(/^(\w+:\/\/[^:/@]*):.*@/, '$1:***@').replace(/([?&](?:ssl)?password=)[^&]*/g, '$1***')
}

function openPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    types,
    Client: CleanClient,
    application_name: 'watchfloor',
  })
  // A server that restarts ends idle connections; the pool replaces them, and the next query tells what is wrong.
  pool.on('error', () => {})
  return pool
}

// int8 and numeric (sums) as numbers: ours are milliseconds and counts, far below 2^53.
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === 20 || oid === 1700 ? Number : known.getTypeParser(oid, format),
}

/** PostgreSQL's text cannot hold U+0000; SQLite's can, and vendors may send it. */
class CleanClient extends Client {
  // oxlint-disable-next-line typescript/no-explicit-any -- pg's overloads; Kysely calls it with a text and its values
  override query(...args: any[]): any {
    return Reflect.apply(super.query, this, args.map(cleaned))
  }
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned)
  return typeof value === 'string' ? withoutNul(value) : value
}

async function checkServer(db: Kysely<Tables>): Promise<void> {
  const query = sql<{ version: number }>`select current_setting('server_version_num')::integer as version`
  const version = (await query.execute(db)).rows[0]?.version ?? 0
  if (version < 150_000) throw new Error('PostgreSQL 15 or newer is needed: upgrade the server')
}

// Serialization failure, deadlock, and the unique index that two processes can only meet by racing.
const conflicts = ['40001', '40P01', '23505']

async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 4; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0 || !conflicts.includes(codeOf(error))) throw error
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code === 'ERR_INVALID_URL')
    return 'this is not a PostgreSQL address: write postgres://user:password@host:5432/database'
  if (code === '28P01' || code === '28000' || message.startsWith('SASL'))
    return 'the server refused the user or the password: correct them in DATABASE_URL'
  if (code === '3D000')
    return 'there is no such database on the server: create it (createdb), or name another in DATABASE_URL'
  if (code === '42501')
    return 'the user may not create tables there: grant it CREATE on the schema, or make it the owner of the database'
  if (code === '53300')
    return 'the server has no connection left: raise max_connections, or stop another client'
  if (code === '57P03') return 'the server is starting or stopping: try again'
  if (unreachable.includes(code) || message.includes('timeout'))
    return `the server cannot be reached (${code || message}): start it, or correct the host and port in DATABASE_URL`
  return message || code
}

const unreachable = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
]
