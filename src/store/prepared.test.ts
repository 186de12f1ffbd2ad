import { expect, test } from 'vitest'

import { prepared } from './prepared.ts'
import { forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('a prepared statement runs with other values, and each set of arguments has its own', async () => {
    const { db } = await openFresh()
    const put = prepared((on, row: { name: string; holder: string; fence?: number; expires_at?: number }) =>
      on
        .insertInto('leases')
        .values({ fence: 1, expires_at: 7, ...row })
        .returning(['name', 'holder', 'fence', 'expires_at'])
        .compile(),
    )
    const rowOf = async (row: Parameters<typeof put>[1]) => (await put(db, row)).rows[0]
    expect(await rowOf({ name: 'a', holder: 'x' })).toEqual({
      name: 'a',
      holder: 'x',
      fence: 1,
      expires_at: 7,
    })
    expect(await rowOf({ name: 'b', holder: 'y' })).toEqual({
      name: 'b',
      holder: 'y',
      fence: 1,
      expires_at: 7,
    })
    expect(await rowOf({ name: 'c', holder: 'x', fence: 3 })).toMatchObject({ fence: 3, expires_at: 7 })
    expect(await rowOf({ name: 'd', holder: 'x', fence: undefined, expires_at: 4 })).toMatchObject({
      fence: 1,
      expires_at: 4,
    })
  })
})
