// A ticket that is resolved closes what it was about at the vendors that can be told.
import { expect, test } from 'vitest'

import type { Connector } from '../src/connectors/connector.ts'
import type { DeskPeople } from '../src/connectors/sandbox-vendor.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import type { Fetch, Outside } from '../src/domain/outside.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { deliver, hasOutbox } from '../src/pipeline/outbox.ts'
import { allProtections } from '../src/pipeline/protections.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Vendors } from '../src/pipeline/vendors.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { connectAll } from '../src/simulation/connect.ts'
import { commentsOf } from '../src/store/case-comments.ts'
import { customersOf, putCustomers } from '../src/store/customers.ts'
import { listCases } from '../src/store/cases.ts'
import { findingsOfCases } from '../src/store/findings.ts'
import { openStore } from '../src/store/store.ts'
import { tenants } from '../src/store/tenants.ts'
import { freshSqlite } from '../src/store/testing.ts'
import { listChanges } from '../src/store/ticket-changes.ts'
import { liveTickets } from '../src/store/tickets.ts'

const start = Date.UTC(2026, 5, 1)
const hour = 3_600_000
const connectors = await loadConnectors()
const holder = connectors.find((one) => one.desk !== undefined)
const origins = connectors.filter((one) => one.origin !== undefined)

/** Posts of the detector's own client. */
type Between = (fetch: Fetch, posts: string[]) => Fetch

async function play(detector: Connector, writeBack: 'on' | 'off', between: Between = (fetch) => fetch) {
  if (holder === undefined) throw new Error('no vendor holds tickets')
  const clock = { now: start + 8 * hour }
  const world = makeWorld({ seed: 5, customers: 1, start, days: 1, attacksPerCustomerDay: 40 })
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal) return new Promise<void>(() => {})
    clock.now += ms
    return Promise.resolve()
  }
  const time = { now: () => clock.now, sleep: () => Promise.resolve(), random: () => 0.5 }
  let people: DeskPeople | undefined
  const desk: Connector = {
    ...holder,
    sandbox: {
      ...holder.sandbox,
      open(given, options) {
        const state = holder.sandbox.open(given, options)
        people = state.people
        return state
      },
    },
  }
  const posts: string[] = []
  const sandbox = new Sandbox([desk, detector], world, time)
  const direct = sandbox.fetch()
  const counted: Fetch = (url, init) => {
    const isTheirs = detector.sandbox.mounts.some((mount) => new URL(url).pathname.startsWith(mount))
    if (isTheirs && init.method === 'POST' && /comments|notes/.test(url)) posts.push(init.body ?? '')
    return direct(url, init)
  }
  const outside: Outside = { ...time, sleep, fetch: between(counted, posts) }
  const store = await openStore(await freshSqlite())
  const opened = connectAll(new Vendors([desk, detector], outside), sandbox, start)
  const live = opened.map((one) => ({
    ...one,
    connection: { ...one.connection, settings: { ...one.connection.settings, writeBack } },
  }))
  const hub: Hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
  const read = async (kind: string): Promise<void> => {
    for (const one of live)
      for (const feed of one.connector.feeds.filter((each) => each.kind === kind))
        await syncFeed(hub, one, feed)
    await advance(hub)
  }
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 6; round++) {
      await read('findings')
      for (const one of live.filter(hasOutbox)) while ((await deliver(hub, one)) !== 0);
      await read('tickets')
      clock.now += 10 * 60_000
    }
  }
  await read('customers')
  const [tenant] = await tenants(store.db)
  const theirs = await customersOf(store.db, detector.contract.vendor)
  const tenantId = tenant?.id ?? null
  await putCustomers(
    store.db,
    theirs.map((one) => ({ ...one, tenantId, manual: true, reason: 'linked by hand' })),
  )
  await settle()
  const cases = await listCases(store.db, { limit: 100, status: 'open' })
  const findings = await findingsOfCases(
    store.db,
    cases.map((one) => one.id),
  )
  const finding = findings.find((one) => one.open && detector.origin?.feeds.includes(one.feed) === true)
  if (finding?.caseId == null) throw new Error('the world holds nothing that could be closed')
  const ticket = (await liveTickets(store.db, desk.contract.vendor, [finding.caseId])).get(finding.caseId)
  const by = world.technicians[1]?.email ?? ''
  expect(people?.act(ticket?.vendorId ?? '', { kind: 'resolve', by, text: 'Reimaged the device' })).toBe(true)
  await settle()
  const after = await findingsOfCases(store.db, [finding.caseId])
  const changes = await listChanges(store.db, { caseId: finding.caseId, limit: 100 })
  return {
    finding: after.find((one) => one.id === finding.id),
    writes: changes.filter(
      (one) => one.kind === 'write-back' && one.payload.subject.endsWith(finding.vendorId),
    ),
    said: posts.filter((body) => body.includes('Reimaged the device') && body.includes('[chg_')),
    news: (await commentsOf(store.db, finding.caseId)).filter((one) => one.source === 'news'),
  }
}

test.each(origins.map((one) => [one.contract.title, one] as const))(
  '%s: closed and commented when the ticket is resolved',
  async (_, detector) => {
    const { finding, writes } = await play(detector, 'on')
    expect(writes.map((one) => one.state)).toEqual(['sent'])
    expect(finding?.open).toBe(false)
  },
)

test.each(origins.map((one) => [one.contract.title, one] as const))(
  '%s: a comment whose answer is lost is looked for, not said twice',
  async (_, detector) => {
    let broken = 0
    const { finding, writes, said } = await play(detector, 'on', (fetch, posts) => async (url, init) => {
      const before = posts.length
      const answer = await fetch(url, init)
      if (posts.length === before || broken++ > 0) return answer
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    })
    expect(broken).toBeGreaterThan(0)
    expect(finding?.open).toBe(false)
    expect(writes.map((one) => [one.state, one.ambiguities])).toEqual([['sent', 1]])
    expect(new Set(said).size).toBe(said.length)
  },
)

test.each(origins.map((one) => [one.contract.title, one] as const))(
  '%s: nothing is written unless the connection allows it, and the case says what is left to do',
  async (_, detector) => {
    const { finding, writes, news } = await play(detector, 'off')
    expect(writes).toEqual([])
    expect(finding?.open).toBe(true)
    expect(news.map((one) => one.body).join('\n')).toContain('its setting writeBack is off')
  },
)
