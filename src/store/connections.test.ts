import { expect, test } from 'vitest'
import { connection, connections, putConnection, removeConnection } from './connections.ts'
import { writeCursor } from './cursors.ts'
import { readFeedState } from './feed-states.ts'
import { getMeta, setMeta } from './meta.ts'
import { forEachEngine } from './testing.ts'

const syncro = {
  id: 'con',
  vendor: 'syncro',
  name: 'Syncro',
  settings: { subdomain: 'acme' },
  secrets: 'v1.sealed',
  createdAt: 5,
}

forEachEngine((openFresh) => {
  test('a connection is changed in place, and goes with its cursors', async () => {
    const { db } = await openFresh()
    await putConnection(db, syncro)
    await putConnection(db, { ...syncro, name: 'Ours', secrets: 'v1.other', createdAt: 9 })
    expect(await connection(db, 'con')).toEqual({ ...syncro, name: 'Ours', secrets: 'v1.other' })
    await writeCursor(db, 'con', 'tickets', JSON.stringify({ page: 1 }), 1)
    await removeConnection(db, 'con')
    expect(await connections(db)).toEqual([])
    expect((await readFeedState(db, 'con', 'tickets', 'lease')).cursor).toBeUndefined()
  })

  test('a cursor is read as it was written last', async () => {
    const { db } = await openFresh()
    await writeCursor(db, 'con', 'tickets', JSON.stringify({ since: 1, windows: [[1, 2]] }), 1)
    await writeCursor(db, 'con', 'tickets', JSON.stringify({ since: 2 }), 2)
    expect((await readFeedState(db, 'con', 'tickets', 'lease')).cursor).toEqual({ since: 2 })
    expect((await readFeedState(db, 'con', 'assets', 'lease')).cursor).toBeUndefined()
  })

  test('a fact about this installation is read as it was written last', async () => {
    const { db } = await openFresh()
    expect(await getMeta(db, 'welcome')).toBeUndefined()
    await setMeta(db, 'welcome', { seen: true, note: 'with\0nul' })
    expect(await getMeta(db, 'welcome')).toEqual({ seen: true, note: 'with\0nul' })
    await setMeta(db, 'welcome', [1])
    expect(await getMeta(db, 'welcome')).toEqual([1])
  })
})
