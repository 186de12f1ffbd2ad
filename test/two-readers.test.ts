import { expect, test } from 'vitest'

import type { Batch, Feed, FeedReader } from '../src/connectors/feed.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { allProtections } from '../src/pipeline/protections.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { type Live, Vendors } from '../src/pipeline/vendors.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { connectAll } from '../src/simulation/connect.ts'
import { readFeedState } from '../src/store/feed-states.ts'
import { countRecords } from '../src/store/records.ts'
import type { Store } from '../src/store/store.ts'
import { openStore } from '../src/store/store.ts'
import { forEachEngine, freshSqlite } from '../src/store/testing.ts'
import plainVendor from './support/sixth-vendor/plain/index.ts'

/** Two processes that read one feed: both look, one writes at a time, and nobody writes what another has overtaken. */

const start = Date.UTC(2026, 5, 1)
const minute = 60_000

/** A list that the test holds in its hand. Its cursor counts the turns and holds how many rows were read. */
function heldList() {
  const list: string[] = []
  /** Called once between reading the list and handing it on. */
  const between = { now: async (): Promise<void> => {} }
  async function* read(reader: FeedReader): AsyncGenerator<Batch> {
    const { read: from = 0, turns = 0 } = (reader.cursor ?? {}) as { read?: number; turns?: number }
    const rows = list.slice(from).map((body) => ({
      vendorId: body,
      customerId: '1',
      time: reader.now,
      open: true,
      body: JSON.stringify(body),
    }))
    await between.now()
    yield { rows, cursor: { read: from + rows.length, turns: turns + 1 } }
  }
  const feed: Feed = { name: 'held', kind: 'findings', everyMs: minute, read }
  return { list, between, feed }
}

function processOn(store: Store, holder: string, clock: { now: number }): { hub: Hub; live: Live } {
  const world = makeWorld({ seed: 3, customers: 2, start, days: 0 })
  const time = { now: () => clock.now, sleep: () => Promise.resolve(), random: () => 0.5 }
  const sandbox = new Sandbox([plainVendor], world, time)
  const outside = { ...time, fetch: sandbox.fetch() }
  const [live] = connectAll(new Vendors([plainVendor], outside), sandbox, start)
  if (live === undefined) throw new Error('the plain vendor is there')
  const protections = { ...allProtections }
  return { hub: { store, outside, live: [live], holder, protections, log: () => {} }, live }
}

forEachEngine((openFresh) => {
  async function twoOn(clock: { now: number }) {
    const store = await openFresh()
    // Each process has a store of its own on the one database; here it is enough that their memories are apart.
    const [first, second] = [processOn(store, 'one', clock), processOn({ ...store }, 'two', clock)]
    const held = heldList()
    const run = (who: typeof first) => syncFeed(who.hub, who.live, held.feed)
    const cursor = async (): Promise<unknown> =>
      (await readFeedState(store.db, first.live.connection.id, 'held', '')).cursor
    return { store, first, second, run, cursor, ...held }
  }

  test('who was overtaken writes nothing, and reads on from where the other came', async () => {
    const { store, first, second, run, list, cursor } = await twoOn({ now: start })
    list.push('a')
    expect((await run(first))?.rows).toBe(1)
    list.push('b', 'c')
    expect((await run(second))?.rows).toBe(2)
    list.push('d')
    // The first still thinks that only `a` was read: its three rows are refused whole.
    expect(await run(first)).toBeUndefined()
    expect(await cursor()).toEqual({ read: 3, turns: 2 })
    expect((await run(first))?.rows).toBe(1)
    expect(await cursor()).toEqual({ read: 4, turns: 3 })
    expect(await countRecords(store.db)).toBe(4)
  })

  test('a read during which another has written is refused', async () => {
    const { first, second, run, list, between, cursor } = await twoOn({ now: start })
    list.push('a')
    await run(first)
    list.push('b')
    between.now = async () => {
      between.now = async () => {}
      expect((await run(second))?.rows).toBe(1)
    }
    expect(await run(first)).toBeUndefined()
    expect(await cursor()).toEqual({ read: 2, turns: 2 })
  })

  test('while one is writing the other waits; after thirty seconds without a sign it takes over', async () => {
    const clock = { now: start }
    const { store, first, second, run, list } = await twoOn(clock)
    list.push('a')
    await run(first)
    // The first died after its last commit, before it gave the lease back.
    await store.db
      .updateTable('leases')
      .set({ expires_at: start + minute / 2 })
      .execute()
    list.push('b')
    expect(await run(second)).toBeUndefined()
    clock.now += minute
    expect((await run(second))?.rows).toBe(1)
  })
})

test('a turn that brings nothing writes its run and nothing else, the cursor every two hours', async () => {
  const clock = { now: start }
  const texts: string[] = []
  const options = await freshSqlite()
  if (!('database' in options)) throw new Error('a database in memory was asked for')
  const { database } = options
  const handle = { ...database, prepare: (text: string) => (texts.push(text), database.prepare(text)) }
  const store = await openStore({ kind: 'sqlite', database: handle })
  const { hub, live } = processOn(store, 'one', clock)
  const { list, feed } = heldList()
  const cursor = async (): Promise<unknown> =>
    (await readFeedState(store.db, live.connection.id, 'held', '')).cursor
  const turn = async (): Promise<string[]> => {
    clock.now += minute
    texts.length = 0
    await syncFeed(hub, live, feed)
    return texts.map((text) => text.trim().split(/\s+/).slice(0, 3).join(' '))
  }
  list.push('a')
  await turn()
  await turn()
  expect(await turn()).toEqual(['insert into "runs"'])
  expect(await cursor()).toEqual({ read: 1, turns: 1 })
  for (let i = 0; i < 120; i++) await turn()
  expect(await cursor()).toEqual({ read: 1, turns: 121 })
  list.push('b')
  expect(await turn()).toContain('insert into "cursors"')
  expect(await cursor()).toEqual({ read: 2, turns: 124 })
  await store.close()
})
