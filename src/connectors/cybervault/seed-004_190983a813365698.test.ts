import { describe, expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import connector from './index.ts'
import { limits, pace } from './limits.ts'
import { keys, tenantsIn, sample, scriptedClient, walkAll } from './testing.ts'
import { getHealth } from './system.ts'
import { analyzeThreat } from './threats.ts'

const openTenant = tenantsIn(makeWorld)

// Every request, answer, figure and rule that the seed document prints, against the sandbox.
describe('CyberVault API Documentation (004_190983a813365698.txt)', () => {
  test('all requests go to https://api.cybervault.io/v3; its host leads to the sandbox', () => {
    expect(connector.contract.base({})).toBe('https://api.cybervault.io/v3')
    expect(connector.sandbox.hosts).toContain('api.cybervault.io')
    expect(connector.sandbox.mounts[0]).toBe('/cybervault/v3')
  })

  test('quick start: health answers 200 with the tenant and its status', async () => {
    const tenant = openTenant({ now: Date.parse('2025-01-15T08:42:11Z') })
    const { status, body } = await tenant.ask('GET /system/health', {
      headers: { 'content-type': 'application/json' },
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'operational',
      tenant_id: 'tv_9a8b7c6d5e4f',
      environment: 'production',
      timestamp: '2025-01-15T08:42:11Z',
    })
    expect(keys.full.startsWith('cv_live_sk_8f3j29d')).toBe(true)
    expect((await tenant.client.call(getHealth)).tenant_id).toBe('tv_9a8b7c6d5e4f')
  })

  test('every request must carry a valid key, the connectivity check as well', async () => {
    const tenant = openTenant()
    expect((await tenant.ask('GET /system/health', { headers: { authorization: '' } })).status).toBe(401)
    expect((await tenant.ask('GET /system/health', { key: 'sk_live_something' })).status).toBe(401)
  })

  test('key formats: live and read are production, test is the sandbox with mock responses', async () => {
    const tenant = openTenant()
    const environment = async (key: string) =>
      (await tenant.ask('GET /system/health', { key })).body.environment
    expect(await environment(keys.full)).toBe('production')
    expect(await environment(keys.read)).toBe('production')
    expect(await environment(keys.test)).toBe('sandbox')
    expect((await tenant.ask('POST /threats/analyze', { key: keys.test, body: sample })).body.mock).toBe(true)
    expect((await tenant.ask('POST /threats/analyze', { key: keys.read, body: sample })).status).toBe(403)
  })

  test('keys are scoped, and can be rotated, revoked and expire', async () => {
    const tenant = openTenant()
    const code = async (key: string) => (await tenant.ask('GET /system/health', { key })).body.error.code
    expect(await code(keys.expired)).toBe('expired_api_key')
    expect(await code(keys.revoked)).toBe('revoked_api_key')
    expect(await code(keys.rotated)).toBe('revoked_api_key')
    tenant.switches['rotationGraceSeconds'] = String(365 * 86_400)
    expect((await tenant.ask('GET /system/health', { key: keys.rotated })).status).toBe(200)
  })

  test('headers: X-Request-ID is optional, for tracing', async () => {
    const tenant = openTenant()
    const traced = await tenant.ask('GET /system/health', { headers: { 'x-request-id': 'req_abc123def456' } })
    expect(traced.headers['x-request-id']).toBe('req_abc123def456')
    const wrong = await tenant.ask('GET /none', { headers: { 'x-request-id': 'req_abc123def456' } })
    expect([wrong.headers['x-request-id'], wrong.body.error.request_id]).toEqual([
      'req_abc123def456',
      'req_abc123def456',
    ])
    const own = await tenant.ask('GET /system/health')
    expect(own.headers['x-request-id']).toMatch(/^req_[a-z0-9]{12}$/)
    const bad = await tenant.ask('GET /none', { headers: { 'x-request-id': 'two words' } })
    expect(bad.body.error.request_id).toMatch(/^req_[a-z0-9]{12}$/)
    expect(bad.headers['x-request-id']).toBe(bad.body.error.request_id)
  })

  test('common parameters: limit 50 by default and 200 at most, cursor, sort, filter', async () => {
    const tenant = openTenant({ days: 40 })
    const page = async (search: string) => (await tenant.ask('GET /threats', { search })).body
    expect((await page('')).data).toHaveLength(50)
    expect((await page('limit=200')).data.length).toBeGreaterThan(100)
    expect((await tenant.ask('GET /threats', { search: 'limit=201' })).status).toBe(400)
    const first = await page('limit=10&sort=created_at:desc')
    const next = await page(`limit=10&sort=created_at:desc&cursor=${first.pagination.next_cursor}`)
    const times = [...first.data, ...next.data].map((row: { created_at: string }) => row.created_at)
    expect(times).toEqual(times.toSorted().toReversed())
    const filter = encodeURIComponent('{"severity":"high"}')
    const severities = (await page(`filter=${filter}`)).data.map((row: { severity: string }) => row.severity)
    expect(new Set(severities)).toEqual(new Set(['high']))
    expect(
      new Set((await walkAll(tenant, '/threats', { limit: '7' })).map((row) => row['assessment_id'])).size,
    ).toBe((await walkAll(tenant, '/threats', { limit: '200' })).length)
  })

  test('threat detection: the printed request is 201 with an id and a risk score', async () => {
    const tenant = openTenant()
    const { status, body, headers } = await tenant.ask('POST /threats/analyze', { body: sample })
    expect(status).toBe(201)
    expect(body.assessment_id).toMatch(/^ta_[0-9a-f]{12}$/)
    expect(headers['location']).toBe(`/v3/threats/${body.assessment_id}`)
    expect([body.risk_score, body.severity, body.classification, body.confidence]).toEqual([
      75,
      'high',
      'malicious',
      0.86,
    ])
    const techniques = body.mitre_attack.map((row: { technique_id: string }) => row.technique_id)
    expect([...new Set(techniques)]).toEqual(['T1571', 'T1055'])
    expect(body.recommended_actions.map((row: { action: string }) => row.action)).toEqual([
      'isolate_host',
      'block_ip',
    ])
    expect(body.recommended_actions[0].target).toEqual({ type: 'host', value: null })
    expect(body.warnings).toHaveLength(1)
    const read = await tenant.client.call(analyzeThreat, { body: sample as never })
    expect(read.risk_score).toBe(75)
  })

  test('the quick start’s own key cannot run the printed analysis, and says so as printed', async () => {
    const tenant = openTenant()
    const { status, body } = await tenant.ask('POST /threats/analyze', { key: keys.quickStart, body: sample })
    expect(status).toBe(403)
    expect(Object.keys(body)).toEqual(['error'])
    expect(body.error).toEqual({
      code: 'invalid_scope',
      message: "API key lacks required 'threat:write' permission.",
      request_id: expect.stringMatching(/^req_/),
      docs_url: 'https://docs.cybervault.io/errors/invalid_scope',
    })
    const outcome = await openTenant({ key: keys.quickStart }).client.try(analyzeThreat, {
      body: sample as never,
    })
    expect(outcome.ok ? {} : outcome.error).toMatchObject({
      status: 403,
      code: 'invalid_scope',
      verdict: 'refused',
    })
  })

  test.each([
    ['starter', 60, 20, 15],
    ['professional', 300, 100, 20],
  ])('rate limits of %s: %i read, %i write, ±%i %%', (plan, read, write, burst) => {
    const granted = (method: string, switches: Record<string, string>) => {
      const request = { method, path: '/threats', search: '', headers: {}, body: '', ip: '' }
      return limits.grant(request, { plan, ...switches })?.requests
    }
    const factor = (sign: number) => [read, write].map((limit) => (limit * (100 + sign * burst)) / 100)
    expect([granted('GET', {}), granted('POST', {})]).toEqual(factor(1))
    expect([granted('GET', { burst: 'strict' }), granted('POST', { burst: 'strict' })]).toEqual(factor(-1))
    expect(pace({ plan }).requests).toBe(factor(-1)[0])
    expect(limits.alsoPaced?.(analyzeThreat, { plan })?.requests).toBe(factor(-1)[1])
  })

  test('approaching limits: 429 with Retry-After, and a client that waits', async () => {
    const tenant = openTenant({ switches: { plan: 'starter', burst: 'strict' } })
    const statuses: number[] = []
    for (let i = 0; i < 55; i++) statuses.push((await tenant.ask('GET /system/health')).status)
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
    const refused = await tenant.ask('GET /system/health')
    expect([refused.headers['retry-after'], refused.body.error.code]).toEqual(['60', 'rate_limited'])
    const began = tenant.clock.now
    await tenant.client.call(getHealth)
    expect(tenant.clock.now - began).toBeGreaterThanOrEqual(60_000)
  })

  test.each([
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [429, 'retryable'],
    [500, 'retryable'],
  ])('error %i is %s, read from the one format', async (status, verdict) => {
    const body = {
      error: {
        code: 'some_code',
        message: 'Some words.',
        request_id: 'req_9x8c7v6b5n4',
        docs_url: 'https://docs.cybervault.io/errors/some_code',
      },
    }
    const outcome = await scriptedClient(() => ({ status, body })).try(getHealth, {}, { attempts: 1 })
    expect(outcome.ok ? {} : outcome.error).toMatchObject({
      status,
      verdict,
      code: 'some_code',
      requestId: 'req_9x8c7v6b5n4',
    })
    expect(outcome.ok ? '' : outcome.error.message).toContain('Some words.')
  })
})
