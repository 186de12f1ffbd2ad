import { isDeepStrictEqual } from 'node:util'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import type { Finding } from '../src/domain/finding.ts'
import { markerOf } from '../src/domain/id.ts'
import { randomFrom } from '../src/domain/random.ts'
import { keepCases } from '../src/pipeline/correlate.ts'
import {
  type By,
  type Corrected,
  CorrectionError,
  mergeCases,
  moveFinding,
  splitCase,
  undoCorrection,
} from '../src/pipeline/corrections.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { deliver } from '../src/pipeline/outbox.ts'
import { allProtections } from '../src/pipeline/protections.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { tellCorrection } from '../src/pipeline/tell-correction.ts'
import { decideChanges } from '../src/pipeline/tickets.ts'
import { Vendors } from '../src/pipeline/vendors.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { connectAll } from '../src/simulation/connect.ts'
import { correctionsOf } from '../src/store/corrections.ts'
import { nextDue } from '../src/store/due-changes.ts'
import { listChanges } from '../src/store/ticket-changes.ts'
import { type Db, openStore } from '../src/store/store.ts'
import { tenants } from '../src/store/tenants.ts'
import { freshSqlite } from '../src/store/testing.ts'
import { ticketsOf } from '../src/store/tickets.ts'

/** Eight findings on eight devices of one tenant, each in a case of its own, and the ticketing vendors to tell. */
async function floor() {
  const connectors = (await loadConnectors()).filter((one) => one.desk !== undefined)
  const start = Date.UTC(2026, 0, 5)
  let now = start
  // What waits with a signal is a time-out: it never comes.
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) return Promise.resolve(void (now += ms))
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  const clock = { now: () => now, sleep, random: randomFrom(1) }
  const world = makeWorld({ seed: 1, customers: 2, start, days: 1 })
  const sandbox = new Sandbox(connectors, world, clock)
  const store = await openStore(await freshSqlite())
  const outside = { ...clock, fetch: sandbox.fetch() }
  const live = connectAll(new Vendors(connectors, outside), sandbox, start)
  const hub: Hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
  for (const one of live)
    for (const feed of one.connector.feeds.filter(({ kind }) => kind === 'customers'))
      await syncFeed(hub, one, feed)
  await advance(hub)
  const [tenant] = await tenants(store.db)
  const findings = Array.from({ length: 8 }, (_, i) => finding(i, tenant?.id ?? '', start))
  await store.transaction(async (tx) => decideChanges(tx, hub, await keepCases(tx, findings, now), now))
  const pump = async (): Promise<void> => {
    for (const one of live) {
      const { desk } = one.connector
      if (desk === undefined) continue
      for (;;) {
        await deliver(hub, one)
        const due = await nextDue(store.db, one.connection.id)
        if (due === undefined) break
        now = Math.max(now + 1000, due)
      }
    }
  }
  const correct = async (work: (tx: Db, by: By) => Promise<Corrected>): Promise<Corrected> => {
    now += 60_000
    const by = { who: 'tech', why: 'looked at it', now }
    return store.transaction(async (tx) => {
      const done = await work(tx, by)
      await tellCorrection(tx, hub, done, by)
      return done
    })
  }
  return { hub, store, sandbox, pump, correct }
}

function finding(i: number, tenantId: string, start: number): Finding {
  const vendor = {
    connectionId: 'det',
    feed: 'alerts',
    vendorId: `v${i}`,
    customerId: '1',
    recordId: `rec_${i}`,
  }
  const entities = [{ kind: 'host' as const, value: `ws-${i}` }]
  const time = start + i * 60_000
  return {
    ...vendor,
    id: `fnd_${i}`,
    tenantId,
    title: `Alert ${i}`,
    severity: 'high',
    open: true,
    time,
    entities,
  }
}

type Floor = Awaited<ReturnType<typeof floor>>

async function membership({ store }: Floor): Promise<[string, string][]> {
  const rows = await store.db.selectFrom('findings').select(['id', 'case_id']).orderBy('id').execute()
  return rows.map((row) => [row.id, row.case_id ?? ''])
}

const step = fc.record({
  verb: fc.constantFrom('merge', 'split', 'move', 'undo', 'deliver'),
  a: fc.nat(7),
  b: fc.nat(7),
})

/** One step of a random sequence, or one and its undoing. False when it left behind what it should not. */
async function take(own: Floor, { verb, a, b }: { verb: string; a: number; b: number }): Promise<boolean> {
  const before = await membership(own)
  const isAsBefore = async (): Promise<boolean> => isDeepStrictEqual(await membership(own), before)
  const caseOf = (i: number): string => before[i]?.[1] ?? ''
  if (verb === 'deliver') {
    await own.pump()
    return isAsBefore()
  }
  try {
    const done = await own.correct((tx, by) => {
      if (verb === 'merge') return mergeCases(tx, caseOf(a), caseOf(b), by)
      if (verb === 'split') return splitCase(tx, caseOf(a), [`fnd_${a}`], by)
      if (verb === 'move') return moveFinding(tx, `fnd_${a}`, caseOf(b), by)
      return undoCorrection(tx, caseOf(a), by)
    })
    if (verb === 'undo' || b % 2 === 0) return true
    await own.correct((tx, by) => undoCorrection(tx, done.into.id, by))
    return await isAsBefore()
  } catch (error) {
    if (!(error instanceof CorrectionError)) throw error
    // What cannot be done is refused, and changes nothing.
    return isAsBefore()
  }
}

/** What is wrong: findings, edges, sightings and counts tell the same; each case has one ticket that tells of its findings. */
async function complaints(own: Floor): Promise<string[]> {
  const { db } = own.store
  const held = await membership(own)
  const edges = await db.selectFrom('edges').selectAll().orderBy('finding_id').execute()
  const seen = await db.selectFrom('entities').selectAll().orderBy('finding_id').execute()
  const same = (rows: { finding_id: string; case_id: string | null }[]): boolean =>
    isDeepStrictEqual(
      rows.map((row) => [row.finding_id, row.case_id]),
      held,
    )
  const wrong = [...(same(edges) ? [] : ['edges']), ...(same(seen) ? [] : ['sightings'])]
  const cases = await db.selectFrom('cases').selectAll().execute()
  const filed = own.sandbox.truth().filed.filter((ticket) => ticket.text.includes('[WF-'))
  if (filed.length !== cases.length) wrong.push(`${filed.length} tickets of ${cases.length} cases`)
  for (const one of cases) {
    const findings = held.filter(([, caseId]) => caseId === one.id).map(([id]) => id)
    if (one.finding_count !== findings.length) wrong.push(`count of ${one.id}`)
    if ((one.merged_into !== null) !== (findings.length === 0)) wrong.push(`end of ${one.id}`)
    const tickets = filed.filter((ticket) => isOf(ticket.text, one.id))
    if (tickets.length !== 1) wrong.push(`${tickets.length} tickets of ${one.id}`)
    for (const id of findings)
      if (tickets[0]?.text.includes(`alerts/${id.replace('fnd_', 'v')}`) !== true) wrong.push(`${id} untold`)
  }
  return wrong
}

/** The marker stands in the subject, which comes first; notes may name others. */
function isOf(text: string, caseId: string): boolean {
  return text.split('\n')[0]?.includes(markerOf(caseId)) === true
}

test('whatever people merge, split, move and undo, a finding is in one case and a case has one ticket', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const own = await floor()
      const taken: boolean[] = []
      for (const one of steps) taken.push(await take(own, one))
      await own.pump()
      expect([taken.includes(false), await complaints(own)]).toEqual([false, []])
      await own.store.close()
    }),
    { numRuns: 12 },
  )
})

test('of two cases the one with the older ticket goes on; the other’s ticket says where', async () => {
  const own = await floor()
  await own.pump()
  const ids = (await membership(own)).map(([, caseId]) => caseId)
  const tickets = await ticketsOf(own.store.db, ids)
  const [first, second] = [tickets[0]?.caseId, tickets.at(-1)?.caseId]
  const done = await own.correct((tx, by) => mergeCases(tx, second ?? '', first ?? '', by))
  expect([done.into.id, done.from.id, done.from.mergedInto]).toEqual([first, second, first])
  await own.pump()
  const texts = own.sandbox.truth().filed.map((ticket) => ticket.text)
  const [kept, left] = [first, second].map((id) => texts.find((text) => isOf(text, id ?? '')))
  expect(kept).toMatch(/An alert of WF-\w+, ticket #\d+ belong to this case now \(tech: looked at it\)/)
  expect(left).toMatch(/This case is one with WF-\w+, ticket #\d+ now, where work goes on/)
  const lastTold = async (): Promise<string[]> =>
    (await listChanges(own.store.db, { caseId: second ?? '', limit: 100 }))
      .filter(({ kind }) => kind === 'status' || kind === 'reopen')
      .map(({ kind, state }) => `${kind} ${state}`)
  expect(await lastTold()).toEqual(['status sent'])
  const [correction] = await correctionsOf(own.store.db, second ?? '')
  expect(correction).toMatchObject({ kind: 'merge', who: 'tech', why: 'looked at it', undoneBy: null })
  await own.correct((tx, by) => undoCorrection(tx, first ?? '', by))
  await own.pump()
  expect(await lastTold()).toEqual(['reopen sent', 'status sent'])
  await own.store.close()
})

test.each<[string, (tx: Db, by: By) => Promise<unknown>, RegExp]>([
  ['a case with itself', (tx, by) => mergeCases(tx, 'A', 'A', by), /no case A: "watchfloor cases"/],
  ['nothing to undo', (tx, by) => undoCorrection(tx, 'A', by), /nobody has changed WF-/],
  [
    'a finding that is nowhere',
    (tx, by) => moveFinding(tx, 'fnd_x', 'A', by),
    /no finding fnd_x is in a case/,
  ],
])('what cannot be done is said in one line: %s', async (_, work, message) => {
  const own = await floor()
  const by = { who: 'tech', why: '', now: 1 }
  await expect(own.store.transaction((tx) => work(tx, by))).rejects.toThrow(message)
  await own.store.close()
})
