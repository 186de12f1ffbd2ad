import { expect, test } from 'vitest'

import type { Connector } from '../connectors/connector.ts'
import { key, toy } from '../contract/testing.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { control } from './control.ts'
import { SandboxClock } from './sandbox-clock.ts'
import { Sandbox } from './sandbox.ts'
import { makeWorld } from './world.ts'

const start = Date.parse('2026-09-01T00:00:00Z')

function open() {
  const seen: string[] = []
  const clock = { now: start }
  const connector = (vendor: string, mounts: string[]): Connector => ({
    contract: { ...toy, vendor },
    feeds: [],
    probes: [],
    sandbox: {
      mounts,
      hosts: [`us.${vendor}.test`, `eu.${vendor}.test`],
      settings: { region: 'us' },
      open: (world, { now }) => ({
        keys: [{ name: 'demo', value: key, note: '' }],
        behaviours: {
          'boxes.list': () => world.customers.map(({ number, name }) => ({ id: number, kind: name })),
        },
        identify: (given) => (given === key ? { name: 'demo', permissions: 'all' } : undefined),
        advance: () => void seen.push(`${vendor} at ${now() - start}`),
        raised: () => [{ reference: vendor, customerName: 'c', attack: 'a', story: 's', shownAt: 0 }],
      }),
    },
  })
  const world = makeWorld({ seed: 1, customers: 3, start, days: 1 })
  const outside = { now: () => clock.now, random: () => 0.5, sleep: async () => {} }
  const connectors = [connector('toy', ['/toy/v1', '/toy/v1/more']), connector('other', ['/toy'])]
  const sandbox = new Sandbox(connectors, world, outside)
  const bare = {
    method: 'GET',
    path: '/',
    search: '',
    body: '',
    ip: '',
    headers: { authorization: `Bearer ${key}` },
  }
  const serve = (request: Partial<WireRequest>): Promise<WireAnswer> => sandbox.serve({ ...bare, ...request })
  const tell = (method: string, path: string, body?: unknown): any => {
    const answer = control(
      sandbox,
      {
        ...bare,
        method,
        path: `/_sandbox${path}`,
        body: typeof body === 'string' ? body : (JSON.stringify(body) ?? ''),
      },
      { origin: 'http://localhost:4400' },
    )
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  return { sandbox, serve, tell, seen, clock }
}

test.each([
  ['/toy/v1/boxes', {}, 'toy'],
  ['/toy/v1/more/boxes', {}, 'toy'],
  ['/toy/boxes', {}, 'other'],
  ['/v1/boxes', { host: 'eu.toy.test' }, 'toy'],
  ['/v1/boxes', { host: 'us.other.test:443' }, 'other'],
])('%s with %j is served by %s', async (path, headers, vendor) => {
  const { serve, sandbox } = open()
  const answer = await serve({ path, headers: { authorization: `Bearer ${key}`, ...headers } })
  expect(JSON.parse(answer.body).total).toBe(3)
  expect(sandbox.requests).toEqual({ [vendor]: 1 })
})

test.each(['/', '/toys', '/v1/boxes', '/nothing'])('nothing is served at %s', async (path) => {
  const { serve, sandbox } = open()
  expect(await serve({ path })).toMatchObject({ status: 404 })
  expect(sandbox.requests).toEqual({})
})

test('a vendor goes on to the present before every request that reaches it, and only then', async () => {
  const { serve, seen, clock, sandbox } = open()
  clock.now += 5
  await serve({ path: '/toy/v1/boxes' })
  sandbox.faults.rules.push({ kind: 'drop' })
  await expect(serve({ path: '/toy/v1/boxes' })).rejects.toThrow('dropped before')
  expect(seen).toEqual(['toy at 5'])
})

test('a fetch leads here without sockets', async () => {
  const { sandbox } = open()
  const init = { method: 'GET', headers: { authorization: `Bearer ${key}` }, redirect: 'manual' as const }
  expect((await sandbox.fetch()('http://sandbox.test/toy/v1/boxes', init)).status).toBe(200)
})

test('drift takes the first row away just before the page is cut', async () => {
  const { serve, sandbox } = open()
  sandbox.faults.rules.push({ kind: 'drift' })
  const { total, boxes } = JSON.parse((await serve({ path: '/toy/v1/boxes' })).body)
  expect([total, boxes[0].id]).toEqual([2, 2])
})

test('faults are set, seen and taken away through the control routes', async () => {
  const { serve, tell } = open()
  expect(tell('POST', '/faults', { kind: 'throttle', times: 1 }).status).toBe(201)
  expect(
    tell('POST', '/faults', [{ kind: 'status' }, { kind: 'status', vendor: 'other' }]).body.rules,
  ).toHaveLength(3)
  expect((await serve({ path: '/toy/v1/boxes' })).status).toBe(429)
  expect((await serve({ path: '/toy/v1/boxes' })).status).toBe(500)
  expect(tell('GET', '/faults').body.struck).toMatchObject({ throttle: 1, status: 1 })
  expect(tell('DELETE', '/faults').body.rules).toEqual([])
  expect((await serve({ path: '/toy/v1/boxes' })).status).toBe(200)
  for (const bad of [
    { kind: 'unknown' },
    { kind: 'status', status: 200 },
    { kind: 'status', extra: 1 },
    '{',
    '',
    'null',
  ]) {
    expect(tell('POST', '/faults', bad).status).toBe(400)
  }
})

test('a switch is set for its vendor alone, and what it does not take is refused in one line', async () => {
  const { serve, tell } = open()
  expect(tell('POST', '/switches', { vendor: 'toy', name: 'total', value: 'absent' }).body).toEqual({
    toy: { total: 'absent', limit: '0' },
    other: { total: 'present', limit: '0' },
  })
  expect(JSON.parse((await serve({ path: '/toy/v1/boxes' })).body)).not.toHaveProperty('total')
  expect(JSON.parse((await serve({ path: '/toy/boxes' })).body)).toHaveProperty('total')
  expect(tell('POST', '/switches', { vendor: 'toy', name: 'limit', value: '17' }).status).toBe(200)
  const refused = (vendor: string, name: string, value: string): string =>
    tell('POST', '/switches', { vendor, name, value }).body.message
  expect(refused('toy', 'total', 'maybe')).toBe('total takes present, absent')
  expect(refused('toy', 'totl', 'x')).toBe('no switch totl: use total, limit')
  expect(refused('toy', 'constructor', 'x')).toBe('no switch constructor: use total, limit')
  expect(refused('acme', 'total', 'x')).toBe('no vendor acme: use toy, other')
})

test('connections, requests and ground truth can be asked for; other control routes do not exist', async () => {
  const { serve, tell } = open()
  await serve({ path: '/toy/v1/boxes' })
  expect(tell('GET', '/connections').body[0]).toMatchObject({
    vendor: 'toy',
    baseUrl: 'http://localhost:4400/toy/v1',
    region: 'us',
    keys: [{ value: key }],
  })
  expect(tell('GET', '/requests/').body).toEqual({ toy: 1 })
  expect(tell('GET', '/truth').body).toMatchObject({
    raised: [{ reference: 'toy' }, { reference: 'other' }],
    filed: [],
  })
  expect(tell('GET', '').status).toBe(200)
  expect(tell('PUT', '/faults').status).toBe(404)
  expect(tell('GET', '/nothing').status).toBe(404)
})

test('the clock is read and driven on through the control routes, and never back', () => {
  const { sandbox } = open()
  const clock = new SandboxClock(() => start, 1)
  const ask = (method: string, body?: unknown, own: SandboxClock | undefined = clock): any => {
    const bare = { search: '', ip: '', headers: {}, path: '/_sandbox/clock' }
    const request = { ...bare, method, body: JSON.stringify(body) ?? '' }
    const answer = control(sandbox, request, { origin: '' }, own)
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  expect(ask('GET').body).toEqual({ driven: true, now: '2026-09-01T00:00:00.000Z', speed: 1 })
  expect(ask('POST', { forwardSeconds: 3600, speed: 60 }).body).toMatchObject({
    now: '2026-09-01T01:00:00.000Z',
    speed: 60,
  })
  expect(ask('POST', { to: '2026-09-02T00:00:00Z' }).body.now).toBe('2026-09-02T00:00:00.000Z')
  expect(ask('POST', { to: '2026-09-01T00:00:00Z' }).body.message).toMatch(/does not go back/)
  expect(ask('POST', { speed: -1 }).status).toBe(400)
  expect(ask('POST', { pace: 1 }).status).toBe(400)
})
