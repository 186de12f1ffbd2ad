import Database from 'better-sqlite3'
import pg from 'pg'
import { afterEach, describe, inject } from 'vitest'
import { keepStatements } from './sqlite.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

/** Runs a suite on both engines. `openFresh` opens an empty, migrated database that the end of the test closes. */
export function forEachEngine(suite: (openFresh: () => Promise<Store>, fresh: () => Promise<StoreOptions>) => void): void {
  describe.each([
    ['sqlite', freshSqlite],
    ['postgres', freshPostgres],
  ])('%s', (_, fresh) => {
    const opened: Store[] = []
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
    })
    suite(async () => {
      const store = await openStore(await fresh())
      opened.push(store)
      return store
    }, fresh)
  })
}

export async function freshSqlite(): Promise<StoreOptions> {
  return { kind: 'sqlite', database: keepStatements(new Database(':memory:')) }
}

/** A copy of the template that `test/support/postgres.ts` migrated: some 20 ms. It goes with the server. */
export async function freshPostgres(): Promise<{ kind: 'postgres'; url: string }> {
  const { url, prefix } = inject('postgres')
  const name = `${prefix}_${crypto.randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name} template ${prefix}_template`)
  await client.end()
  const fresh = new URL(url)
  fresh.pathname = `/${name}`
  return { kind: 'postgres', url: fresh.href }
}
