import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { type ListSpec, nextPage, readAsked } from './listing.ts'
import { Table } from './sandbox-table.ts'
import { keys, tenantsIn, sample, walkAll } from './testing.ts'
import type { Row } from './values.ts'

const openTenant = tenantsIn(makeWorld)

const query = (value: Record<string, string>) => new URLSearchParams(value).toString()

test('the envelope, and the end of the list', async () => {
  const tenant = openTenant()
  const first = (await tenant.ask('GET /threats', { search: 'limit=2' })).body
  expect(Object.keys(first)).toEqual(['data', 'pagination'])
  expect(first.pagination).toEqual({
    next_cursor: expect.stringMatching(/^[\w-]+$/),
    has_more: true,
    limit: 2,
  })
  expect(first.data[0]).not.toHaveProperty('payload')
  const all = (await tenant.ask('GET /threats', { search: 'limit=200' })).body
  expect(all.pagination).toEqual({ next_cursor: null, has_more: false, limit: 200 })
})

test.each([
  ['limit=0', 'invalid_parameter'],
  ['limit=ten', 'invalid_parameter'],
  ['limit=1.5', 'invalid_parameter'],
  ['limit=201', 'invalid_parameter'],
  ['sort=payload:desc', 'invalid_sort'],
  ['sort=created_at:down', 'invalid_sort'],
  ['sort=created_at:asc:desc', 'invalid_sort'],
  [query({ filter: '[1]' }), 'invalid_filter'],
  [query({ filter: '{cut' }), 'invalid_filter'],
  [query({ filter: '{"payload":1}' }), 'invalid_filter'],
  [query({ filter: '{"risk_score":{"over":1}}' }), 'invalid_filter'],
  [query({ filter: '{"created_at":{"gte":"yesterday"}}' }), 'invalid_filter'],
  [query({ filter: '{"or":{"severity":"high"}}' }), 'invalid_filter'],
  [query({ filter: '{"or":[{"or":[{"or":[{"or":[{"severity":"high"}]}]}]}]}' }), 'invalid_filter'],
  [query({ filter: JSON.stringify({ severity: 'x'.repeat(4096) }) }), 'invalid_filter'],
  ['filter[payload]=1', 'invalid_filter'],
  ['cursor=abc', 'invalid_cursor'],
])('%s is refused as %s', async (search, code) => {
  const { status, body } = await openTenant().ask('GET /threats', { search })
  expect([status, body.error.code]).toEqual([400, code])
})

test('a limit above 200 is lowered when the switch says so', async () => {
  const tenant = openTenant({ switches: { limitAbove: 'clamp' } })
  expect((await tenant.ask('GET /threats', { search: 'limit=1000' })).body.pagination.limit).toBe(200)
})

test('a cursor goes with its list, sort, filter, tenant and environment, unchanged and for a day; the limit may change', async () => {
  const tenant = openTenant()
  const own = { sort: 'risk_score:desc', filter: '{"risk_score":{"gte":1}}' }
  const { next_cursor: cursor } = (
    await tenant.ask('GET /threats', { search: query({ ...own, limit: '2' }) })
  ).body.pagination
  const code = async (given: Record<string, string>, path = '/threats', key = keys.full) => {
    const { status, body } = await tenant.ask(`GET ${path}`, { search: query(given), key })
    return status === 200 ? 'ok' : body.error.code
  }
  expect(await code({ ...own, cursor, limit: '7' })).toBe('ok')
  expect(await code({ ...own, sort: 'risk_score:asc', cursor })).toBe('invalid_cursor')
  expect(await code({ sort: own.sort, cursor })).toBe('invalid_cursor')
  expect(await code({ ...own, filter: '{"risk_score":{"gte":2}}', cursor })).toBe('invalid_cursor')
  expect(await code({ ...own, cursor }, '/threats', keys.second)).toBe('invalid_cursor')
  expect(await code({ ...own, cursor }, '/threats', keys.test)).toBe('invalid_cursor')
  expect(await code({ cursor }, '/incidents')).toBe('invalid_cursor')
  const [value, id, until, signature] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  for (const forged of [
    [value + 1, id, until, signature],
    [value, 'ta_0', until, signature],
    [value, id, until + 1, signature],
    [value, id, until],
  ]) {
    const text = Buffer.from(JSON.stringify(forged)).toString('base64url')
    expect(await code({ ...own, cursor: text })).toBe('invalid_cursor')
  }
  tenant.clock.now += 24 * 3_600_000 + 1
  expect(await code({ ...own, cursor })).toBe('invalid_cursor')
})

test.each<[string, (row: any) => boolean]>([
  ['{"severity":"high"}', (row) => row.severity === 'high'],
  ['{"severity":["high","critical"]}', (row) => ['high', 'critical'].includes(row.severity)],
  ['{"severity":{"gte":"medium"}}', (row) => ['medium', 'high', 'critical'].includes(row.severity)],
  ['{"risk_score":{"gt":5,"lt":90}}', (row) => row.risk_score > 5 && row.risk_score < 90],
  ['{"risk_score":{"lte":5}}', (row) => row.risk_score <= 5],
  ['{"classification":{"ne":"benign"}}', (row) => row.classification !== 'benign'],
  ['{"classification":{"nin":["benign","suspicious"]}}', (row) => row.classification === 'malicious'],
  [
    '{"classification":{"in":["benign"]},"status":{"eq":"new"}}',
    (row) => row.classification === 'benign' && row.status === 'new',
  ],
  ['{"classification":{"contains":"SUS"}}', (row) => row.classification === 'suspicious'],
  [
    '{"mitre_attack.technique_id":"T1571"}',
    (row) => row.mitre_attack.some((one: any) => one.technique_id === 'T1571'),
  ],
  ['{"mitre_attack.technique_id":{"exists":false}}', (row) => row.mitre_attack.length === 0],
  [
    '{"or":[{"severity":"critical"},{"risk_score":{"lt":10}}]}',
    (row) => row.severity === 'critical' || row.risk_score < 10,
  ],
  ['{"created_at":{"gte":"2026-06-03T00:00:00.000Z"}}', (row) => row.created_at >= '2026-06-03T00:00:00Z'],
])('the filter %s selects what it says, under every sort', async (filter, fits) => {
  const tenant = openTenant()
  await tenant.ask('POST /threats/analyze', { body: sample })
  const all = await walkAll(tenant, '/threats', { limit: '200' })
  const expected = all
    .filter(fits)
    .map((row) => String(row['assessment_id']))
    .toSorted()
  expect(expected.length).toBeGreaterThan(0)
  for (const sort of [
    'created_at:desc',
    'created_at:asc',
    'updated_at:asc',
    'risk_score:desc',
    'severity:asc',
  ]) {
    const rows = await walkAll(tenant, '/threats', { filter, sort, limit: '3' })
    expect([sort, rows.map((row) => String(row['assessment_id'])).toSorted()]).toEqual([sort, expected])
  }
})

test('brackets are the same as equals, and join the object', async () => {
  const tenant = openTenant()
  const rows = await walkAll(tenant, '/threats', {
    'filter[classification]': 'malicious',
    filter: '{"risk_score":{"gte":90}}',
  })
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every((row) => Number(row['risk_score']) >= 90)).toBe(true)
})

test('a list that is walked while rows come and go is read exactly once per row', async () => {
  for (const sort of ['created_at:desc', 'created_at:asc']) {
    const tenant = openTenant()
    const before = (await walkAll(tenant, '/threats', { sort, limit: '200' })).map(
      (row) => row['assessment_id'],
    )
    const read = await walkAll(tenant, '/threats', { sort, limit: '3' }, async () => {
      await tenant.ask('POST /threats/analyze', { body: sample })
      tenant.clock.now += 1000
      if (tenant.clock.now > 4e12) throw new Error('endless')
      if (sort === 'created_at:asc') tenant.switches['failPath'] = '/analyze'
    })
    const ids = read.map((row) => row['assessment_id'])
    expect(new Set(ids).size).toBe(ids.length)
    expect(before.filter((id) => !ids.includes(id))).toEqual([])
  }
})

const spec: ListSpec = { name: 'things', id: 'id', fields: ['n', 'created_at'], order: 'n:asc' }
const asking = (search: Record<string, unknown>) =>
  readAsked(spec, { query: search, raw: new Map(), switches: {}, now: 0 })

test('property: whatever is inserted, changed and asked for, an index finds what sorting the whole would find', () => {
  const change = fc.record({ id: fc.integer({ min: 0, max: 12 }), n: fc.integer({ min: 0, max: 5 }) })
  const search = fc.record({
    sort: fc.constantFrom('n:asc', 'n:desc'),
    limit: fc.integer({ min: 1, max: 4 }),
    filter: fc.constantFrom('{}', '{"n":{"gte":2}}', '{"n":{"lt":4}}', '{"n":{"gt":1,"lte":3}}', '{"n":3}'),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), search, (changes, given) => {
      const table = new Table(spec)
      table.select(asking(given))
      for (const { id, n } of changes) table.put({ id: `i${id}`, n })
      const walked: Row[] = []
      let cursor: string | null = null
      do {
        const asked = asking({ ...given, ...(cursor !== null && { cursor }) })
        const { page, cursor: next } = nextPage(table.select(asked), asked, 0)
        walked.push(...page)
        cursor = next
      } while (cursor !== null)
      const { test: fits, sort } = asking(given)
      const sign = sort.descending ? -1 : 1
      const expected = [...table.all()]
        .filter(fits)
        .toSorted(
          (a, b) => sign * (Number(a['n']) - Number(b['n']) || (String(a['id']) < String(b['id']) ? -1 : 1)),
        )
      expect(walked).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('a page of a hundred thousand rows is found without looking at all of them', () => {
  const table = new Table(spec)
  const rows = Array.from({ length: 100_000 }, (_, i) => ({
    id: `i${String(i).padStart(6, '0')}`,
    n: i % 1000,
    created_at: '2026-06-01T00:00:00Z',
  }))
  for (const row of rows) table.put(row)
  table.select(asking({}))
  let looked = 0
  for (let i = 0; i < 200; i++) {
    const asked = asking({ filter: '{"n":{"gte":990}}', limit: 50 })
    const counted = { ...asked, test: (row: Row) => ++looked > 0 && asked.test(row) }
    expect(table.select(counted)).toHaveLength(51)
    table.put({ id: `i${i}x`, n: i })
  }
  expect(looked).toBeLessThan(200 * 60)
})
