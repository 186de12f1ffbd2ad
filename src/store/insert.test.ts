import { expect, test } from 'vitest'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'
import { forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('any number of rows, in and out by one list', async () => {
    const { db } = await openFresh()
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      id: `t${i}`,
      name: `name "${i}" ' \\ é 🦊`,
      merged_into: null,
    }))
    await insertMany(db, 'tenants', rows, { on: ['id'], set: ['name'] })
    const ids = Array.from({ length: 70_000 }, (_, i) => `t${i}`)
    const found = await db
      .selectFrom('tenants')
      .selectAll()
      .where(among(db, 'id', ids))
      .execute()
    expect(found.length).toBe(rows.length)
    expect(found.find((row) => row.id === 't7')).toEqual(rows[7])
    await insertMany(db, 'tenants', [], { on: ['id'], set: [] })
  })

  test('a key twice in one batch ends as if the rows had come one by one', async () => {
    const { db } = await openFresh()
    const nowhere = { connection_id: null, feed: null, customer_id: null }
    const letter = { stage: 's', ref: 'r', reason: 'one', body: null, at: 1, count: 1, ...nowhere }
    const rows = [
      { id: 'x', ...letter },
      { id: 'x', ...letter, reason: 'two', at: 2, stage: 'kept' },
    ]
    await insertMany(db, 'dead_letters', rows, { on: ['id'], set: ['reason', 'at'] })
    expect(await db.selectFrom('dead_letters').selectAll().execute()).toEqual([
      { id: 'x', ...letter, reason: 'two', at: 2 },
    ])
    await insertMany(db, 'dead_letters', rows.toReversed(), { on: ['id'], set: [] })
    expect((await db.selectFrom('dead_letters').select('reason').executeTakeFirst())?.reason).toBe('two')
    await expect(insertMany(db, 'dead_letters', rows.slice(0, 1))).rejects.toThrow(/unique/i)
  })

  test('U+0000 does not stop a batch, and an escape in vendor bytes is left as it is', async () => {
    const { db } = await openFresh()
    const escaped = String.raw`{"a":"\u0000"}`
    await insertMany(db, 'tenants', [{ id: 'a\0b', name: escaped, merged_into: null }], {
      on: ['id'],
      set: [],
    })
    const found = await db
      .selectFrom('tenants')
      .selectAll()
      .where('id', '=', 'a\0b')
      .where(among(db, 'id', ['a\0b']))
      .executeTakeFirst()
    expect(found?.name).toBe(escaped)
  })
})
