import { describe, expect, test } from 'vitest'

import { hasSchema, openSchema } from '../../../test/support/ocsf.ts'

import { apiActivity, detectionFinding } from '../../domain/event.ts'
import type { Fetch } from '../../domain/outside.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { Holding } from '../conformance.ts'
import { referenceOf } from '../sandbox-vendor.ts'
import { Walk } from '../../contract/walk.ts'
import { investigations } from './investigations.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { attacksShown, day, feedOf, hour, keyOf, parent, settingUp } from './testing.ts'

const setUp = settingUp<any>(makeWorld)

const findings = ['investigations', 'alerts', 'siem-alerts']

function recordsOf(holding: Holding, feed: string): VendorRecord[] {
  return [...holding.latest.values()].map((row) => ({
    ...row,
    id: row.vendorId,
    connectionId: 'c',
    feed,
    hash: '',
    firstSeenAt: 0,
  }))
}

describe('investigations', () => {
  test('the first run reads all of every managed organization, with its customer and its status', async () => {
    const { pair, world, customers, run } = await setUp({ customers: 6 })
    const holding = new Holding()
    await run(holding, 'investigations')
    const expected = [...attacksShown(world, pair.clock.now).values()]
    const rows = [...holding.latest.values()]
    expect(rows).toHaveLength(expected.length)
    expect(rows.filter((row) => !row.open)).toHaveLength(expected.filter((one) => one.closed).length)
    expect(rows.every((row) => customers.includes(row.customerId ?? ''))).toBe(true)
    expect(holding.incomplete).toEqual([])
  })

  test('then a cycle with nothing new costs one request an organization, and no row', async () => {
    const { pair, requests, customers, run } = await setUp()
    const holding = new Holding()
    await run(holding, 'investigations')
    requests.length = 0
    holding.batches = 0
    pair.clock.now += 1
    await run(holding, 'investigations')
    expect(requests).toHaveLength(customers.length)
    expect(holding.batches).toBe(1)
  })

  test('what is closed, reopened, and what came and went between two runs is found', async () => {
    const { ask, pair, run, customers } = await setUp()
    const holding = new Holding()
    await run(holding, 'investigations')
    const own = { 'r7-organization-id': customers[0] ?? '', 'x-api-key': keyOf(pair, 'multi-tenant user') }
    const rrn =
      [...holding.latest.values()].find((row) => row.open && row.customerId === customers[0])?.vendorId ?? ''
    await ask(`PUT /idr/v2/investigations/${rrn}/status/CLOSED`, undefined, own)
    const made = (await ask('POST /idr/v2/investigations', { title: 'Between' }, own)).body.rrn
    await ask(`PUT /idr/v2/investigations/${made}/status/closed`, undefined, own)
    pair.clock.now += hour
    await run(holding, 'investigations')
    expect(holding.latest.get(rrn)?.open).toBe(false)
    expect(holding.latest.get(made)?.open).toBe(false)
    await ask(`PUT /idr/v2/investigations/${rrn}/status/OPEN`, undefined, own)
    pair.clock.now += 1
    await run(holding, 'investigations')
    expect(holding.latest.get(rrn)?.open).toBe(true)
  })

  test('one that Rapid7 no longer has stays open and is reported', async () => {
    let hidden = ''
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) => {
        const answer = await fetch(url, init)
        if (!hidden || !url.includes('/idr/v2/')) return answer
        const text = await answer.text()
        if (decodeURIComponent(url).includes(hidden))
          return { ...answer, status: 404, text: async () => '{"message":"gone"}' }
        const body = JSON.parse(text) as { data?: { rrn: string }[]; metadata?: { total_data: number } }
        if (!body.data?.some((row) => row.rrn === hidden)) return { ...answer, text: async () => text }
        const data = body.data.filter((row) => row.rrn !== hidden)
        const metadata = { ...body.metadata, total_data: (body.metadata?.total_data ?? 0) - 1 }
        return { ...answer, text: async () => JSON.stringify({ data, metadata }) }
      }
    const { pair, run } = await setUp({ between })
    const holding = new Holding()
    await run(holding, 'investigations')
    hidden = [...holding.latest.values()].find((row) => row.open)?.vendorId ?? ''
    pair.clock.now += hour
    await run(holding, 'investigations')
    expect(holding.incomplete.join()).toContain(hidden)
    expect(holding.latest.get(hidden)?.open).toBe(true)
  })

  test('a process that dies in the history goes on where it was, and reads nothing twice', async () => {
    const { pair, requests, run, customers } = await setUp()
    const holding = new Holding()
    let batches = 0
    const dies = holding.run(feedOf('investigations'), pair.client, pair.clock.now, customers, () => {
      if (++batches === 3) throw new Error('died')
    })
    await expect(dies).rejects.toThrow('died')
    requests.length = 0
    await run(holding, 'investigations')
    expect(holding.incomplete).toEqual([])
    const slices = requests.filter((line) => line.includes('end_time='))
    expect(new Set(slices).size).toBe(slices.length)
  })

  test('a look at an investigation makes no new record', async () => {
    const { ask, pair, run, customers } = await setUp()
    const holding = new Holding()
    await run(holding, 'investigations')
    const [row] = holding.latest.values()
    await ask(`GET /idr/v2/investigations/${row?.vendorId}`, undefined, {
      'r7-organization-id': row?.customerId ?? customers[0] ?? '',
    })
    holding.batches = 0
    pair.clock.now += 1
    await run(holding, 'investigations')
    expect(holding.batches).toBe(1)
  })

  test('a list that is walked while rows come and go is read exactly once a row', async () => {
    const { ask, pair } = await setUp()
    const own = { 'x-api-key': keyOf(pair, 'multi-tenant user') }
    for (let i = 0; i < 25; i++) {
      pair.clock.now += 1000
      await ask('POST /idr/v2/investigations', { title: `Row ${i}` }, own)
    }
    const query = { statuses: ['OPEN'], sort: 'created_time,ASC' }
    const walk = new Walk(pair.client, investigations.list, { query }, (row) => row.rrn, { size: 5 })
    const seen: string[] = []
    let page = 0
    for await (const { rows } of walk.pages()) {
      if (walk.passes === 1) seen.push(...rows.map((row) => row.rrn))
      pair.clock.now += 1000
      if (++page === 2) await ask('POST /idr/v2/investigations', { title: 'New' }, own)
      if (page === 4) await ask(`PUT /idr/v2/investigations/${rows[0]?.rrn}/status/CLOSED`)
    }
    expect(walk.complete).toBe(true)
    expect(walk.passes).toBeGreaterThan(1)
    const now = (await ask('GET /idr/v2/investigations?statuses=OPEN&size=100')).body.data as {
      rrn: string
    }[]
    for (const { rrn } of now) expect(walk.keys.has(rrn)).toBe(true)
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe('alerts', () => {
  test('each alert is one finding of one feed, and shares the group of its investigation', async () => {
    const { pair, world, run } = await setUp({ customers: 6 })
    const holdings = new Map(findings.map((name) => [name, new Holding()]))
    for (const [name, holding] of holdings) await run(holding, name)
    const expected = [...attacksShown(world, pair.clock.now).values()].reduce(
      (sum, one) => sum + one.alerts,
      0,
    )
    const grouped = [...holdings].flatMap(([name, holding]) =>
      recordsOf(holding, name).map((record) => ({ name, reading: feedOf(name).toReading!(record) })),
    )
    const groups = new Set(
      grouped.filter(({ name }) => name === 'investigations').map(({ reading }) => reading.group),
    )
    const alerts = grouped.filter(
      ({ name, reading }) => name !== 'investigations' && reading.group !== undefined,
    )
    expect(alerts).toHaveLength(expected)
    expect(alerts.every(({ reading }) => groups.has(reading.group))).toBe(true)
    expect(new Set(alerts.map(({ name }) => name))).toEqual(new Set(['alerts', 'siem-alerts']))
  })

  test('the feeds find exactly what the sandbox raises', async () => {
    const { pair, run } = await setUp({ customers: 6 })
    const found: string[] = []
    for (const name of findings) {
      const holding = new Holding()
      await run(holding, name)
      found.push(...[...holding.latest.keys()].map((id) => referenceOf('rapid7', name, id)))
    }
    expect(found.toSorted()).toEqual(
      pair.state.raised!()
        .map((one) => one.reference)
        .toSorted(),
    )
  })

  test('without the SIEM interface its feed is empty, not broken, and the alerts are read from the investigations', async () => {
    const { pair, run } = await setUp({ switches: { siemAlerts: 'off' } })
    const [alerts, siem] = [new Holding(), new Holding()]
    await run(alerts, 'alerts')
    await run(siem, 'siem-alerts')
    expect([siem.latest.size, siem.incomplete]).toEqual([0, []])
    const raised = pair.state.raised!().filter((one) => one.reference.includes('/alerts/'))
    expect([...alerts.latest.keys()].map((id) => referenceOf('rapid7', 'alerts', id)).toSorted()).toEqual(
      raised.map((one) => one.reference).toSorted(),
    )
  })

  test('where the interface goes away later, its alerts are read again', async () => {
    const { pair, run } = await setUp()
    const alerts = new Holding()
    await run(alerts, 'alerts')
    pair.switches['siemAlerts'] = 'off'
    pair.clock.now += day + hour
    await run(alerts, 'alerts')
    expect([...alerts.latest.keys()].some((id) => id.startsWith('rrn:alerts:'))).toBe(true)
  })

  test('trouble in the middle of a pass leaves a cursor that the next run goes on from', async () => {
    let broken = true
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) =>
        broken && url.includes('/alerts?')
          ? { ...(await fetch(url, init)), status: 403, text: async () => '{"message":"not now"}' }
          : fetch(url, init)
    const { run, pair } = await setUp({ between, customers: 1 })
    const alerts = new Holding()
    await run(alerts, 'alerts')
    expect(alerts.incomplete.join()).toMatch(/not now/)
    broken = false
    pair.clock.now += 1
    await run(alerts, 'alerts')
    const raised = pair.state.raised!().filter((one) => one.reference.includes('/alerts/'))
    expect([alerts.incomplete, alerts.latest.size]).toEqual([[], raised.length])
  })

  test('alerts close with their investigation', async () => {
    const { pair, run, ask } = await setUp()
    const alerts = new Holding()
    await run(alerts, 'alerts')
    const row = [...alerts.latest.values()].find((one) => one.open)!
    const rrn = (JSON.parse(row.body) as { investigation_rrn: string }).investigation_rrn
    await ask(`PUT /idr/v2/investigations/${rrn}/status/CLOSED`, undefined, {
      'r7-organization-id': row.customerId ?? '',
    })
    pair.clock.now += hour
    await run(alerts, 'alerts')
    expect(alerts.latest.get(row.vendorId)?.open).toBe(false)
  })

  test('a SIEM alert that is closed is closed here', async () => {
    const { pair, run, ask } = await setUp()
    const holding = new Holding()
    await run(holding, 'siem-alerts')
    const row = [...holding.latest.values()].find((one) => one.open)!
    const patch = { status: { value: 'CLOSED' }, comment: 'done' }
    await ask(`PATCH /idr/at/alerts/${row.vendorId}`, patch, { 'r7-organization-id': row.customerId ?? '' })
    pair.clock.now += 5 * day
    await run(holding, 'siem-alerts')
    expect(holding.latest.get(row.vendorId)?.open).toBe(false)
  })

  test('a SIEM alert that is shown days after its time is found by the deep re-read, at the latest after half a day', async () => {
    let hidden = 'rrn:alerts:'
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) => {
        const answer = await fetch(url, init)
        if (!url.includes('/at/alerts/')) return answer
        const { alerts, ...rest } = JSON.parse(await answer.text()) as { alerts?: { rrn: string }[] }
        const shown = { ...rest, alerts: alerts?.filter(({ rrn }) => !rrn.startsWith(hidden)), metadata: {} }
        return { ...answer, text: async () => JSON.stringify(shown) }
      }
    const { run, pair } = await setUp({ between })
    const holding = new Holding()
    await run(holding, 'siem-alerts')
    expect(holding.latest.size).toBe(0)
    pair.clock.now += 5 * hour
    await run(holding, 'siem-alerts')
    hidden = 'nothing'
    pair.clock.now += hour
    await run(holding, 'siem-alerts')
    const early = holding.latest.size
    pair.clock.now += 7 * hour
    await run(holding, 'siem-alerts')
    const whole = new Holding()
    await run(whole, 'siem-alerts')
    expect(early).toBeLessThan(whole.latest.size)
    expect([...holding.latest.keys()].toSorted()).toEqual([...whole.latest.keys()].toSorted())
  })

  test('more than a page of SIEM alerts is read by name', async () => {
    const { requests, run, pair } = await setUp({
      customers: 1,
      days: 30,
      attacks: 12,
      now: Date.parse('2026-07-02T00:00:00Z'),
    })
    const holding = new Holding()
    await run(holding, 'siem-alerts')
    const raised = pair.state.raised!().filter((one) => one.reference.includes('/siem-alerts/'))
    expect(raised.length).toBeGreaterThan(100)
    expect(holding.latest.size).toBe(raised.length)
    expect(requests.some((line) => line.includes('rrns_only=true'))).toBe(true)
  })
})

describe('whose key it is', () => {
  test('an organization key reads its own organization, and needs no setting', async () => {
    const { pair } = await setUp()
    const own = await setUp({ key: keyOf(pair, 'organization'), settings: { organizationId: '' } })
    const holding = new Holding()
    await own.run(holding, 'investigations')
    expect(own.customers).toHaveLength(1)
    expect(holding.latest.size).toBeGreaterThan(0)
    expect([...holding.latest.values()].every((row) => row.customerId === own.customers[0])).toBe(true)
  })

  test('a user key reads all organizations of its owner in one walk', async () => {
    const { pair } = await setUp()
    const all = new Holding()
    const multi = await setUp()
    await multi.run(all, 'investigations')
    const own = await setUp({ key: keyOf(pair, 'user'), settings: { organizationId: '' } })
    const holding = new Holding()
    await own.run(holding, 'investigations')
    expect([...holding.latest.keys()].toSorted()).toEqual([...all.latest.keys()].toSorted())
    expect(own.requests.every((line) => line.includes('multi-customer=true'))).toBe(true)
  })

  test('an organization in another region is not read, and that is said', async () => {
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) => {
        const answer = await fetch(url, init)
        if (!url.includes('managed-organizations')) return answer
        return {
          ...answer,
          text: async () => (await answer.text()).replace('"region":"us"', '"region":"eu"'),
        }
      }
    const { pair } = await setUp()
    const holding = new Holding()
    const other = await setUp({ between })
    await holding.run(feedOf('customers'), other.pair.client, pair.clock.now, [])
    expect(holding.rejected.map((one) => one.reason).join()).toMatch(/lives in region eu, .*add a connection/)
    expect(other.customers).not.toContain(parent)
  })

  test('the parent counts as a customer when it has InsightIDR itself', async () => {
    const product = {
      product_token: 'T',
      product_code: 'IDR',
      organization_id: parent,
      organization_name: 'MSP',
    }
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) => {
        const answer = await fetch(url, init)
        return url.endsWith('/products') ? { ...answer, text: async () => JSON.stringify([product]) } : answer
      }
    expect((await setUp({ between })).customers).toContain(parent)
  })

  test('one organization’s trouble is its own', async () => {
    let first = ''
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) =>
        first !== '' && init.headers['r7-organization-id'] === first
          ? { ...(await fetch(url, init)), status: 403, text: async () => '{"message":"no licence"}' }
          : fetch(url, init)
    const { customers, run } = await setUp({ between })
    first = customers[0] ?? ''
    const holding = new Holding()
    await run(holding, 'investigations')
    expect(holding.incomplete.join()).toContain(first)
    expect(holding.latest.size).toBeGreaterThan(0)
  })
})

describe('the rest', () => {
  test('readings and audit entries are OCSF', async () => {
    const { run } = await setUp()
    const check = hasSchema ? openSchema() : () => []
    for (const name of [...findings, 'audit']) {
      const holding = new Holding()
      await run(holding, name)
      const feed = feedOf(name)
      expect([name, holding.latest.size > 0]).toEqual([name, true])
      for (const record of recordsOf(holding, name)) {
        const audit = feed.kind === 'audit'
        const event = audit
          ? apiActivity.parse(feed.toActivity!(record))
          : detectionFinding.parse(feed.toReading!(record).event)
        expect([name, check(audit ? 'api_activity' : 'detection_finding', event)]).toEqual([name, []])
      }
    }
  })

  test('an unknown word, a strange message and a bad time are read, not refused', async () => {
    const { run } = await setUp({ switches: { words: 'unknown', messages: 'mixed', extraFields: 'on' } })
    for (const name of [...findings, 'audit']) {
      const holding = new Holding()
      await run(holding, name)
      expect(holding.rejected).toEqual([])
      const feed = feedOf(name)
      for (const record of recordsOf(holding, name))
        expect(() =>
          feed.kind === 'audit' ? feed.toActivity!(record) : feed.toReading!(record),
        ).not.toThrow()
    }
  })

  test('without audit logging its feed is empty, not broken', async () => {
    const { run } = await setUp({ switches: { auditLogs: 'off' } })
    const holding = new Holding()
    await run(holding, 'audit')
    expect([holding.latest.size, holding.incomplete]).toEqual([0, []])
  })

  test('audit entries are read once, by sequence numbers that no double holds', async () => {
    const { pair, run } = await setUp()
    const holding = new Holding()
    await run(holding, 'audit')
    const before = holding.latest.size
    expect([...holding.latest.keys()].every((id) => Number(id.split('/')[1]) > Number.MAX_SAFE_INTEGER)).toBe(
      true,
    )
    pair.clock.now += hour
    holding.batches = 0
    await run(holding, 'audit')
    expect(holding.latest.size - before).toBeLessThanOrEqual(2)
  })

  test('assets and users are the customers’ own', async () => {
    const { world, run, customers } = await setUp()
    const holding = new Holding()
    await run(holding, 'assets')
    const hosts = world.customers.filter((one) => one.number % 2 === 1).flatMap((one) => one.hosts)
    expect(holding.latest.size).toBe(hosts.length)
    expect(new Set([...holding.latest.values()].map((row) => row.customerId))).toEqual(new Set(customers))
  })
})

test('alerts of a region that could not be searched are missed aloud, and found once it can', async () => {
  const { pair, run, customers } = await setUp()
  pair.switches['failedRegions'] = 'us1'
  const holding = new Holding()
  const failed = await run(holding, 'siem-alerts').catch((error: unknown) => String(error))
  expect([failed, ...holding.incomplete].join()).toMatch(/not every region could be searched/)
  pair.switches['failedRegions'] = 'none'
  const [after, whole] = [holding, new Holding()]
  await run(after, 'siem-alerts')
  await run(whole, 'siem-alerts')
  expect(customers.length).toBeGreaterThan(0)
  expect([...after.latest.keys()].toSorted()).toEqual([...whole.latest.keys()].toSorted())
  expect(whole.latest.size).toBeGreaterThan(0)
})
