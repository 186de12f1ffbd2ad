import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { ApiError } from '../../contract/api-error.ts'
import { baseOf, checkSettings } from '../../contract/contract.ts'
import { fillPath } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import { sandbox } from './sandbox.ts'
import connector from './index.ts'
import { limits } from './limits.ts'
import { mendOf } from './mending.ts'
import { keys, tenantsIn, sample, scriptedClient, walkAll } from './testing.ts'
import { getHealth } from './system.ts'
import { analyzeThreat, listThreats } from './threats.ts'

const openTenant = tenantsIn(makeWorld)

const { contract } = connector
const operations = Object.values(contract.operations)

describe('settings', () => {
  const problems = (given: Record<string, string>) =>
    checkSettings(contract, { apiKey: keys.full, ...given }).problems

  test('what is right is taken', () => {
    for (const apiKey of [keys.full, keys.read, keys.test, 'cv_live_sk_8f3j29d'])
      expect(problems({ apiKey })).toEqual([])
    for (const baseUrl of [
      'https://proxy.example/cv/v3',
      'http://localhost:4400/cybervault/v3',
      'http://127.0.0.1:1',
      'http://[::1]:4400/v3',
      'http://sandbox.test/v3',
    ]) {
      expect(problems({ baseUrl, plan: 'professional', customer: 'Harbor Dental' })).toEqual([])
    }
  })

  test.each([
    ['the printed, shortened key', { apiKey: 'cv_live_sk_8f3j29d...' }],
    ['an older page’s prefix', { apiKey: 'cv_prod_abcdefghij' }],
    ['a key in the clear', { baseUrl: 'http://api.cybervault.io/v3' }],
    ['an address in disguise', { baseUrl: 'http://localhost.evil.example/v3' }],
    ['an unknown plan', { plan: 'gold' }],
    ['no key', { apiKey: '' }],
  ])('%s is refused in a line that does not show the key', (_name, given) => {
    const [problem, ...more] = problems(given)
    expect([problem, more]).toEqual([expect.any(String), []])
    expect(problem).not.toContain('8f3j29d')
  })

  test('property: no base and no path ever make /v3/v3', () => {
    const piece = fc.constantFrom('', '/', '/v3', '/v3/', '/cv', '/v3/v3', '/V3')
    const host = fc.constantFrom(
      'https://api.cybervault.io',
      'http://localhost:4400',
      'https://proxy.example',
    )
    const param = fc.oneof(fc.constantFrom('v3', '/v3', 'v3/v3', '%2Fv3'), fc.string({ minLength: 1 }))
    fc.assert(
      fc.property(
        host,
        fc.array(piece, { maxLength: 3 }),
        fc.constantFrom(...operations),
        param,
        (at, pieces, op, id) => {
          fc.pre(!/^\.{0,2}$/.test(id))
          const base = baseOf(contract, { baseUrl: at + pieces.join('') })
          const names = [...op.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, id])
          const url = base + fillPath(op, Object.fromEntries(names))
          expect(url).not.toMatch(/\/v3\/+v3(?:\/|$)/)
        },
      ),
      { numRuns: 500 },
    )
    expect(operations.filter((op) => op.path.startsWith('/v3'))).toEqual([])
    expect(new URL(baseOf(contract, {}) + fillPath(analyzeThreat)).href).toBe(
      'https://api.cybervault.io/v3/threats/analyze',
    )
    expect(sandbox.mounts).toEqual(['/cybervault/v3'])
  })
})

describe('pages', () => {
  const shapes = ['rowsKey', 'cursorPlace', 'cursorEnd'].flatMap((name) =>
    (contract.switches[name]?.values ?? []).map((value) => ({ [name]: value })),
  )

  async function walked(paging: Paging, switches: Record<string, string>) {
    const tenant = openTenant({ switches })
    const op = { ...listThreats, paging }
    const walk = new Walk(tenant.client, op, {}, (row) => row.assessment_id, { size: 3 })
    for await (const _ of walk.pages());
    return [walk.complete, walk.keys.size]
  }

  test('every shape is read to its end', async () => {
    const total = (await walkAll(openTenant(), '/threats', { limit: '200' })).length
    for (const switches of [
      ...shapes,
      { cursorPlace: 'meta.next_cursor', cursorEnd: 'absent' },
      { cursorPlace: 'cursor', cursorEnd: 'empty' },
    ]) {
      expect([switches, await walked(listThreats.paging, switches)]).toEqual([switches, [true, total]])
    }
  })

  const without = (name: string) => (body: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))

  test('planted: a reader that forgets one place, or one key, is seen', async () => {
    const forget = (drop: (body: Record<string, unknown>) => object): Paging => ({
      ...listThreats.paging,
      read: (body, asked) => listThreats.paging.read(drop(body as Record<string, unknown>), asked),
    })
    const blind = [
      [forget(without('pagination')), {}],
      [forget(without('next_cursor')), { cursorPlace: 'next_cursor' }],
      [forget(without('meta')), { cursorPlace: 'meta.next_cursor' }],
      [forget(without('cursor')), { cursorPlace: 'cursor' }],
    ] as const
    for (const [paging, switches] of blind) expect((await walked(paging, switches))[1]).toBe(3)
    for (const rowsKey of ['data', 'items', 'results']) {
      await expect(walked(forget(without(rowsKey)), { rowsKey })).rejects.toMatchObject({
        code: 'unexpected_shape',
      })
    }
  })

  test.each<[string, unknown, string]>([
    ['a text', 'rows', 'neither'],
    ['no list', { data: {}, pagination: {} }, 'there is no list'],
    [
      'more rows but no cursor',
      { data: [], pagination: { has_more: true, next_cursor: null } },
      'no cursor leads there',
    ],
    ['the same cursor again', { data: [], pagination: { next_cursor: 'abc' } }, 'same cursor'],
  ])('%s is a failure with a reason, never an empty page', (_name, body, reason) => {
    expect(listThreats.paging.read(body, { cursor: 'abc' })).toContain(reason)
  })
})

describe('errors', () => {
  const body = {
    error: { code: 'RATE_LIMIT_EXCEEDED', message: 'Slow down.', request_id: 'req_1', docs_url: 'x' },
  }
  const told = (headers: Record<string, string>, now: number) =>
    limits.heed({ get: (name) => headers[name] ?? null }, 429, now)

  test('codes of an older page are read in small letters', async () => {
    const outcome = await scriptedClient(() => ({ status: 429, body })).try(getHealth, {}, { attempts: 1 })
    expect(outcome.ok ? {} : outcome.error).toMatchObject({
      code: 'rate_limit_exceeded',
      requestId: 'req_1',
      verdict: 'retryable',
    })
  })

  test('the wait is read as seconds, as a date, or as the time of the reset', () => {
    const now = Date.parse('2026-06-01T00:00:00Z')
    expect(told({ 'retry-after': '7' }, now)).toBe(7000)
    expect(told({ 'retry-after': 'Mon, 01 Jun 2026 00:00:09 GMT' }, now)).toBe(9000)
    for (const retryAfter of ['on', 'date']) {
      const { headers } = limits.refuse(1500, { retryAfter }, now)
      expect(told(headers, now)).toBe(2000)
    }
    expect(told({ 'x-ratelimit-reset': String(now / 1000 + 11) }, now)).toBe(11_000)
    expect(told({}, now)).toBeUndefined()
  })

  test('planted: an error reading that loses the code or the request id is seen', async () => {
    const lost = { ...contract.errors, read: () => ({ message: 'x' }) }
    const refused = {
      status: 403,
      body: { error: { code: 'invalid_scope', message: 'No.', request_id: 'req_2' } },
    }
    const read = async (errors: typeof contract.errors) => {
      const outcome = await scriptedClient(() => refused).try({ ...getHealth, errors }, {}, { attempts: 1 })
      return outcome.ok ? {} : { code: outcome.error.code, requestId: outcome.error.requestId }
    }
    expect(await read(contract.errors)).toEqual({ code: 'invalid_scope', requestId: 'req_2' })
    expect(await read(lost)).not.toEqual({ code: 'invalid_scope', requestId: 'req_2' })
  })

  test('an analysis that may have been made is not made again; one that was refused for its pace is', async () => {
    const sent: string[] = []
    const analyze = (status: number) => {
      sent.length = 0
      const client = scriptedClient((_url, method) => (sent.push(method), { status, body: {} }))
      return client.try(analyzeThreat, { body: sample as never }, { attempts: 3 })
    }
    expect(await analyze(500)).toMatchObject({ ok: false, error: { verdict: 'ambiguous' } })
    expect(sent).toEqual(['POST'])
    await analyze(429)
    expect(sent).toHaveLength(3)
  })
})

describe('doctor', () => {
  async function report(key: string, switches: Record<string, string> = {}) {
    const tenant = openTenant({ key, switches })
    const before = (await walkAll(tenant, '/threats', { limit: '200' }).catch(() => [])).length
    const results = new Map<string, { state: string; detail: string; mend?: string }>()
    for (const probe of connector.probes) results.set(probe.name, await probe.run(tenant.client))
    const after = (await walkAll(tenant, '/threats', { limit: '200' }).catch(() => [])).length
    expect(after).toBe(before)
    return results
  }

  test('a full key: everything answers, nothing was written', async () => {
    const results = await report(keys.full)
    const states = [...results].filter(([, { state }]) => state !== 'ok').map(([name]) => name)
    expect(states).toEqual(['one response action', 'one report', 'content of a report'])
  })

  test('the quick start’s key: threat:write is named, and that nothing can be read with response:write alone', async () => {
    const results = await report(keys.quickStart)
    expect(results.get('threat:write')).toMatchObject({
      state: 'warn',
      mend: expect.stringContaining('lacks threat:write'),
    })
    expect(results.get('response:write')?.state).toBe('ok')
    expect(results.get('threat:read')?.state).toBe('ok')
    expect(results.get('response:read')).toMatchObject({
      state: 'fail',
      detail: expect.stringContaining('response:read'),
    })
    expect(results.get('response:read')?.mend).toContain('Add the scope')
  })

  test('a read key is production, and cannot hold the writing scopes', async () => {
    const results = await report(keys.read)
    expect(results.get('key and tenant')).toMatchObject({
      state: 'warn',
      detail: expect.stringContaining('production'),
    })
    expect(results.get('threat:write')?.state).toBe('skip')
  })

  test('a test key is told to be one', async () => {
    expect((await report(keys.test)).get('key and tenant')).toMatchObject({
      state: 'warn',
      detail: expect.stringContaining('sandbox'),
    })
  })

  test('with the two documented endpoints alone, nothing fails', async () => {
    const results = await report(keys.full, { offered: 'documented' })
    expect([...results.values()].filter(({ state }) => state === 'fail')).toEqual([])
    expect([...results].filter(([, { state }]) => state === 'ok').map(([name]) => name)).toEqual([
      'key and tenant',
      'threat:write',
    ])
  })

  test.each<[string, string, string]>([
    ['expired', keys.expired, 'has expired'],
    ['revoked', keys.revoked, 'use the new one'],
    ['unknown', 'cv_live_sk_0000000000', 'Copy the whole key again'],
    ['of a suspended tenant', keys.suspended, 'suspended'],
  ])('a key that is %s fails, with what to do', async (_name, key, mend) => {
    const tenant = openTenant({ key })
    expect(await connector.probes[0]!.run(tenant.client)).toMatchObject({
      state: 'fail',
      mend: expect.stringContaining(mend),
    })
  })

  test.each<[string, { status: number; body: unknown; headers?: Record<string, string> }, string]>([
    ['a login page', { status: 200, body: '<!DOCTYPE html><html>Sign in</html>' }, 'A page came instead'],
    ['another API', { status: 200, body: { hello: 'world' } }, 'check the base URL'],
    ['a wrong path', { status: 404, body: '<html>Not found</html>' }, 'must end in /v3'],
    [
      'a path without /v3',
      { status: 404, body: { error: { code: 'endpoint_not_found', message: 'No.' } } },
      'must end in /v3',
    ],
    [
      'a redirect',
      { status: 301, body: '', headers: { location: 'https://elsewhere.test' } },
      'never sent on',
    ],
    ['a broken vendor', { status: 503, body: 'down' }, 'vendor’s own trouble'],
    ['too many requests', { status: 429, body: {} }, 'wait a minute'],
  ])('%s has its own words', async (_name, answer, mend) => {
    const client = scriptedClient(() => answer)
    expect(await connector.probes[0]!.run(client)).toMatchObject({
      state: 'fail',
      mend: expect.stringContaining(mend),
    })
  })

  test('a network that is not there', () => {
    const error = new ApiError({
      vendor: 'cybervault',
      status: 0,
      code: 'enotfound',
      message: '',
      verdict: 'retryable',
    })
    expect(mendOf(error).mend).toContain('network')
  })
})
