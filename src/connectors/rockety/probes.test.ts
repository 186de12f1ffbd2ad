// What `watchfloor doctor` asks: only reads, and each trouble has its own mend.
import { expect, test } from 'vitest'

import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { ProbeResult } from '../connector.ts'
import { type PairOptions, openPair } from '../testing.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')

async function probeAll(options: Partial<PairOptions> & { customers?: number } = {}) {
  const methods = new Set<string>()
  const between =
    (fetch: Fetch): Fetch =>
    (url, init) => {
      methods.add(init.method)
      return (options.between?.(fetch) ?? fetch)(url, init)
    }
  const world = makeWorld({ seed: 1, customers: options.customers ?? 3, start, days: 1 })
  const { client } = openPair(connector, { world, now: start, ...options, between })
  const results: Record<string, ProbeResult> = {}
  for (const probe of connector.probes) results[probe.name] = await probe.run(client)
  return { results, methods: [...methods] }
}

test('a good connection passes everything, by reads alone', async () => {
  const { results, methods } = await probeAll()
  expect(new Set(Object.values(results).map((result) => result.state))).toEqual(new Set(['ok']))
  expect(results['address and token']?.detail).toBe('3 projects')
  expect(methods).toEqual(['GET'])
})

test('an empty organisation leaves what needs an id unasked', async () => {
  const { results } = await probeAll({ customers: 0 })
  expect(results['one project']).toMatchObject({ state: 'skip' })
  expect(results['clients']).toMatchObject({ state: 'ok' })
})

test.each<[string, Partial<PairOptions>, RegExp]>([
  ['a deleted token', { key: 'rk_demo_9d1f5b3e7a2c8064d9f1b5e3a7c28046' }, /Create API Key/],
  ['a login page', { switches: { loginPage: 'on' } }, /base must be https:\/\/app\.rockety\.io\/api\/v1/],
  ['a redirect', { switches: { loginPage: 'redirect' } }, /base must be/],
  [
    'a wrong path',
    { settings: { map: '{"paths":{"projects":"/jobs"}}' } },
    /paths\.projects in the client map/,
  ],
])('%s fails at the address, with its mend', async (_name, options, mend) => {
  const { results } = await probeAll(options)
  expect(results['address and token']).toMatchObject({ state: 'fail' })
  expect(results['address and token']?.mend).toMatch(mend)
})

test('a host that is not there, and an answer of somebody else’s, have theirs', async () => {
  const lost = Object.assign(new Error('lost'), { code: 'ENOTFOUND' })
  const nowhere = await probeAll({ between: () => () => Promise.reject(lost) })
  expect(nowhere.results['address and token']?.mend).toContain('app.rockety.io')
  const answer = {
    status: 200,
    headers: { get: () => null },
    text: () => Promise.resolve('{"hello":"world"}'),
  }
  const stranger = await probeAll({ between: () => () => Promise.resolve(answer) })
  expect(stranger.results['address and token']?.mend).toContain('not Rockety’s API')
})

test.each(['users', 'tasks', 'clients'])(
  '404 switches %s off with a notice, 401 says permission',
  async (resource) => {
    const missing = await probeAll({ switches: { missing: resource } })
    expect(missing.results[resource]).toMatchObject({ state: 'warn' })
    expect(missing.results[resource]?.detail).toContain('this account does not have it')
    expect(missing.results[resource]?.mend).toContain('client map')
    const forbidden = await probeAll({ switches: { forbidden: resource } })
    expect(forbidden.results[resource]?.detail).toContain('no permission')
    expect(forbidden.results['address and token']?.state).toBe('ok')
  },
)
