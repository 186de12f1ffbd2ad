import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import type { Fetch } from '../../domain/outside.ts'
import { toRecord } from '../../domain/record.ts'
import { Holding } from '../conformance.ts'
import type { PairOptions } from '../testing.ts'
import { customersFeed } from './customers.ts'
import { incidentsFeed } from './incident-feed.ts'
import { day, hour, keys, tenantsIn, sample, start, type Tenancy, walkAll } from './testing.ts'
import { threatsFeed } from './threat-feed.ts'

const openTenant = tenantsIn(makeWorld)

const tenantId = 'tv_9a8b7c6d5e4f'
const minute = 60_000

async function read(tenant: Tenancy, holding: Holding, feed = threatsFeed) {
  await holding.run(feed, tenant.client, tenant.clock.now, [tenantId])
  return holding
}

/** Until a run says that it came to the end. */
async function readAll(tenant: Tenancy, holding = new Holding(), feed = threatsFeed) {
  for (let run = 0; run < 50; run++) {
    await read(tenant, holding, feed)
    if (holding.incomplete.length === 0) return holding
    tenant.clock.now += minute
  }
  throw new Error(holding.incomplete.join())
}

const idsOf = async (tenant: Tenancy, path = '/threats', id = 'assessment_id') =>
  (await walkAll(tenant, path, { limit: '200' })).map((row) => String(row[id])).toSorted()

const tap =
  (seen: string[]): PairOptions['between'] =>
  (fetch: Fetch) =>
  (url, init) => {
    seen.push(decodeURIComponent(url))
    return fetch(url, init)
  }

test('everything is read once, findings whole; then only what is new', async () => {
  const urls: string[] = []
  const tenant = openTenant({ between: tap(urls) })
  const holding = await readAll(tenant)
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
  const rows = [...holding.latest.values()]
  const findings = rows.filter((row) => threatsFeed.isFinding?.(toRecord('c', 'threats', row, 0)) === true)
  expect(findings.length).toBeGreaterThan(3)
  expect(findings.every((row) => JSON.parse(row.body).payload.host.hostname.length > 0)).toBe(true)
  expect(rows.filter((row) => !findings.includes(row)).some((row) => 'payload' in JSON.parse(row.body))).toBe(
    false,
  )
  expect(rows.every((row) => row.customerId === tenantId)).toBe(true)

  urls.length = 0
  tenant.clock.now += minute
  const made = (await tenant.ask('POST /threats/analyze', { body: sample })).body
  await read(tenant, holding)
  expect(holding.latest.get(made.assessment_id)).toMatchObject({ open: true, time: tenant.clock.now })
  expect(urls).toHaveLength(2)
  expect(urls[0]).toMatch(/threats\?limit=200&sort=updated_at:asc|threats\?sort=updated_at/)
})

test('a change of status is read, also of an old assessment; the sensor’s own time counts', async () => {
  const tenant = openTenant()
  const holding = await readAll(tenant)
  const old = [...holding.latest.values()].find((row) => row.open && row.body.includes('malicious'))!
  await tenant.ask(`PATCH /threats/${old.vendorId}`, { body: { status: 'false_positive' } })
  await read(tenant, holding)
  expect(holding.latest.get(old.vendorId)?.open).toBe(false)
  const { payload, created_at: created } = JSON.parse(old.body)
  expect(old.time).toBe(Date.parse(payload.observed_at))
  expect(old.time).toBeLessThan(Date.parse(created))
})

test('incidents are followed the same way, and name the assessment that they began with', async () => {
  const tenant = openTenant({ days: 20 })
  const holding = await readAll(tenant, new Holding(), incidentsFeed)
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant, '/incidents', 'incident_id'))
  const open = [...holding.latest.values()].find((row) => row.open)!
  tenant.clock.now += hour
  await tenant.ask(`PATCH /incidents/${open.vendorId}`, { body: { status: 'resolved' } })
  await read(tenant, holding, incidentsFeed)
  expect(holding.latest.get(open.vendorId)?.open).toBe(false)
  const reading = incidentsFeed.toReading!(toRecord('c', 'incidents', open, 0))
  expect(reading.group).toMatch(/^ta_/)
})

test('a run that dies goes on where it was, and loses nothing', async () => {
  const tenant = openTenant({ days: 60 })
  const holding = new Holding()
  let left = 3
  const die = () => {
    if (left-- === 0) throw new Error('died')
  }
  for (let life = 0; life < 400; life++) {
    left = 1 + (life % 4)
    const died = await holding.run(threatsFeed, tenant.client, tenant.clock.now, [tenantId], die).then(
      () => false,
      () => true,
    )
    tenant.clock.now += 1000
    if (!died && holding.incomplete.length === 0) break
  }
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
})

test('a long history is read in runs that each keep within two fifths of a minute’s requests', async () => {
  const urls: string[] = []
  const tenant = openTenant({ days: 60, between: tap(urls) })
  const holding = new Holding()
  await read(tenant, holding)
  expect(urls.length).toBeLessThanOrEqual(21)
  expect(holding.incomplete.join()).toContain('reading goes on in the next run')
  await readAll(tenant, holding)
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
})

test('while rows are added and changed between the pages, each is read in its last state', async () => {
  let busy = true
  const tenant = openTenant({
    days: 60,
    between: (fetch) => async (url, init) => {
      if (busy && init.method === 'GET') {
        busy = false
        const rows = (await tenant.ask('GET /threats', { search: 'limit=5&sort=created_at:asc' })).body.data
        for (const { assessment_id: id } of rows)
          await tenant.ask(`PATCH /threats/${id}`, { body: { status: 'false_positive' } })
        await tenant.ask('POST /threats/analyze', { body: sample })
        tenant.clock.now += 1000
        busy = true
      }
      return fetch(url, init)
    },
  })
  const holding = new Holding()
  for (let run = 0; run < 10; run++) await read(tenant, holding)
  busy = false
  await readAll(tenant, holding)
  for (const row of await walkAll(tenant, '/threats', { limit: '200' })) {
    expect(JSON.parse(holding.latest.get(String(row['assessment_id']))!.body)).toMatchObject(row)
  }
})

test('rows that come late are found: by the overlap, which learns, and by reading the last weeks again', async () => {
  const tenant = openTenant()
  const holding = await readAll(tenant)
  // A neighbour keeps the mark moving while one row stays hidden.
  const hide = async (ms: number) => {
    tenant.switches['listLagSeconds'] = String(ms / 1000)
    const { assessment_id: id } = (await tenant.ask('POST /threats/analyze', { body: sample })).body
    await read(tenant, holding)
    expect(holding.latest.has(id)).toBe(false)
    tenant.clock.now += ms
    tenant.switches['listLagSeconds'] = '0'
    await tenant.ask('POST /threats/analyze', { body: sample })
    await read(tenant, holding)
    return id
  }
  expect(holding.latest.has(await hide(10 * minute))).toBe(true)
  const cursor = holding.cursor as { mark: number; lagMs: number }
  holding.cursor = { ...cursor, mark: tenant.clock.now + hour }
  const missed = (await tenant.ask('POST /threats/analyze', { body: sample })).body.assessment_id
  tenant.clock.now += hour
  await read(tenant, holding)
  expect(holding.latest.has(missed)).toBe(false)
  tenant.clock.now += 6 * hour
  await readAll(tenant, holding)
  expect(holding.latest.has(missed)).toBe(true)
  expect((holding.cursor as { lagMs: number }).lagMs).toBeGreaterThan(50 * minute)
})

test.each(['created', 'none'])(
  'a vendor that takes other forms (%s) is read whole, every ten minutes',
  async (listForms) => {
    const urls: string[] = []
    const tenant = openTenant({ switches: { listForms }, between: tap(urls) })
    const holding = await readAll(tenant)
    expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
    expect((holding.cursor as { plain: { reason: string } }).plain.reason).toMatch(/filter|sort/i)
    const { assessment_id: id } = (await tenant.ask('POST /threats/analyze', { body: sample })).body
    urls.length = 0
    tenant.clock.now += minute
    await read(tenant, holding)
    expect(urls).toEqual([])
    tenant.clock.now += 10 * minute
    await read(tenant, holding)
    expect(holding.latest.has(id)).toBe(true)
  },
)

test('a vendor that ignores the sort is not trusted with marks', async () => {
  const tenant = openTenant({
    between: (fetch) => (url, init) => fetch(url.replace('updated_at%3Aasc', 'created_at%3Adesc'), init),
  })
  const holding = await readAll(tenant)
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
  expect((holding.cursor as { plain: { reason: string } }).plain.reason).toContain('order of changes')
})

test('a vendor that ignores the cursor is not taken for read to the end; the marks lead on all the same', async () => {
  const tenant = openTenant({
    days: 60,
    between: (fetch) => (url, init) => fetch(url.replace(/&?cursor=[^&]*/, ''), init),
  })
  const holding = new Holding()
  const reasons: string[] = []
  do {
    await read(tenant, holding)
    reasons.push(...holding.incomplete)
    tenant.clock.now += minute
  } while (holding.incomplete.length > 0 && reasons.length < 50)
  expect(reasons.join()).toContain('same page again')
  expect([...holding.latest.keys()].toSorted()).toEqual(await idsOf(tenant))
})

test.each(['documented', 'threats,incidents'])(
  'a tenant without lists (%s) is no failure: nothing is read',
  async (offered) => {
    const tenant = openTenant({ switches: { offered } })
    for (const feed of [threatsFeed, incidentsFeed]) {
      const holding = await read(tenant, new Holding(), feed)
      expect([holding.latest.size, holding.incomplete, holding.cursor]).toEqual([
        0,
        [],
        expect.objectContaining({ absent: true }),
      ])
      tenant.switches['offered'] = 'all'
      await readAll(tenant, holding, feed)
      expect(holding.latest.size).toBeGreaterThan(0)
      expect(holding.cursor).not.toHaveProperty('absent')
      tenant.switches['offered'] = offered
    }
  },
)

test('a tenant without details still gives its findings; so does one whose details cannot be read', async () => {
  const without: PairOptions['between'] = (fetch) => (url, init) =>
    /threats\/ta_/.test(url) ? fetch(url.replace(/ta_\w+/, 'ta_000000000000'), init) : fetch(url, init)
  const html: PairOptions['between'] = (fetch) => async (url, init) => {
    const answer = await fetch(url, init)
    return /threats\/ta_/.test(url) ? { ...answer, text: () => Promise.resolve('<html>cut</html>') } : answer
  }
  for (const between of [without, html]) {
    const tenant = openTenant({ days: 1, between })
    const holding = await readAll(tenant)
    expect(holding.latest.size).toBe((await idsOf(tenant)).length)
  }
})

test('a failing vendor, a missing scope and a dead key are failures, not empty lists', async () => {
  const failing = openTenant({ switches: { failPath: '/threats' } })
  await expect(read(failing, new Holding())).rejects.toMatchObject({ status: 500, code: 'internal_error' })
  await expect(read(openTenant({ key: keys.threats }), new Holding(), incidentsFeed)).rejects.toMatchObject({
    code: 'invalid_scope',
  })
  await expect(read(openTenant({ key: keys.expired }), new Holding())).rejects.toMatchObject({
    code: 'expired_api_key',
  })
  const details = openTenant({ switches: { failPath: '/threats/ta_' } })
  await expect(read(details, new Holding())).rejects.toMatchObject({ status: 500 })
})

test('rows that cannot be read are set apart, and their neighbours are kept', async () => {
  const tenant = openTenant({
    days: 1,
    between: (fetch) => async (url, init) => {
      const answer = await fetch(url, init)
      const text = (await answer.text()).replace(
        /"assessment_id":"ta_\w+","type":"endpoint_telemetry","status":"new","risk_score":5/,
        '"risk_score":5',
      )
      return { ...answer, text: () => Promise.resolve(text) }
    },
  })
  const holding = await readAll(tenant)
  expect(holding.rejected[0]?.reason).toContain('assessment_id')
  expect(holding.latest.size).toBeGreaterThan(0)
})

test('no tenant is known yet: that is said, and nothing is asked', async () => {
  const urls: string[] = []
  const tenant = openTenant({ between: tap(urls) })
  const holding = new Holding()
  await holding.run(threatsFeed, tenant.client, tenant.clock.now, [])
  expect([holding.incomplete.length, urls.length]).toEqual([1, 0])
})

test('the customer is the connection’s own, told once a day or when something changed', async () => {
  const tenant = openTenant()
  const holding = await read(tenant, new Holding(), customersFeed)
  const record = toRecord('c', 'customers', holding.latest.get(tenantId)!, 0)
  expect(customersFeed.toCustomer!(record, { customer: 'Harbor Dental' })).toEqual({
    vendorId: tenantId,
    name: 'Harbor Dental',
  })
  expect(customersFeed.toCustomer!(record)?.name).toBe(`CyberVault tenant ${tenantId}`)
  const batches = holding.batches
  tenant.clock.now += 10 * minute
  await read(tenant, holding, customersFeed)
  expect(holding.batches).toBe(batches)
  tenant.switches['health'] = 'maintenance'
  await read(tenant, holding, customersFeed)
  expect(holding.batches).toBe(batches + 1)
  tenant.clock.now += day
  await read(tenant, holding, customersFeed)
  expect(holding.batches).toBe(batches + 2)
})

test('a test key’s tenant bears a name that no customer has', async () => {
  const tenant = openTenant({ key: keys.test })
  const holding = await read(tenant, new Holding(), customersFeed)
  const record = toRecord('c', 'customers', holding.latest.get(tenantId)!, 0)
  expect(customersFeed.toCustomer!(record, { customer: 'Harbor Dental' })?.name).toBe(
    'Harbor Dental (sandbox)',
  )
})

test('ground truth is what the feeds turn into findings, of the tenants that are read', async () => {
  const tenant = openTenant()
  const found = new Set<string>()
  for (const feed of [threatsFeed, incidentsFeed]) {
    const holding = await readAll(tenant, new Holding(), feed)
    for (const row of holding.latest.values()) {
      if (feed.isFinding?.(toRecord('c', feed.name, row, 0)) === false) continue
      found.add(`Source: cybervault/${feed.name}/${row.vendorId}`)
    }
  }
  const raised = tenant.state.raised!()
  expect(raised.map((one) => one.reference).toSorted()).toEqual([...found].toSorted())
  expect(new Set(raised.map((one) => one.customerName)).size).toBe(1)
  await tenant.ask('GET /threats', { key: keys.second })
  expect(new Set(tenant.state.raised!().map((one) => one.customerName)).size).toBe(2)
  expect(start).toBeLessThan(tenant.clock.now)
})
