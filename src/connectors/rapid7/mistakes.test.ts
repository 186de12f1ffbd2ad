import { expect, test } from 'vitest'

import { checkSettings } from '../../contract/contract.ts'
import type { Fetch, FetchAnswer } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Walk } from '../../contract/walk.ts'
import { Holding } from '../conformance.ts'
import { type PairOptions, openPair } from '../testing.ts'
import type { Connector } from '../connector.ts'
import connector from './index.ts'
import { investigations } from './investigations.ts'
import { logQuery } from './log-query.ts'
import { searchLogs } from './log-search.ts'
import { logManagement } from './log-management.ts'
import { inRegion } from './regions.ts'
import { day, feedOf, keyOf, settingUp, start } from './testing.ts'

const setUp = settingUp<any>(makeWorld)

// Each mistake that somebody can make has an error of its own, and the mend in it.

const [askKey] = connector.probes

function answers(status: number, text: string, only = ''): (fetch: Fetch) => Fetch {
  return (fetch) => async (url, init) => {
    if (!url.includes(only)) return fetch(url, init)
    return { status, headers: { get: () => null }, text: async () => text } satisfies FetchAnswer
  }
}

test('a region that is none is told in the form', () => {
  const { problems } = checkSettings(connector.contract, { apiKey: 'k', region: 'usa' })
  expect(problems).toEqual([expect.stringContaining('region "usa" is not known: use us, us2, us3, eu')])
})

test('an organization id that is none is told in the form', () => {
  const { problems } = checkSettings(connector.contract, { apiKey: 'k', organizationId: 'acme' })
  expect(problems).toEqual([expect.stringMatching(/organizationId "acme" is malformed: it must be a UUID/)])
})

test('a key of another region: doctor finds the region and says which to set', async () => {
  const { pair } = await setUp()
  const { pair: right } = await setUp()
  const key = keyOf(pair, 'organization in eu')
  const client = (await setUpWith({ key })).client
  expect(await client.try(investigations.list)).toMatchObject({
    error: { status: 401, code: 'unauthorized' },
  })
  const result = await askKey!.run(client)
  expect(result).toMatchObject({ state: 'fail', detail: expect.stringContaining('in eu') })
  expect(result.mend).toBe('Set region to eu: the key and its data live there.')
  expect((await askKey!.run(right.client)).state).toBe('ok')
})

test('the other regions are found below a prefix and by host name, and nowhere else', () => {
  expect(inRegion('https://us2.api.insight.rapid7.com', 'us2', 'eu')).toBe(
    'https://eu.api.insight.rapid7.com',
  )
  expect(inRegion('http://127.0.0.1:4400/rapid7/us', 'us', 'au')).toBe('http://127.0.0.1:4400/rapid7/au')
  expect(inRegion('https://proxy.example/r7', 'us', 'eu')).toBeUndefined()
})

test('a revoked key is unknown everywhere: doctor says to make a new one', async () => {
  const { pair } = await setUp()
  const { client } = await setUpWith({ key: keyOf(pair, 'revoked') })
  const outcome = await client.try(investigations.list)
  expect(outcome.ok ? '' : outcome.error.message).toMatch(
    /not known in this region: it was deleted or mistyped/,
  )
  const result = await askKey!.run(client)
  expect([result.state, result.mend]).toEqual([
    'fail',
    expect.stringMatching(/Make a new one under Administration/),
  ])
})

test('a multi-tenant key without an organization says which setting to fill', async () => {
  const { client, pair } = await setUpWith({ settings: { organizationId: '' } })
  const outcome = await client.try(investigations.list)
  expect(outcome.ok ? '' : [outcome.error.code, outcome.error.message]).toEqual([
    'organization_missing',
    expect.stringMatching(/set organizationId to the id of your own organization/),
  ])
  const run = new Holding().run(feedOf('customers'), client, pair.clock.now, [])
  await expect(run).rejects.toThrow(/set organizationId/)
  const probe = connector.probes.find((one) => one.name === 'investigations')!
  expect((await probe.run(client)).mend).toMatch(/organizationId: the id of your own organization/)
})

test('a link to a foreign host is not followed, and the key stays here', async () => {
  const hosts = new Set<string>()
  const between =
    (fetch: Fetch): Fetch =>
    (url, init) => {
      hosts.add(new URL(url).host)
      return fetch(url, init)
    }
  const { client } = await setUpWith({ switches: { links: 'foreign' }, between })
  const [log] = (await client.call(logManagement.logs)).rows
  const input = { params: { ids: log!.id }, query: { time_range: 'yesterday' } }
  const search = searchLogs(client, logQuery.logs, logQuery.poll, input)
  await expect(search.next()).rejects.toMatchObject({ code: 'foreign_link', verdict: 'refused' })
  expect([...hosts]).toEqual(['sandbox.test'])
  const probe = connector.probes.find((one) => one.name === 'search in a log')!
  expect((await probe.run(client)).mend).toMatch(/links to a host that is not Rapid7’s/)
})

test('a link may lead to the other host family of the region, never to another region', () => {
  const may = (link: string): boolean => connector.contract.owns!(new URL(link), { region: 'us2' })
  expect(may('https://us2.rest.logs.insight.rapid7.com/query/1')).toBe(true)
  expect(may('https://us2.api.insight.rapid7.com/log_search/query/1')).toBe(true)
  expect(may('https://eu.rest.logs.insight.rapid7.com/query/1')).toBe(false)
  expect(may('https://us2.api.insight.rapid7.com.evil.test/query/1')).toBe(false)
  expect(may('http://us2.rest.logs.insight.rapid7.com/query/1')).toBe(false)
})

test('a login page with status 200 is a failure that says so', async () => {
  const between = answers(200, '<!DOCTYPE html><html><body>Sign in</body></html>', '/idr/')
  const { client, pair } = await setUpWith({ between })
  const outcome = await client.try(investigations.list, {}, { attempts: 1 })
  expect(outcome.ok ? '' : [outcome.error.code, outcome.error.message]).toEqual([
    'html_body',
    expect.stringMatching(/HTML page came instead of JSON/),
  ])
  const holding = new Holding()
  const run = holding.run(feedOf('investigations'), client, pair.clock.now, ['a', 'b'])
  await expect(run).rejects.toThrow(/HTML page/)
  expect(holding.latest.size).toBe(0)
  const probe = connector.probes.find((one) => one.name === 'investigations')!
  expect((await probe.run(client)).mend).toMatch(
    /login or proxy page came instead of the API: check the base URL/,
  )
})

test('a cursor that cannot be read is told once, and all is read again', async () => {
  const { client, pair } = await setUpWith({})
  const holding = new Holding()
  holding.cursor = { scopes: 'broken' }
  const { customers } = await setUp()
  await holding.run(feedOf('investigations'), client, pair.clock.now, customers)
  expect(holding.incomplete).toEqual([
    expect.stringMatching(/cursor could not be read \(scopes: .*from the start/),
  ])
  expect(holding.latest.size).toBeGreaterThan(0)
  await holding.run(feedOf('investigations'), client, pair.clock.now + 1, customers)
  expect(holding.incomplete).toEqual([])
})

test('before the customers are known nothing is read, and that is said', async () => {
  const { client, pair } = await setUpWith({})
  const holding = new Holding()
  await holding.run(feedOf('investigations'), client, pair.clock.now, [])
  expect(holding.incomplete).toEqual([expect.stringContaining('read after the customers feed')])
})

test('a search that never ends is given up with a reason', async () => {
  const { client } = await setUpWith({ switches: { polls: '1000' } })
  const [log] = (await client.call(logManagement.logs)).rows
  const input = { params: { ids: log!.id }, query: { time_range: 'yesterday' } }
  const search = searchLogs(client, logQuery.logs, logQuery.poll, input)
  await expect(search.next()).rejects.toThrow(/not done after 40 looks: ask for a shorter time/)
})

// ---- Planted faults: each of these would go unseen if no test looked for it.

const { paging } = investigations.list

test.each([
  [
    'pages counted as rows',
    { read: (body: unknown, asked: Record<string, unknown>) => plus(paging.read(body, asked as never), 5) },
  ],
  [
    'the last page left out',
    { read: (body: unknown, asked: Record<string, unknown>) => cutShort(paging.read(body, asked as never)) },
  ],
])('a planted fault of paging is seen: %s', async (_name, planted) => {
  const organizationId = (await setUp()).customers[0] ?? ''
  const walkAll = async (op: typeof investigations.list): Promise<{ complete: boolean; rows: number }> => {
    const { client } = await setUpWith({ settings: { organizationId } })
    const walk = new Walk(client, op, { query: { sort: 'created_time,ASC' } }, (row) => row.rrn, { size: 2 })
    for await (const page of walk.pages()) expect(page.rejected).toEqual([])
    return { complete: walk.complete, rows: walk.keys.size }
  }
  expect((await walkAll(investigations.list)).complete).toBe(true)
  const broken = { ...investigations.list, paging: { ...paging, ...planted } } as typeof investigations.list
  expect((await walkAll(broken)).complete).toBe(false)
})

function plus(reading: ReturnType<typeof paging.read>, by: number): unknown {
  if (typeof reading === 'string' || reading.next === undefined) return reading
  return { ...reading, next: { ...reading.next, index: Number(reading.next['index']) + by } }
}

function cutShort(reading: ReturnType<typeof paging.read>): unknown {
  return typeof reading === 'string' ? reading : { ...reading, next: undefined }
}

test.each(['status', 'organization_id', 'created_time', 'investigation_rrn', 'rule_keys_of_interest'])(
  'a field mapping that is lost is seen: %s',
  async (field) => {
    const planted =
      (fetch: Fetch): Fetch =>
      async (url, init) => {
        const answer = await fetch(url, init)
        const text = (await answer.text()).replaceAll(`"${field}":`, `"not_${field}":`)
        return { ...answer, text: async () => text }
      }
    const whole = await setUp()
    const lacking = await setUp({ between: planted })
    const key = { key: keyOf(whole.pair, 'user'), settings: { organizationId: '' } }
    const many = await setUp(key)
    const manyLacking = await setUp({ ...key, between: planted })
    const good = [await told(whole), await told(many)]
    const bad = [await told(lacking), await told(manyLacking)]
    expect(bad).not.toEqual(good)
  },
)

/** What the feeds make of it all, for comparison. */
async function told(setup: Awaited<ReturnType<typeof setUp>>): Promise<unknown> {
  const out: unknown[] = []
  for (const name of ['investigations', 'siem-alerts']) {
    const holding = new Holding()
    await setup.run(holding, name)
    for (const row of holding.latest.values()) {
      const record = { ...row, id: '', connectionId: '', feed: name, hash: '', firstSeenAt: 0 }
      const { entities, group } = feedOf(name).toReading!(record)
      out.push([row.vendorId, row.customerId, row.time, row.open, entities, group])
    }
  }
  return out
}

test('an error reading that is lost is seen: every refusal has its own words', async () => {
  const { client } = await setUpWith({ key: 'wrong' })
  const outcome = await client.try(investigations.list)
  expect(outcome.ok ? '' : outcome.error.message).toMatch(/Unauthorized/)
  const mute = {
    ...connector,
    contract: { ...connector.contract, errors: { ...connector.contract.errors, read: () => ({}) } },
  }
  const { client: deaf } = await setUpWith({ key: 'wrong' }, mute)
  const lost = await deaf.try(investigations.list)
  expect(lost.ok ? '' : lost.error.message).not.toMatch(/Unauthorized/)
})

async function setUpWith(options: Partial<PairOptions>, own: Connector = connector) {
  const world = makeWorld({ seed: 7, customers: 4, start, days: 4, attacksPerCustomerDay: 12 })
  const switches = { rateLimit: '0', ...options.switches }
  const pair = openPair(own, { world, now: start + 2 * day, ...options, switches })
  return { pair, client: pair.client }
}
