// Every request, answer and rule that the seed document 000_36dd58489804a9de.txt ("RocketCyber API patterns") prints.
import { describe, expect, test } from 'vitest'

import type { Fetch } from '../../domain/outside.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { openPair, type PairOptions } from '../testing.ts'
import { tradeName } from '../world.ts'
import { listIncidents } from './incidents.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000
const world = makeWorld({ seed: 7, customers: 6, start, days: 30, attacksPerCustomerDay: 2 })
const json = { 'content-type': 'application/json' }
const lists = ['data', 'limit', 'page', 'totalCount']

function setUp(options: Partial<PairOptions> = {}) {
  const pair = openPair(connector, { world, now: start + 40 * day, ...options })
  const ask = async (path: string, search = '', key = pair.state.keys[0]!.value) => {
    const headers = { authorization: `Bearer ${key}`, ...json }
    const answer = await pair.serve({ method: 'GET', path, search, headers })
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  return { pair, ask }
}

describe('authentication', () => {
  test('Authorization: Bearer {api_key}, on every request, and nowhere else', async () => {
    const sent: { url: string; headers: Record<string, string> }[] = []
    const between =
      (fetch: Fetch): Fetch =>
      (url, init) => {
        sent.push({ url, headers: { ...init.headers } })
        return fetch(url, init)
      }
    const { pair } = setUp({ between })
    await pair.client.call(listIncidents)
    expect(sent).toHaveLength(1)
    expect(sent[0]!.headers['authorization']).toBe(`Bearer ${pair.state.keys[0]!.value}`)
    expect(sent[0]!.url).not.toContain(pair.state.keys[0]!.value)
    expect((await pair.serve({ path: '/incidents' })).status).toBe(401)
  })

  test('one key of the provider grants access to all customer sub-accounts', async () => {
    const { ask } = setUp()
    const { body } = await ask('/accounts')
    expect(body.data.map((row: any) => row.name)).toEqual(world.customers.map((one) => tradeName(one)))
    for (const { id } of body.data)
      expect((await ask('/agents', `accountId=${id}`)).body.totalCount).toBeGreaterThan(0)
  })
})

describe('the base URL', () => {
  test('US, the default: https://api-us.rocketcyber.com/v3', () => {
    expect(connector.contract.base({})).toBe('https://api-us.rocketcyber.com/v3')
    expect(connector.contract.base({ region: 'us' })).toBe('https://api-us.rocketcyber.com/v3')
  })

  test.each(['us', 'eu'])(
    'https://api-${ROCKETCYBER_REGION}: a client of %s reaches the sandbox by its host',
    async (region) => {
      expect(connector.contract.base({ region })).toBe(`https://api-${region}.rocketcyber.com/v3`)
      const outside = { now: () => start, random: () => 0.5, sleep: () => Promise.resolve() }
      const sandbox = new Sandbox([connector], world, outside)
      const answer = await sandbox.fetch()(`https://api-${region}.rocketcyber.com/v3/accounts`, {
        method: 'GET',
        headers: { authorization: 'Bearer rc-demo-provider-key', ...json },
        redirect: 'manual',
      })
      expect(answer.status).toBe(200)
    },
  )
})

describe('the account hierarchy', () => {
  test('accountId scopes to a customer; without it the data is of all customer accounts', async () => {
    const { ask } = setUp({ switches: { accountFields: 'present' } })
    const { data: accounts } = (await ask('/accounts')).body
    const counts: number[] = []
    for (const { id } of accounts) {
      const { body } = await ask('/incidents', `accountId=${id}&limit=1000`)
      expect(body.data.every((row: any) => row.accountId === id)).toBe(true)
      counts.push(body.totalCount)
    }
    const { body } = await ask('/incidents', 'limit=1000')
    expect(body.totalCount).toBe(counts.reduce((sum, count) => sum + count, 0))
    expect(new Set(body.data.map((row: any) => row.accountId)).size).toBe(accounts.length)
  })

  test('an account that does not exist or has no data gives an empty answer; the accounts endpoint tells which', async () => {
    const { ask } = setUp()
    expect(await ask('/incidents', 'accountId=999999')).toMatchObject({
      status: 200,
      body: { data: [], totalCount: 0 },
    })
    expect((await ask('/accounts/999999')).status).toBe(404)
  })
})

describe('the query parameters', () => {
  test('page and limit', async () => {
    const { ask } = setUp()
    const all = (await ask('/incidents', 'limit=1000')).body.data
    const second = (await ask('/incidents', 'page=2&limit=3')).body
    expect(second.data).toEqual(all.slice(3, 6))
    expect(second).toMatchObject({ page: 2, limit: 3, totalCount: all.length })
  })

  test('startDate and endDate, as ISO 8601', async () => {
    const { ask } = setUp()
    const [from, to] = ['2026-06-10T00:00:00Z', '2026-06-12T00:00:00Z']
    const { body } = await ask('/incidents', `startDate=${from}&endDate=${to}&limit=1000`)
    const all = (await ask('/incidents', 'limit=1000')).body.data
    const wanted = all.filter(
      (row: any) =>
        Date.parse(row.createdAt) >= Date.parse(from) && Date.parse(row.createdAt) <= Date.parse(to),
    )
    expect(wanted.length).toBeGreaterThan(3)
    expect(body.data).toEqual(wanted)
  })
})

describe('the printed requests', () => {
  test('curl …/v3/accounts answers 200 with id, name, type and status, totalCount, page and limit 50', async () => {
    const { ask } = setUp()
    const { status, body } = await ask('/accounts')
    expect(status).toBe(200)
    expect(Object.keys(body).toSorted()).toEqual(lists)
    expect(body).toMatchObject({ totalCount: 6, page: 1, limit: 50 })
    expect(body.data[0]).toEqual({
      id: expect.any(Number),
      name: tradeName(world.customers[0]!),
      type: 'customer',
      status: 'active',
    })
  })

  test('curl …/incidents?page=1&limit=50, then page=2: data, totalCount, page, limit', async () => {
    const { ask } = setUp()
    const [first, second] = [
      await ask('/incidents', 'page=1&limit=50'),
      await ask('/incidents', 'page=2&limit=50'),
    ]
    for (const [i, { status, body }] of [first, second].entries()) {
      expect(status).toBe(200)
      expect(Object.keys(body)).toEqual(expect.arrayContaining(lists))
      expect(body).toMatchObject({ page: i + 1, limit: 50 })
      expect(body.data).toHaveLength(50)
    }
    const ids = [...first.body.data, ...second.body.data].map((row: any) => row.id)
    expect(new Set(ids).size).toBe(100)
  })

  test('iterating all pages: totalCount is compared with page * limit', async () => {
    const { ask } = setUp()
    const ids: string[] = []
    for (let page = 1; ; page++) {
      const { body } = await ask('/incidents', `page=${page}&limit=50`)
      ids.push(...body.data.map((row: any) => row.id))
      if (body.totalCount <= page * 50) break
    }
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength((await ask('/incidents')).body.totalCount)
  })

  test('curl …/incidents?accountId=… and …/agents?accountId=…', async () => {
    const { ask } = setUp()
    const [{ id }] = (await ask('/accounts')).body.data
    for (const path of ['/incidents', '/agents']) {
      const { status, body } = await ask(path, `accountId=${id}`)
      expect([status, body.data.length > 0]).toEqual([200, true])
    }
  })
})

describe('status codes', () => {
  test('200, 400, 401, 403, 404', async () => {
    const { ask } = setUp()
    expect((await ask('/accounts')).status).toBe(200)
    expect((await ask('/incidents', 'page=none')).status).toBe(400)
    expect((await ask('/accounts', '', 'revoked')).status).toBe(401)
    expect((await ask('/incidents', '', 'rc-demo-no-soc-key')).status).toBe(403)
    expect((await ask('/no-such-endpoint')).status).toBe(404)
    expect((await ask('/incidents/1')).status).toBe(404)
  })

  test('401: {"error":{"code":401,"message":"Unauthorized: Invalid API key"}}, and doctor says what it says', async () => {
    const { ask, pair } = setUp({ key: 'an-expired-key' })
    const { body } = await ask('/accounts', '', 'an-expired-key')
    expect(body).toEqual({ error: { code: 401, message: 'Unauthorized: Invalid API key' } })
    const { state, mend } = await connector.probes[0]!.run(pair.client)
    expect([state, mend]).toEqual(['fail', expect.stringMatching(/Provider Settings.* API/)])
  })

  test('403: the provider account lacks the subscription, and doctor says so', async () => {
    const { pair } = setUp({ key: 'rc-demo-no-soc-key' })
    const probe = connector.probes.find((one) => one.name === 'incidents')!
    expect((await probe.run(pair.client)).mend).toContain('subscription')
  })

  test.each([429, 500])('%i: the client backs off, and asks again', async (status) => {
    let refusals = 2
    const between =
      (fetch: Fetch): Fetch =>
      async (url, init) =>
        refusals-- > 0
          ? { status, headers: { get: () => null }, text: () => Promise.resolve('{"error":"no"}') }
          : fetch(url, init)
    const { pair } = setUp({ between })
    const before = pair.clock.now
    expect((await pair.client.call(listIncidents)).rows.length).toBeGreaterThan(0)
    expect(pair.clock.now - before).toBeGreaterThan(1000)
  })

  test('429 comes when too much is asked', async () => {
    const { ask } = setUp()
    const statuses: number[] = []
    for (let i = 0; i < 62; i++) statuses.push((await ask('/accounts')).status)
    expect(statuses.slice(0, 60).every((one) => one === 200)).toBe(true)
    expect(statuses.slice(60)).toEqual([429, 429])
  })
})

test('every endpoint of the table answers GET', async () => {
  const { ask } = setUp()
  const [account] = (await ask('/accounts')).body.data
  const [incident] = (await ask('/incidents', 'limit=1')).body.data
  const [agent] = (await ask('/agents', 'limit=1')).body.data
  const [app] = (await ask('/apps')).body.data
  expect((await ask(`/accounts/${account.id}`)).body).toEqual(account)
  expect((await ask(`/incidents/${incident.id}`)).body).toEqual(incident)
  expect((await ask(`/agents/${agent.id}`)).body).toEqual(agent)
  expect((await ask('/defender', `accountId=${account.id}`)).body.totalDevices).toBeGreaterThan(0)
  // The vendor's other documents make the app mandatory; the table leaves it out.
  expect((await ask('/events', `appId=${app.id}`)).status).toBe(200)
})
