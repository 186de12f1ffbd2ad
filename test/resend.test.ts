import { expect, test } from 'vitest'

import type { Fetch } from '../src/domain/outside.ts'
import type { FaultRule } from '../src/sandbox/faults.ts'
import { listCases } from '../src/store/cases.ts'
import { findingsSince } from '../src/store/findings.ts'
import { answerWith, openReadingHub } from './support/reading-hub.ts'

/** A vendor whose replicas lag, or that shuffles its rows, is read as one that does neither. */

const minute = 60_000

/** With how many attacks a day: one sees a third of the customers only. */
const detectors: [detector: string, attacks: number][] = [
  ['rocketcyber', 6],
  ['rapid7', 8],
  ['cybervault', 30],
]

type Opened = Awaited<ReturnType<typeof openReadingHub>>

/** Half a day in the midst of things, with the faults, and an hour without them. */
async function halfADay(detector: string, attacks: number, faults: readonly FaultRule[]): Promise<Opened> {
  const opened = await openReadingHub((fetch) => fetch, detector, attacks)
  opened.clock.now -= 2 * 24 * 60 * minute
  opened.sandbox.faults.rules.push(...faults)
  const end = opened.clock.now + 12 * 60 * minute
  while (opened.clock.now < end) {
    const next = opened.clock.now + 10 * minute
    await opened.turn()
    opened.clock.now = Math.max(next, opened.clock.now)
  }
  opened.sandbox.faults.rules.length = 0
  opened.clock.now = end
  for (let turn = 0; turn < 7; turn++) {
    await opened.turn()
    opened.clock.now = Math.max(end + turn * 10 * minute, opened.clock.now)
  }
  return opened
}

/** What the hub holds of the vendor, in the vendor's own terms. */
async function held({ store }: Opened) {
  const findings = await findingsSince(store.db, 0)
  const cases = await listCases(store.db, { limit: 1000 })
  return {
    findings: findings.map((one) => [one.feed, one.vendorId, one.customerId, one.open, one.title]),
    open: cases.filter((one) => one.status === 'open').length,
    resolved: cases.filter((one) => one.status === 'resolved').length,
  }
}

/** Every row that has an id, as it was when it was first handed out, for as long as `old` is on. */
function firstVersions(lag: { old: boolean }): (fetch: Fetch) => Fetch {
  const first = new Map<string, unknown>()
  const idOf = (row: any): string | undefined =>
    row?.rrn ?? row?.assessment_id ?? row?.incident_id ?? (row?.title !== undefined ? row.id : undefined)
  const swap = (value: any): unknown => {
    if (Array.isArray(value)) return value.map(swap)
    const id = idOf(value)
    if (id === undefined) return value
    if (!first.has(id)) first.set(id, value)
    return lag.old ? first.get(id) : value
  }
  return (fetch) => async (url, init) => {
    const answer = await fetch(url, init)
    const text = await answer.text()
    if (answer.status !== 200 || !text.startsWith('{')) return answerWith(answer, text, answer.status)
    const body = JSON.parse(text)
    const rows = ['data', 'alerts'].find((name) => Array.isArray(body[name]))
    const told = rows === undefined ? swap(body) : { ...body, [rows]: swap(body[rows]) }
    return answerWith(answer, JSON.stringify(told), answer.status)
  }
}

test.each(detectors)(
  '%s: what is closed is not opened again by an old version of it',
  async (detector, attacks) => {
    const lag = { old: false }
    const opened = await openReadingHub(firstVersions(lag), detector, attacks)
    opened.clock.now -= 3 * 24 * 60 * minute
    const go = async (hours: number): Promise<void> => {
      for (const end = opened.clock.now + hours * 60 * minute; opened.clock.now < end;) {
        const next = opened.clock.now + 20 * minute
        await opened.turn()
        opened.clock.now = Math.max(next, opened.clock.now)
      }
    }
    await go(20)
    const before = await held(opened)
    lag.old = true
    await go(0.7)
    lag.old = false
    await go(2)
    const after = await held(opened)
    const isClosed = (one: Held['findings'][number]): boolean => one[3] === false
    const closed = before.findings.filter(isClosed)
    expect(closed.length).toBeGreaterThan(3)
    expect(after.findings).toEqual(expect.arrayContaining(closed))
    expect(reopened(opened)).toEqual([])
  },
)

type Held = Awaited<ReturnType<typeof held>>

/** What the tickets say that the vendor reopened. */
function reopened({ sandbox }: Opened): string[] {
  const said = sandbox.truth().filed.flatMap((ticket) => ticket.comments.map((one) => one.subject))
  return said.filter((subject) => subject.includes('reopened'))
}

test.each(detectors)(
  '%s: old answers and mixed rows leave nothing behind that the vendor does not say',
  async (detector, attacks) => {
    const honest = await held(await halfADay(detector, attacks, []))
    const faults: FaultRule[] = [
      { vendor: detector, kind: 'resend', method: 'GET', rate: 0.3, delayMs: 15 * minute },
      { vendor: detector, kind: 'reorder', method: 'GET', rate: 0.3 },
    ]
    const lagging = await halfADay(detector, attacks, faults)
    const { resend, reorder } = lagging.sandbox.faults.struck
    expect(Math.min(resend, reorder)).toBeGreaterThan(2)
    expect(honest.findings.length).toBeGreaterThan(10)
    expect(await held(lagging)).toEqual(honest)
  },
)
