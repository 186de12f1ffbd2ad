import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Finding } from '../domain/finding.ts'
import { type Placed, correlate, maxFindings, nearMs } from './correlate.ts'

const minute = 60_000

function finding(
  id: string,
  time: number,
  hosts: string[] = ['ws-01'],
  tenantId: string | null = 't1',
  title = 'x',
): Finding {
  const entities = hosts.map((value) => ({ kind: 'host' as const, value }))
  const vendor = { connectionId: 'c', feed: 'f', vendorId: id, customerId: null, recordId: id }
  return { ...vendor, id, tenantId, title, severity: 'low', open: true, time, entities }
}

const placed = (caseId: string, time: number, host = 'ws-01', tenantId = 't1'): Placed => ({
  tenantId,
  kind: 'host',
  value: host,
  findingId: `of ${caseId}`,
  caseId,
  time,
})
const run = (findings: Finding[], near: Placed[] = [], sizes: [string, number][] = []) =>
  correlate(findings, near, new Map(sizes))
const groups = (findings: Finding[]): string[][] => {
  const cases = new Map<string, string[]>()
  for (const { finding, caseId } of run(findings))
    cases.set(caseId, [...(cases.get(caseId) ?? []), finding.id])
  return [...cases.values()]
}

const someFindings = fc
  .uniqueArray(
    fc.record({
      id: fc.nat(500),
      time: fc.nat(300),
      hosts: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      tenant: fc.constantFrom('t1', 't2', null),
    }),
    { selector: ({ id }) => id, maxLength: 40 },
  )
  .map((list) => list.map(({ id, time, hosts, tenant }) => finding(`f${id}`, time * minute, hosts, tenant)))
const somePlaced = fc
  .array(
    fc.record({
      n: fc.nat(5),
      time: fc.nat(300),
      host: fc.constantFrom('a', 'b'),
      tenant: fc.constantFrom('t1', 't2'),
    }),
    { maxLength: 10 },
  )
  .map((list) =>
    list.map(({ n, time, host, tenant }) => placed(`${tenant} case ${n}`, time * minute, host, tenant)),
  )

describe('placing findings', () => {
  test('does not depend on the order in which they, their entities and their neighbours come', () => {
    const shuffled = fc.tuple(someFindings, somePlaced, fc.infiniteStream(fc.nat()))
    fc.assert(
      fc.property(shuffled, ([findings, near, order]) => {
        const mixed = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: order.next().value }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ item }) => item)
        const others = mixed(findings).map((one) => ({ ...one, entities: mixed(one.entities) }))
        const told = (placements: ReturnType<typeof correlate>) =>
          placements.map(({ finding, ...rest }) => ({ id: finding.id, ...rest }))
        expect(told(run(others, mixed(near)))).toEqual(told(run(findings, near)))
      }),
    )
  })

  test('changes nothing of what it is given', () => {
    fc.assert(
      fc.property(someFindings, somePlaced, (findings, near) => {
        const sizes = new Map([['t1 case 1', 49]])
        const before = structuredClone({ findings, near, sizes })
        const first = correlate(findings, near, sizes)
        expect({ findings, near, sizes }).toEqual(before)
        expect(correlate(findings, near, sizes)).toEqual(first)
      }),
    )
  })

  test('places every finding once, gives each new case one founder, and never crosses a tenant', () => {
    fc.assert(
      fc.property(someFindings, somePlaced, (findings, near) => {
        const placements = run(findings, near)
        expect(placements.map(({ finding }) => finding.id).toSorted()).toEqual(
          findings.map(({ id }) => id).toSorted(),
        )
        const founders = placements.filter(({ founder }) => founder)
        expect(new Set(founders.map(({ caseId }) => caseId)).size).toBe(founders.length)
        const tenantOf = new Map<string, string | null>([
          ...near.map(({ caseId, tenantId }) => [caseId, tenantId] as const),
          ...founders.map(({ caseId, finding }) => [caseId, finding.tenantId] as const),
        ])
        for (const { finding, caseId } of placements) expect(tenantOf.get(caseId)).toBe(finding.tenantId)
      }),
    )
  })
})

test('one device within the hour is one case, a minute more is two', () => {
  expect(groups([finding('a', 0), finding('b', nearMs)])).toEqual([['a', 'b']])
  expect(groups([finding('a', 0), finding('b', nearMs + 1)])).toEqual([['a'], ['b']])
  expect(run([finding('b', 0)], [placed('later', nearMs)])[0]).toMatchObject({
    caseId: 'later',
    founder: false,
    reason: 'same device ws-01, 60 min apart',
  })
  expect(run([finding('b', 0)], [placed('later', nearMs + 1)])[0]).toMatchObject({ founder: true })
})

test('neighbours chain: each within the hour of the one before', () => {
  expect(groups([finding('a', 0), finding('b', nearMs), finding('c', 2 * nearMs)])).toEqual([['a', 'b', 'c']])
})

test('the nearest in event time is joined', () => {
  const near = [placed('far', 0), placed('near', 50 * minute)]
  expect(run([finding('a', 30 * minute)], near)[0]?.caseId).toBe('near')
})

test('the title alone joins nothing', () => {
  expect(
    groups([finding('a', 0, ['ws-01'], 't1', 'same'), finding('b', 1, ['ws-02'], 't1', 'same')]),
  ).toHaveLength(2)
  expect(groups([finding('a', 0, [], 't1', 'same'), finding('b', 1, [], 't1', 'same')])).toHaveLength(2)
})

test('a host without a name joins nothing', () => {
  expect(groups([finding('a', 0, ['']), finding('b', 1, [''])])).toHaveLength(2)
})

test('findings without a tenant are never joined: nobody knows whose they are', () => {
  expect(groups([finding('a', 0, ['dc-01'], null), finding('b', 1, ['dc-01'], null)])).toHaveLength(2)
})

test('a case grows to its cap and no further; what follows founds the next', () => {
  const many = Array.from({ length: maxFindings * 2 + 1 }, (_, i) => finding(`f${i}`, i))
  expect(groups(many).map((ids) => ids.length)).toEqual([maxFindings, maxFindings, 1])
  const near = [placed('full', 0)]
  expect(run([finding('a', 1)], near, [['full', maxFindings - 1]])[0]?.caseId).toBe('full')
  expect(run([finding('a', 1)], near, [['full', maxFindings]])[0]?.founder).toBe(true)
})

test('what a vendor groups belongs together, however far apart and on whatever device', () => {
  const grouped = (id: string, time: number, host: string): Finding => {
    const one = finding(id, time, [host])
    return { ...one, entities: [...one.entities, { kind: 'group', value: 'con/case-7' }] }
  }
  const [first, second] = correlate(
    [grouped('a', 0, 'ws-01'), grouped('b', 50 * 60 * minute, 'ws-02')],
    [],
    new Map(),
  )
  expect(second).toMatchObject({ caseId: first?.caseId, reason: 'the vendor says that they belong together' })
})
