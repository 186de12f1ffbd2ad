import { expect, test } from 'vitest'
import { getMeta, setMeta } from './meta.ts'
import { forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('a fact is read as it was written, and replaced', async () => {
    const { db } = await openFresh()
    expect(await getMeta(db, 'welcome')).toBeUndefined()
    await setMeta(db, 'welcome', { seen: true, note: 'with\0nul' })
    await setMeta(db, 'welcome', { seen: [1, 2] })
    expect(await getMeta(db, 'welcome')).toEqual({ seen: [1, 2] })
  })
})
