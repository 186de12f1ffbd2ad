import { expect, test } from 'vitest'

import { account } from './account.ts'
import { pages } from './paging.ts'
import { regionOf } from './regions.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { keyOf, parent, settingUp } from './testing.ts'

const setUp = settingUp<any>(makeWorld)

// Every request and answer that the seed document 001_49125e3c0a75104d.txt (Command Platform API overview) prints.

test('curl -H "X-Api-Key: API_KEY" …/validate', async () => {
  const { ask } = await setUp()
  expect(await ask('GET /validate')).toMatchObject({ status: 200, body: { message: 'Authorized' } })
})

test('curl -i -H "X-Api-Key: INVALID_API_KEY" …/validate', async () => {
  const { ask } = await setUp()
  const answer = await ask('GET /validate', undefined, { 'x-api-key': 'INVALID_API_KEY' })
  expect([answer.status, answer.text]).toEqual([401, '{"message":"Unauthorized"}'])
  expect((await ask('GET /validate', undefined, { 'x-api-key': '' })).text).toBe('{"message":"Unauthorized"}')
})

test('the region code of us.idr.insight.rapid7.com is us; two letters would not do for us2 and us3', () => {
  expect(regionOf('us.idr.insight.rapid7.com')).toBe('us')
  expect(regionOf('https://us2.idr.insight.rapid7.com/op/home')).toBe('us2')
  expect(regionOf('us3.api.insight.rapid7.com')).toBe('us3')
  expect(regionOf('insight.rapid7.com')).toBeUndefined()
})

test('the version stands in the address: /idr/v1/investigations', async () => {
  const { ask } = await setUp()
  expect((await ask('GET /idr/v1/investigations')).status).toBe(200)
  expect((await ask('GET /idr/v2/investigations')).status).toBe(200)
  expect((await ask('GET /idr/v3/investigations')).status).toBe(404)
})

test('the printed page is read: page 1 of 4, two rows of seven', () => {
  const body = {
    data: [
      { id: 3, name: 'vm-101' },
      { id: 4, name: 'vm-102' },
    ],
    metadata: { index: 1, size: 2, total_pages: 4, total_data: 7 },
  }
  const paging = pages(100)
  expect(paging.read(body, { index: 1, size: 2 })).toEqual({
    rows: body.data,
    total: 7,
    next: { index: 2, size: 2 },
  })
  const rows = Array.from({ length: 7 }, (_, i) => ({ id: i + 1 }))
  expect(paging.write(rows, { index: 1, size: 2 }, {})).toEqual({
    data: [{ id: 3 }, { id: 4 }],
    metadata: body.metadata,
  })
})

test('…/idr/v1/investigations?index=3&size=50&sort=type,ASC,created,DESC', async () => {
  const { ask } = await setUp()
  const answer = await ask('GET /idr/v1/investigations?index=3&size=50&sort=type,ASC,created,DESC')
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    data: [],
    metadata: { index: 3, size: 50, sort: 'type,ASC,created,DESC' },
  })
})

test('index and size are always there, totals where possible, sort only when sorted', async () => {
  const { ask } = await setUp()
  const { metadata } = (await ask('GET /idr/v2/investigations?size=1')).body
  expect(Object.keys(metadata).toSorted()).toEqual(['index', 'size', 'total_data', 'total_pages'])
})

test('the returned size may be smaller than the requested size', async () => {
  const { ask } = await setUp()
  expect((await ask('GET /idr/v2/investigations?size=5000')).body.metadata.size).toBe(100)
  expect((await ask('GET /idr/v1/investigations?size=5000')).body.metadata.size).toBe(1000)
})

test('curl -i …/ shows the rate limit: RateLimit-Limit 1000, Remaining, and Reset in epoch seconds', async () => {
  const { ask, pair } = await setUp({ switches: { rateLimit: 'seed' } })
  const { status, headers } = await ask('GET /')
  expect([status, headers['ratelimit-limit']]).toEqual([200, '1000'])
  expect(Number(headers['ratelimit-remaining'])).toBeLessThan(1000)
  const reset = Number(headers['ratelimit-reset']) * 1000
  expect(reset).toBeGreaterThan(pair.clock.now)
  expect(reset - pair.clock.now).toBeLessThanOrEqual(15 * 60_000)
})

test('audit logs are for an organization key or a platform admin, one log or several', async () => {
  const { ask, pair } = await setUp({ switches: { polls: '0' } })
  for (const name of ['organization', 'user']) {
    const headers = { 'x-api-key': keyOf(pair, name), 'r7-organization-id': '' }
    const { body } = await ask('GET /log_search/audit/management/logs', undefined, headers)
    const ids = body.logs.map((log: { id: string }) => log.id)
    for (const wanted of [ids.slice(0, 1), ids]) {
      const line = `GET /log_search/audit/query/logs/${wanted.join(':')}?time_range=Last+30+Days&per_page=200`
      const { status, body: found } = await ask(line, undefined, headers)
      expect([status, found.events.length > 0]).toEqual([200, true])
    }
  }
  const readOnly = { 'x-api-key': keyOf(pair, 'read-only user'), 'r7-organization-id': '' }
  expect((await ask('GET /log_search/audit/management/logs', undefined, readOnly)).status).toBe(403)
})

test('one endpoint serves all products: the parent sees its products', async () => {
  const { pair } = await setUp()
  const page = await pair.client.call(account.products)
  expect(page.rows[0]?.organization_id).toBe(parent)
})
