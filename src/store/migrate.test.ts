import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { setMeta } from './meta.ts'
import { applied, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openStore, type Store, StoreError, type StoreOptions } from './store.ts'
import { blankPostgres, freshSqlite } from './testing.ts'

const known = Object.keys(migrations)

describe.each([
  ['sqlite', freshSqlite],
  ['postgres', blankPostgres],
])('%s', (_, fresh) => {
  const open: Store[] = []
  const opened = async (options: StoreOptions) => {
    const store = await openStore(options)
    open.push(store)
    return store
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()))
  })

  test('a new database is brought up, and opening it again does nothing', async () => {
    const options = await fresh()
    const { db } = await opened(options)
    const stamps = () => sql`select * from kysely_migration`.execute(db)
    const before = await stamps()
    expect(await applied(db)).toEqual(known)
    await setMeta(db, 'x', 1)
    await opened(options)
    expect(await stamps()).toEqual(before)
  })

  test('an older database is brought up with what it holds', async () => {
    const { db } = await opened(await fresh())
    await setMeta(db, 'x', 1)
    const next = {
      up: async (tx: Store['db']) => void (await sql`alter table meta add column note text`.execute(tx)),
    }
    await migrate(db, { ...migrations, '9998-next': next })
    expect((await sql`select * from meta`.execute(db)).rows).toEqual([{ key: 'x', value: '1', note: null }])
  })

  test('a migration that fails leaves the database as it was', async () => {
    const { db } = await opened(await fresh())
    const failing = {
      up: async (tx: Store['db']) => {
        await sql`alter table meta add column note text`.execute(tx)
        throw new Error('no')
      },
    }
    await expect(migrate(db, { ...migrations, '9998-next': failing })).rejects.toThrow('no')
    expect(await applied(db)).toEqual(known)
    await expect(sql`select note from meta`.execute(db)).rejects.toThrow('note')
  })

  test('a database of a newer program is refused', async () => {
    const options = await fresh()
    const { db } = await opened(options)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2026-01-01T00:00:00.000Z')`.execute(
      db,
    )
    const refused = openStore(options)
    await expect(refused).rejects.toThrow(StoreError)
    await expect(refused).rejects.toThrow(
      `the database is from a newer version of Watchfloor (it has migration 9999-later, this program knows up to ${known.at(-1)}): upgrade the program or restore a backup`,
    )
  })
})

test('processes that open one new PostgreSQL database at once all succeed', async () => {
  const options = await blankPostgres()
  const stores = await Promise.all([openStore(options), openStore(options), openStore(options)])
  expect(await applied(stores[0].db)).toEqual(known)
  await Promise.all(stores.map((store) => store.close()))
})
