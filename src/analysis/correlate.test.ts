import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Entity } from '../domain/entity.ts'
import type { Finding } from '../domain/finding.ts'
import { type CaseSize, type Known, type Placed, correlate } from './correlate.ts'
import { keyOf } from './links.ts'
import { correlationPolicy, defaultPolicy } from './policy.ts'

const minute = 60_000
const { maxFindings } = defaultPolicy

const host = (value: string): Entity => ({ kind: 'host', value })

function finding(
  id: string,
  time: number,
  entities: Entity[] = [host('ws-01')],
  tenantId: string | null = 't1',
  title = 'x',
): Finding {
  const vendor = { connectionId: 'c', feed: 'f', vendorId: id, customerId: null, recordId: id }
  return { ...vendor, id, tenantId, title, severity: 'low', open: true, time, entities }
}

const placed = (caseId: string, time: number, entity = host('ws-01'), tenantId = 't1'): Placed => ({
  key: keyOf(tenantId, entity),
  caseId,
  time,
})
const nothing: Known = { placed: [], sizes: new Map(), cases: new Map(), seen: new Map() }
const run = (findings: Finding[], known: Partial<Known> = {}, policy = defaultPolicy) =>
  correlate(findings, { ...nothing, ...known }, policy)
const groups = (findings: Finding[], known: Partial<Known> = {}): string[][] => {
  const cases = new Map<string, string[]>()
  for (const { finding, caseId } of run(findings, known).placements)
    cases.set(caseId, [...(cases.get(caseId) ?? []), finding.id])
  return [...cases.values()]
}
/** A customer with so many cases, of which so many have each of these entities. */
const history = (cases: number, ...seen: [Entity, number][]): Partial<Known> => ({
  cases: new Map([['t1', cases]]),
  seen: new Map(seen.map(([entity, count]) => [keyOf('t1', entity), count])),
})

const someEntity = fc.oneof(
  fc.constantFrom('a', 'b', 'c').map(host),
  fc.constantFrom('u', 'v').map((value): Entity => ({ kind: 'user', value })),
  fc.constantFrom('203.0.113.7', '8.8.8.8').map((value): Entity => ({ kind: 'address', value })),
  fc.constantFrom('g').map((value): Entity => ({ kind: 'group', value })),
)
const someFindings = fc
  .uniqueArray(
    fc.record({
      id: fc.nat(500),
      time: fc.nat(300),
      entities: fc.uniqueArray(someEntity, { maxLength: 3, selector: ({ kind, value }) => kind + value }),
      tenant: fc.constantFrom('t1', 't2', null),
    }),
    { selector: ({ id }) => id, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ id, time, entities, tenant }) => finding(`f${id}`, time * minute, entities, tenant)),
  )
const somePlaced = fc
  .array(
    fc.record({
      n: fc.nat(5),
      time: fc.nat(300),
      entity: someEntity,
      tenant: fc.constantFrom('t1', 't2'),
    }),
    { maxLength: 10 },
  )
  .map((list) =>
    list.map(({ n, time, entity, tenant }) => placed(`${tenant} case ${n}`, time * minute, entity, tenant)),
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
        const told = ({ placements, bridges }: ReturnType<typeof correlate>) => [
          placements.map(({ finding, ...rest }) => ({ id: finding.id, ...rest })),
          bridges,
        ]
        expect(told(run(others, { placed: mixed(near) }))).toEqual(told(run(findings, { placed: near })))
      }),
    )
  })

  test('changes nothing of what it is given', () => {
    fc.assert(
      fc.property(someFindings, somePlaced, (findings, near) => {
        const sizes = new Map<string, CaseSize>([
          ['t1 case 1', { count: 49, firstTime: 0, lastTime: 1, marks: [] }],
        ])
        const before = structuredClone({ findings, near, sizes })
        const first = run(findings, { placed: near, sizes })
        expect({ findings, near, sizes }).toEqual(before)
        expect(run(findings, { placed: near, sizes })).toEqual(first)
      }),
    )
  })

  test('places every finding once, gives each new case one founder, and never crosses a tenant', () => {
    fc.assert(
      fc.property(someFindings, somePlaced, (findings, near) => {
        const { placements, bridges } = run(findings, { placed: near })
        expect(placements.map(({ finding }) => finding.id).toSorted()).toEqual(
          findings.map(({ id }) => id).toSorted(),
        )
        const known = new Set(near.map(({ caseId }) => caseId))
        const founders = placements.filter(({ founder }) => founder)
        const fresh = new Set(placements.map(({ caseId }) => caseId).filter((id) => !known.has(id)))
        expect(founders.map(({ caseId }) => caseId).toSorted()).toEqual([...fresh].toSorted())
        const tenantOf = new Map<string, string | null>([
          ...near.map((one) => [one.caseId, one.key.split('\n')[0] ?? null] as const),
          ...founders.map(({ caseId, finding }) => [caseId, finding.tenantId] as const),
        ])
        for (const { finding, caseId } of placements) expect(tenantOf.get(caseId)).toBe(finding.tenantId)
        for (const { caseId, otherId } of bridges) {
          for (const id of [caseId, otherId]) expect(known.has(id) || fresh.has(id)).toBe(true)
          expect(tenantOf.get(caseId)).toBe(tenantOf.get(otherId))
        }
      }),
    )
  })
})

describe('a device', () => {
  test('within the hour is one case, later it is two', () => {
    expect(groups([finding('a', 0), finding('b', 50 * minute)])).toEqual([['a', 'b']])
    expect(groups([finding('a', 0), finding('b', 61 * minute)])).toEqual([['a'], ['b']])
    const near = { placed: [placed('later', 60 * minute)], ...history(9, [host('ws-01'), 1]) }
    expect(run([finding('b', 0)], near).placements[0]).toMatchObject({
      caseId: 'later',
      founder: false,
      reason: 'same host ws-01 (in 1 of 9 cases), 60 min apart; weight 0.5',
      weight: 0.55,
    })
  })

  test('chains: each within the hour of the one before', () => {
    const chain = [finding('a', 0), finding('b', 50 * minute), finding('c', 100 * minute)]
    expect(groups(chain)).toEqual([['a', 'b', 'c']])
  })

  test('joins the nearest in event time', () => {
    const near = [placed('far', 0), placed('near', 50 * minute)]
    expect(run([finding('a', 30 * minute)], { placed: near }).placements[0]?.caseId).toBe('near')
  })

  test('that stands in nearly every case links nothing; a rare one does', () => {
    const dc = host('dc-01')
    const both = [finding('a', 0, [dc, host('ws-01')]), finding('b', minute, [dc, host('ws-02')])]
    expect(groups(both, history(100, [dc, 95]))).toEqual([['a'], ['b']])
    expect(groups(both, history(100, [dc, 2]))).toEqual([['a', 'b']])
  })

  test('that is fairly common must be nearer in time', () => {
    const common = history(100, [host('ws-01'), 30])
    expect(groups([finding('a', 0), finding('b', 5 * minute)], common)).toEqual([['a', 'b']])
    expect(groups([finding('a', 0), finding('b', 50 * minute)], common)).toEqual([['a'], ['b']])
  })
})

test.each<[string, Entity]>([
  ['a public name server', { kind: 'address', value: '8.8.8.8' }],
  ['this machine itself', { kind: 'address', value: '127.0.0.1' }],
  ['the system account', { kind: 'user', value: 'system' }],
  ['the empty file', { kind: 'hash', value: 'd41d8cd98f00b204e9800998ecf8427e' }],
  ['a host without a name', host('')],
])('%s links nothing, however rare it is here', (_, entity) => {
  expect(groups([finding('a', 0, [entity]), finding('b', 1, [entity])])).toHaveLength(2)
})

test('a rare file joins across devices and days', () => {
  const file: Entity = { kind: 'hash', value: 'ab'.repeat(32) }
  const far = 3 * 24 * 60 * minute
  expect(groups([finding('a', 0, [file, host('a')]), finding('b', far, [file, host('b')])])).toEqual([
    ['a', 'b'],
  ])
})

test('the same content again is one case, where the device alone is too far in time', () => {
  const content: Entity = { kind: 'content', value: 'f1' }
  const entities = [host('ws-01'), content]
  expect(groups([finding('a', 0, entities), finding('b', 180 * minute, entities)])).toEqual([['a', 'b']])
  expect(groups([finding('a', 0), finding('b', 180 * minute)])).toHaveLength(2)
})

test('the title alone joins nothing', () => {
  const other = [
    finding('a', 0, [host('ws-01')], 't1', 'same'),
    finding('b', 1, [host('ws-02')], 't1', 'same'),
  ]
  expect(groups(other)).toHaveLength(2)
  expect(groups([finding('a', 0, [], 't1', 'same'), finding('b', 1, [], 't1', 'same')])).toHaveLength(2)
})

test('findings without a tenant are never joined: nobody knows whose they are', () => {
  expect(
    groups([finding('a', 0, [host('dc-01')], null), finding('b', 1, [host('dc-01')], null)]),
  ).toHaveLength(2)
})

test('a case grows to its cap and no further, in number and in time; what follows founds the next', () => {
  const many = Array.from({ length: maxFindings * 2 + 1 }, (_, i) => finding(`f${i}`, i))
  expect(groups(many).map((ids) => ids.length)).toEqual([maxFindings, maxFindings, 1])
  const size = { count: 2, firstTime: 0, lastTime: 71.5 * 60 * minute, marks: [] }
  const near = { placed: [placed('long', size.lastTime)], sizes: new Map([['long', size]]) }
  expect(run([finding('a', 71.9 * 60 * minute)], near).placements[0]?.caseId).toBe('long')
  expect(run([finding('a', 72.1 * 60 * minute)], near).placements[0]?.founder).toBe(true)
})

test('what a vendor groups belongs together, however far apart and on whatever device', () => {
  const group: Entity = { kind: 'group', value: 'con/case-7' }
  const two = [
    finding('a', 0, [host('ws-01'), group]),
    finding('b', 50 * 60 * minute, [host('ws-02'), group]),
  ]
  const [first, second] = run(two).placements
  expect(second).toMatchObject({ caseId: first?.caseId, reason: 'the vendor says that they belong together' })
})

describe('a finding that fits into two cases', () => {
  const bridge = finding('c', 10 * minute, [host('ws-01'), host('ws-02')])

  test('makes one of two that are new', () => {
    const apart = [finding('a', 0, [host('ws-01')]), finding('b', 5 * minute, [host('ws-02')])]
    expect(groups(apart)).toEqual([['a'], ['b']])
    const { placements, bridges } = run([...apart, bridge])
    expect(new Set(placements.map(({ caseId }) => caseId)).size).toBe(1)
    expect(placements.map(({ founder }) => founder)).toEqual([true, false, false])
    expect(placements[1]?.reason).toBe('linked by c/f/c')
    expect(bridges).toEqual([])
  })

  test('brings a new one into the one that was there', () => {
    const fresh = finding('b', 5 * minute, [host('ws-02')])
    const { placements } = run([fresh, bridge], { placed: [placed('old', 0)] })
    expect(placements.map(({ caseId, founder }) => [caseId, founder])).toEqual([
      ['old', false],
      ['old', false],
    ])
  })

  test('leaves two apart that name different files, and says that they look related', () => {
    const file = (value: string): Entity => ({ kind: 'hash', value })
    const apart = [
      finding('a', 0, [host('ws-01'), file('aa')]),
      finding('b', 5 * minute, [host('ws-02'), file('bb')]),
    ]
    const { placements, bridges } = run([...apart, bridge])
    expect(placements.map(({ founder }) => founder)).toEqual([true, true, false])
    expect(bridges).toMatchObject([{ findingId: 'c' }])
    const same = [apart[0]!, finding('b', 5 * minute, [host('ws-02'), file('aa')])]
    expect(new Set(run([...same, bridge]).placements.map(({ caseId }) => caseId)).size).toBe(1)
  })

  test('leaves two that were there as they are, and says that they look related', () => {
    const near = [placed('one', 0), placed('two', 5 * minute, host('ws-02'))]
    const { placements, bridges } = run([bridge], { placed: near })
    expect(placements).toMatchObject([{ caseId: 'two' }])
    expect(bridges).toMatchObject([{ caseId: 'two', otherId: 'one', findingId: 'c' }])
    expect(bridges[0]?.reason).toMatch(/^same host ws-01 /)
  })
})

test('a policy may leave a kind out, or a value', () => {
  const two = [finding('a', 0), finding('b', 1)]
  const none = correlationPolicy.parse({ kinds: { host: { weight: 0 } } })
  const ignoring = correlationPolicy.parse({ ignore: ['host:ws-01'] })
  for (const policy of [none, ignoring])
    expect(new Set(run(two, {}, policy).placements.map(({ caseId }) => caseId)).size).toBe(2)
})

describe('files, public addresses and domains', () => {
  const address = (value: string): Entity => ({ kind: 'address', value })
  const at = (id: string, minutes: number, ...entities: Entity[]): Finding =>
    finding(id, minutes * minute, [host('ws-01'), ...entities])

  test('that two attacks do not share speak against their being one, though the device is', () => {
    const apart = [at('a', 0, address('203.0.113.1')), at('b', 10, address('203.0.113.2'))]
    expect(groups(apart)).toEqual([['a'], ['b']])
    expect(groups([at('a', 0, address('203.0.113.1')), at('b', 10)])).toEqual([['a', 'b']])
    const shared = [at('a', 0, address('203.0.113.1')), at('b', 10, address('203.0.113.1'))]
    expect(groups(shared)).toEqual([['a', 'b']])
  })

  test('another user on the same device speaks against it too, unless a file is the same', () => {
    const [file, other] = [['hash', 'ab'] as const, ['user', 'eve'] as const].map(([kind, value]) => ({
      kind,
      value,
    }))
    const mine: Entity = { kind: 'user', value: 'bob' }
    expect(groups([at('a', 0, mine), at('b', 20, other!)])).toEqual([['a'], ['b']])
    expect(groups([at('a', 0, mine, file!), at('b', 20, other!, file!)])).toEqual([['a', 'b']])
  })

  test('of different kinds speak against it where the device is all that is shared, and not where the user is too', () => {
    const [file, bob]: Entity[] = [
      { kind: 'hash', value: 'ab' },
      { kind: 'user', value: 'bob' },
    ]
    const [stolen, scan] = [at('a', 0, file!), at('b', 10, address('203.0.113.1'))]
    expect(groups([stolen, scan])).toEqual([['a'], ['b']])
    expect(groups([stolen, at('b', 10, bob!)])).toEqual([['a'], ['b']])
    expect(groups([stolen, at('b', 10)])).toEqual([['a', 'b']])
    expect(groups([at('a', 0, file!, bob!), at('b', 10, address('203.0.113.1'), bob!)])).toEqual([['a', 'b']])
  })

  test('are named on the edge where a link outweighs what speaks against it', () => {
    const content: Entity = { kind: 'content', value: 'f1' }
    const two = [at('a', 0, content, address('203.0.113.1')), at('b', 5, content, address('203.0.113.2'))]
    expect(run(two).placements[1]?.reason).toMatch(
      /; although nothing else that they name is the same; weight/,
    )
  })
})

describe('a user alone', () => {
  const bob: Entity = { kind: 'user', value: 'bob' }
  const address: Entity = { kind: 'address', value: '203.0.113.1' }

  test('joins two devices within the hour: somebody goes on with their account', () => {
    const [first, next] = [
      finding('a', 0, [bob, host('ws-01')]),
      finding('b', 50 * minute, [bob, host('ws-02')]),
    ]
    expect(groups([first, next], history(10, [bob, 2]))).toEqual([['a', 'b']])
  })

  test('does not join what befell a mailbox with what befell a device, unless an address is the same', () => {
    const mailbox = finding('a', 0, [bob])
    expect(groups([mailbox, finding('b', 10 * minute, [bob, host('ws-01')])])).toEqual([['a'], ['b']])
    expect(groups([mailbox, finding('b', 10 * minute, [bob])])).toEqual([['a', 'b']])
    const seen = [finding('a', 0, [bob, address]), finding('b', 10 * minute, [bob, address, host('ws-01')])]
    expect(groups(seen)).toEqual([['a', 'b']])
  })
})

test('one device among several that a finding names says less', () => {
  const names = (id: string, time: number, ...hosts: string[]): Finding => finding(id, time, hosts.map(host))
  const common = history(100, [host('dc'), 20])
  expect(groups([names('a', 0, 'dc'), names('b', minute, 'dc')], common)).toEqual([['a', 'b']])
  const mentioned = [names('a', 0, 'dc', 'x1', 'x2'), names('b', minute, 'dc', 'y1', 'y2')]
  expect(groups(mentioned, common)).toEqual([['a'], ['b']])
})
