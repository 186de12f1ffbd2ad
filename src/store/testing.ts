import Database from 'better-sqlite3'
import pg from 'pg'
import { afterEach, describe, inject } from 'vitest'
import { keepStatements } from './sqlite.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { tableNames } from './tables.ts'

/** Runs a suite on both engines. `openFresh` opens an empty, migrated database that the end of the test closes. */
export function forEachEngine(suite: (openFresh: () => Promise<Store>, engine: 'sqlite' | 'postgres') => void): void {
  describe('sqlite', () => suite(closedAfterwards(freshSqlite), 'sqlite'))
  describe('postgres', () => suite(closedAfterwards(reusedPostgres, idle), 'postgres'))
}

function closedAfterwards(fresh: () => Promise<StoreOptions>, keep?: StoreOptions[]): () => Promise<Store> {
  const opened: { store: Store; options: StoreOptions }[] = []
  afterEach(async () => {
    for (const { store, options } of opened.splice(0)) {
      if (keep) await empty(store)
      await store.close()
      keep?.push(options)
    }
  })
  return async () => {
    const options = await fresh()
    const store = await openStore(options)
    opened.push({ store, options })
    return store
  }
}

/** Empties every table: cheaper than another PostgreSQL database. */
export async function empty(store: Store): Promise<void> {
  for (const table of tableNames) await store.db.deleteFrom(table).execute()
}

export async function freshSqlite(): Promise<StoreOptions> {
  return { kind: 'sqlite', database: keepStatements(new Database(':memory:')) }
}

const idle: StoreOptions[] = []

async function reusedPostgres(): Promise<StoreOptions> {
  return idle.pop() ?? freshPostgres()
}

/** A database of its own, by default a copy of the one that `test/support/postgres.ts` has migrated. It goes with the server. */
export async function freshPostgres({ migrated = true } = {}): Promise<{ kind: 'postgres'; url: string }> {
  const { url, prefix } = inject('postgres')
  const name = `${prefix}_${crypto.randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name} template ${migrated ? `${prefix}_template` : 'template0'}`)
  await client.end()
  const fresh = new URL(url)
  fresh.pathname = `/${name}`
  return { kind: 'postgres', url: fresh.href }
}
