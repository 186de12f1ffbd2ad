import { beforeEach, expect, test } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import type { Outside } from '../src/domain/outside.ts'
import type { Customer } from '../src/domain/tenant.ts'
import { randomFrom } from '../src/domain/random.ts'
import {
  type Decider,
  linkCustomer,
  mergeTenants,
  splitCustomer,
  undo,
} from '../src/pipeline/decide-mapping.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { deliver } from '../src/pipeline/outbox.ts'
import { allProtections } from '../src/pipeline/protections.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Vendors } from '../src/pipeline/vendors.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { connectAll } from '../src/simulation/connect.ts'
import { score } from '../src/simulation/score.ts'
import { casesByIds, listCases } from '../src/store/cases.ts'
import { customersOf } from '../src/store/customers.ts'
import { countElsewhere, countQuarantined } from '../src/store/findings.ts'
import { type Store, openStore } from '../src/store/store.ts'
import { livingTenantId, tenants } from '../src/store/tenants.ts'
import { freshSqlite } from '../src/store/testing.ts'
import { listTickets } from '../src/store/tickets.ts'

/** The ticketing vendor and one that detects, over a world of three customers; time goes on by hand. */

const hour = 3_600_000
const start = Date.UTC(2026, 0, 5)
let now = start
let store: Store
let sandbox: Sandbox
let hub: Hub

beforeEach(async () => {
  now = start
  store = await openStore(await freshSqlite())
  const connectors = (await loadConnectors()).filter((one) =>
    ['syncro', 'rocketcyber'].includes(one.contract.vendor),
  )
  const world = makeWorld({ seed: 3, customers: 3, start, days: 3, attacksPerCustomerDay: 6 })
  const random = randomFrom(1)
  sandbox = new Sandbox(connectors, world, { now: () => now, sleep: async () => {}, random })
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) now += ms
    else await new Promise<void>(() => {})
  }
  const outside: Outside = { now: () => now, sleep, random, fetch: sandbox.fetch() }
  const live = connectAll(new Vendors(connectors, outside), sandbox, start)
  hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
  return () => store.close()
})

async function read(kinds: string[] = ['customers', 'findings']): Promise<void> {
  for (const kind of kinds)
    for (const one of hub.live)
      for (const feed of one.connector.feeds.filter((each) => each.kind === kind)) {
        await syncFeed(hub, one, feed)
        await advance(hub)
      }
}

async function deliverAll(): Promise<void> {
  for (const one of hub.live) if (one.connector.desk !== undefined) while ((await deliver(hub, one)) !== 0);
}

/** So many hours pass; what happened in them is read and told. */
async function pass(hours: number): Promise<void> {
  now += hours * hour
  await read()
  await deliverAll()
}

const by = (): Decider => ({ hub, actor: 'kim', reason: 'because', now: (now += 1000) })
const decide = <T>(
  work: (tx: Parameters<Parameters<Store['transaction']>[0]>[0]) => Promise<T>,
): Promise<T> => store.transaction(work)

const of = async (connection: string, name: string): Promise<Customer> =>
  (await customersOf(store.db, connection)).find((one) => one.name.startsWith(name))!

const names = async (): Promise<string[]> =>
  (await customersOf(store.db, 'syncro')).map((one) => one.name).toSorted()

const cases = () => listCases(store.db, { limit: 1000 })
const creates = async (): Promise<number> =>
  (await store.db.selectFrom('ticket_changes').select('id').where('kind', '=', 'create').execute()).length

/** What stands at the vendor, by what it tells of: each incident once, whoever it is filed under. */
async function told(): Promise<{ missed: number; duplicated: number; tickets: number; misfiled: number }> {
  const { missed, duplicated, tickets, misfiled } = score(sandbox.truth())
  return { missed, duplicated, tickets, misfiled }
}

test('a customer that nobody has mapped waits, counted, and flows once, when it is mapped', async () => {
  await read(['customers'])
  const [first] = await names()
  const who = await of('rocketcyber', first!)
  await decide((tx) => linkCustomer(tx, by(), who, null))
  await pass(24)
  const [waiting] = await countQuarantined(store.db)
  expect(waiting).toMatchObject({ connectionId: 'rocketcyber', customerId: who.vendorId })
  expect(waiting?.count).toBeGreaterThan(3)
  expect((await cases()).some((one) => one.tenantId === who.tenantId)).toBe(false)
  const linked = await decide((tx) => linkCustomer(tx, by(), who, who.tenantId))
  expect(linked.freed).toBe(waiting?.count)
  await deliverAll()
  expect(await countQuarantined(store.db)).toEqual([])
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
  await decide((tx) => linkCustomer(tx, by(), who, who.tenantId))
  await pass(1)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
})

test('two tenants become one: all that was theirs is its own, no ticket is raised again, old ids lead there', async () => {
  await pass(24)
  const [first, second] = await names()
  const [one, other] = [await of('syncro', first!), await of('syncro', second!)]
  const before = await told()
  const mine = (await cases()).filter((each) => each.tenantId === one.tenantId)
  const merged = await decide((tx) => mergeTenants(tx, by(), one.tenantId!, other.tenantId!))
  expect(merged.moved).toBe(mine.length)
  await deliverAll()
  expect(await told()).toEqual(before)
  expect(await livingTenantId(store.db, one.tenantId!)).toBe(other.tenantId)
  expect((await cases()).some((each) => each.tenantId === one.tenantId)).toBe(false)
  expect(
    (
      await casesByIds(
        store.db,
        mine.map((each) => each.id),
      )
    ).every((each) => each.tenantId === other.tenantId),
  ).toBe(true)
  await pass(6)
  const after = await told()
  expect(after).toMatchObject({ missed: 0, duplicated: 0 })

  await decide((tx) => undo(tx, by(), merged.event.id))
  await deliverAll()
  expect(await told()).toEqual(after)
  expect(await livingTenantId(store.db, one.tenantId!)).toBe(one.tenantId)
  const cameBack = await casesByIds(
    store.db,
    mine.map((each) => each.id),
  )
  expect(cameBack.map((each) => each.tenantId)).toEqual(cameBack.map(() => one.tenantId))
  await expect(decide((tx) => undo(tx, by(), merged.event.id))).rejects.toThrow('undone already')
  await pass(6)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0 })
})

test('a customer is moved: what has a ticket stays and is shown, all else is filed anew, nothing twice', async () => {
  await pass(24)
  const [first, second] = await names()
  const who = await of('rocketcyber', first!)
  const target = await of('syncro', second!)
  now += 6 * hour
  await read()
  const unsent = (await creates()) - (await listTickets(store.db, { limit: 1000 })).length
  expect(unsent).toBeGreaterThan(0)
  const moved = await decide((tx) => linkCustomer(tx, by(), who, target.tenantId))
  expect(moved.moved + moved.taken).toBeGreaterThan(0)
  expect(moved.elsewhere).toBeGreaterThan(0)
  expect(await countElsewhere(store.db)).toEqual([
    { connectionId: 'rocketcyber', customerId: who.vendorId, count: moved.elsewhere },
  ])
  await deliverAll()
  const truth = await told()
  expect(truth).toMatchObject({ missed: 0, duplicated: 0 })
  expect(truth.misfiled).toBeGreaterThan(0)
  await pass(3)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0 })

  await decide((tx) => undo(tx, by(), moved.event.id))
  await deliverAll()
  expect((await of('rocketcyber', first!)).tenantId).toBe(who.tenantId)
  await pass(3)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0 })
})

test('a ticketing customer is split off: its tickets and their cases go with it', async () => {
  await pass(24)
  const [first, second] = await names()
  const [one, other] = [await of('syncro', first!), await of('syncro', second!)]
  await decide((tx) => mergeTenants(tx, by(), one.tenantId!, other.tenantId!))
  const merged = (await of('syncro', first!)).tenantId
  const split = await decide((tx) => splitCustomer(tx, by(), one, 'On its own'))
  expect((await tenants(store.db)).map((each) => each.name)).toContain('On its own')
  const mine = (await cases()).filter((each) => each.tenantId === split.event.tenantId)
  expect(mine.length).toBeGreaterThan(0)
  await pass(6)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0 })

  const back = await decide((tx) => undo(tx, by(), split.event.id))
  expect((await of('syncro', first!)).tenantId).toBe(merged)
  expect(await livingTenantId(store.db, split.event.tenantId!)).toBe(merged)
  await decide((tx) => undo(tx, by(), back.event.id))
  expect((await of('syncro', first!)).tenantId).toBe(split.event.tenantId)
  expect(await livingTenantId(store.db, split.event.tenantId!)).toBe(split.event.tenantId)
  await pass(6)
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0 })
})

test('unlinked before anything was sent: what was decided is taken back, and comes once when it is linked again', async () => {
  now += 24 * hour
  await read()
  const [first] = await names()
  const who = await of('rocketcyber', first!)
  const decidedBefore = await creates()
  const unlinked = await decide((tx) => linkCustomer(tx, by(), who, null))
  expect(unlinked.taken).toBeGreaterThan(0)
  expect(await creates()).toBeLessThan(decidedBefore)
  expect((await cases()).some((one) => one.tenantId === who.tenantId)).toBe(false)
  await deliverAll()
  await decide((tx) => undo(tx, by(), unlinked.event.id))
  expect(await creates()).toBe(decidedBefore)
  await deliverAll()
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
})

test('without its ticketing customer a tenant’s new cases wait, and its tickets go on to be told', async () => {
  await pass(24)
  const [first] = await names()
  const who = await of('syncro', first!)
  const gone = await decide((tx) => linkCustomer(tx, by(), who, null))
  await pass(12)
  const before = await creates()
  expect((await told()).missed).toBeGreaterThan(0)
  await decide((tx) => undo(tx, by(), gone.event.id))
  expect(await creates()).toBeGreaterThan(before)
  await deliverAll()
  expect(await told()).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
})

test('what a person takes back of ours is not guessed again', async () => {
  await read(['customers'])
  const [first] = await names()
  const who = await of('rocketcyber', first!)
  const [link] = await store.db
    .selectFrom('mapping_events')
    .select('id')
    .where('connection_id', '=', 'rocketcyber')
    .where('vendor_id', '=', who.vendorId)
    .execute()
  await decide((tx) => undo(tx, by(), link!.id))
  now += 2 * 24 * hour
  await read()
  expect((await of('rocketcyber', first!)).tenantId).toBe(null)
  expect((await countQuarantined(store.db))[0]?.count).toBeGreaterThan(0)
})
