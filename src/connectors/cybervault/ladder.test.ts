import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { type Asked, keys, tenantsIn, sample } from './testing.ts'

const openTenant = tenantsIn(makeWorld)

// Section 2 of the contract document: the first rule that matches decides, so each request breaks the later rules too.

const spoilt: Asked = { body: '{"cut', headers: { 'content-type': 'text/plain' } }

test.each<[string, string, Asked, number, string]>([
  ['1 no key', 'PUT /none', { ...spoilt, headers: { authorization: '' } }, 401, 'missing_api_key'],
  [
    '1 another scheme',
    'PUT /none',
    { ...spoilt, headers: { authorization: `Basic ${keys.full}` } },
    401,
    'missing_api_key',
  ],
  ['2 a foreign prefix', 'PUT /none', { ...spoilt, key: 'cv_prod_abc1234567' }, 401, 'invalid_api_key'],
  ['3 unknown', 'PUT /none', { ...spoilt, key: 'cv_live_sk_0000000000' }, 401, 'invalid_api_key'],
  ['4 revoked', 'PUT /none', { ...spoilt, key: keys.revoked }, 401, 'revoked_api_key'],
  ['4 rotated', 'PUT /none', { ...spoilt, key: keys.rotated }, 401, 'revoked_api_key'],
  ['5 expired', 'PUT /none', { ...spoilt, key: keys.expired }, 401, 'expired_api_key'],
  ['6 suspended', 'PUT /none', { ...spoilt, key: keys.suspended }, 403, 'tenant_access_denied'],
  ['8 unknown path', 'PUT /none', { ...spoilt, key: keys.quickStart }, 404, 'endpoint_not_found'],
  [
    '9 known path, other method',
    'PUT /incidents',
    { ...spoilt, key: keys.quickStart },
    405,
    'method_not_allowed',
  ],
  ['10 scope', 'POST /threats/analyze', { ...spoilt, key: keys.quickStart }, 403, 'invalid_scope'],
  ['11 media type', 'PATCH /threats/ta_000000000000', spoilt, 415, 'unsupported_media_type'],
  ['11 unreadable', 'PATCH /threats/ta_000000000000', { body: '{"cut' }, 400, 'invalid_json'],
  ['11 missing', 'PATCH /threats/ta_000000000000', { body: {} }, 400, 'missing_field'],
  ['11 invalid', 'PATCH /threats/ta_000000000000', { body: { status: 7 } }, 400, 'invalid_request'],
  ['12 id', 'PATCH /threats/ta_000000000000', { body: { status: 'closed' } }, 404, 'resource_not_found'],
])('step %s', async (_step, line, options, status, code) => {
  const tenant = openTenant()
  const answer = await tenant.ask(line, options)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
  expect(Object.keys(answer.body)).toEqual(['error'])
  expect(answer.body.error).toMatchObject({
    message: expect.any(String),
    docs_url: `https://docs.cybervault.io/errors/${code}`,
  })
  expect(answer.body.error.request_id).toBe(answer.headers['x-request-id'])
  expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
})

test('the scheme’s case does not matter, and a 405 says what is allowed', async () => {
  const tenant = openTenant()
  expect(
    (await tenant.ask('GET /system/health', { headers: { authorization: `bEaReR ${keys.full}` } })).status,
  ).toBe(200)
  expect((await tenant.ask('DELETE /incidents')).headers['allow']).toBe('GET, POST')
  expect((await tenant.ask('HEAD /system/health')).body).toBeUndefined()
})

test('step 7, an empty bucket, comes after the key and before the path; refusals cost nothing', async () => {
  const tenant = openTenant({ switches: { plan: 'starter' } })
  for (let i = 0; i < 23; i++) expect((await tenant.ask('POST /none')).status).toBe(404)
  expect((await tenant.ask('POST /none')).status).toBe(429)
  expect((await tenant.ask('POST /none', { key: keys.revoked })).status).toBe(401)
  expect((await tenant.ask('GET /none')).status).toBe(404)
  tenant.clock.now += 60_000
  expect((await tenant.ask('POST /none')).status).toBe(404)
})

test('plans are the tenants’ own, and critical endpoints may have a limit apart', async () => {
  const tenant = openTenant({
    switches: { plan: 'own', criticality: 'on', rateHeaders: 'on', burst: 'strict' },
  })
  const limit = async (line: string, key: string) =>
    (await tenant.ask(line, { key })).headers['x-ratelimit-limit']
  expect(await limit('GET /none', keys.full)).toBe('51')
  expect(await limit('GET /none', keys.second)).toBe('240')
  expect(await limit('GET /none', keys.third)).toBe('3000')
  expect(await limit('POST /none', keys.full)).toBe('17')
  expect(await limit('POST /threats/analyze', keys.full)).toBe('8')
})

test('step 13: an id of another tenant is 403, or 404 by a switch; the sandbox’s ids are not there at all', async () => {
  const tenant = openTenant()
  const { assessment_id: id } = (await tenant.ask('POST /threats/analyze', { body: sample })).body
  expect((await tenant.ask(`GET /threats/${id}`)).body.payload.hash_sha256).toBe('a]b]c]...')
  const foreign = await tenant.ask(`GET /threats/${id}`, { key: keys.second })
  expect([foreign.status, foreign.body.error.code]).toEqual([403, 'tenant_access_denied'])
  expect((await tenant.ask(`GET /threats/${id}`, { key: keys.test })).status).toBe(404)
  tenant.switches['foreignIds'] = '404'
  expect((await tenant.ask(`GET /threats/${id}`, { key: keys.second })).status).toBe(404)
})

test('scopes: write does not imply read, older names count, a read key never writes', async () => {
  const tenant = openTenant()
  const status = async (line: string, key: string) =>
    (await tenant.ask(line, { key, body: line.startsWith('GET') ? undefined : {} })).status
  expect(await status('GET /incidents', keys.quickStart)).toBe(403)
  expect(await status('POST /incidents', keys.quickStart)).toBe(400)
  expect(await status('GET /incidents', keys.older)).toBe(200)
  expect(await status('POST /incidents', keys.read)).toBe(403)
  expect(await status('GET /compliance/frameworks', keys.read)).toBe(200)
  expect(await status('GET /incidents', keys.threats)).toBe(403)
})

test('what a tenant lacks is an unknown path, for every method and before the scope', async () => {
  const tenant = openTenant({ switches: { offered: 'documented' } })
  const code = async (line: string) => (await tenant.ask(line, { key: keys.quickStart })).body.error?.code
  expect(await code('GET /incidents')).toBe('endpoint_not_found')
  expect(await code('GET /threats')).toBe('endpoint_not_found')
  expect(await code('GET /system/health')).toBeUndefined()
  tenant.switches['offered'] = 'incidents,compliance'
  expect(await code('GET /compliance/reports')).toBe('endpoint_not_found')
  expect(await code('GET /threats')).toBeUndefined()
})

test('by a switch only the six documented statuses appear', async () => {
  const tenant = openTenant({ switches: { statuses: 'six' } })
  const large = { ...sample, metadata: {}, more: 'x'.repeat(1024 * 1024) }
  expect((await tenant.ask('DELETE /incidents')).body.error.code).toBe('endpoint_not_found')
  expect((await tenant.ask('POST /incidents', spoilt)).status).toBe(400)
  expect((await tenant.ask('POST /threats/analyze', { body: large })).status).toBe(400)
  tenant.switches['statuses'] = 'all'
  expect((await tenant.ask('POST /threats/analyze', { body: large })).body.error.code).toBe(
    'payload_too_large',
  )
})

test('a failure on demand has the envelope too', async () => {
  const tenant = openTenant({ switches: { failPath: '/system' } })
  const { status, body } = await tenant.ask('GET /system/health')
  expect([status, body.error.code]).toEqual([500, 'internal_error'])
  expect(body.error.request_id).toMatch(/^req_/)
})
