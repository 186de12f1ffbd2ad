import { expect, test } from 'vitest'
import * as z from 'zod'

import { bearer } from './auth.ts'
import { Budget } from './budget.ts'
import { Client } from './client.ts'
import { type Contract, baseOf, paceOf } from './contract.ts'
import { readAnyError } from './errors.ts'
import { inProcessFetch } from './in-process.ts'
import { operation } from './operation.ts'
import type { Paging } from './paging.ts'
import { Refusal } from './refusal.ts'
import { type ServerParts, createServer } from './server.ts'
import { Walk } from './walk.ts'

/** What a contract may say beyond the ordinary: each hook by what can be seen of it. */

const byPlace: Paging = {
  query: { after: z.int().optional() },
  rowsKeys: ['rows'],
  stable: true,
  first: () => ({}),
  read(body) {
    const { rows, next } = body as { rows: unknown[]; next: number | null }
    return { rows, next: next === null ? undefined : { after: next } }
  },
  write(rows, asked, _switches, call) {
    const left = (rows as { id: number }[]).filter((row) => row.id > Number(asked['after'] ?? 0))
    return { rows: left.slice(0, 2), next: left.length > 2 ? left[1]?.id : null, for: call?.identity.name }
  },
}

const row = z.looseObject({ id: z.int() })
const list = operation({
  id: 'a.list',
  method: 'GET',
  path: '/a',
  summary: '',
  source: 'I',
  answer: row,
  paging: byPlace,
})
const make = operation({
  id: 'a.make',
  method: 'POST',
  path: '/a',
  summary: '',
  source: 'I',
  answer: row,
  body: row,
})
const gone = operation({ id: 'b.get', method: 'GET', path: '/b', summary: '', source: 'I', answer: row })

const contract: Contract = {
  vendor: 'acme',
  title: 'Acme',
  version: 'v3',
  about: '',
  settings: [],
  base: () => 'https://acme.test/v3',
  arrays: 'comma',
  auth: bearer(),
  errors: {
    read: readAnyError,
    write: (refusal, { requestId }) => ({ error: { code: refusal.code, request_id: requestId } }),
  },
  limits: {
    pace: { scope: 'credential', requests: 10, windowMs: 60_000, concurrency: 1 },
    alsoPaced: (op) =>
      op.method === 'POST'
        ? { scope: 'credential', requests: 1, windowMs: 60_000, name: 'write' }
        : undefined,
    heed: () => undefined,
    grant: ({ method }, _switches, identity) => ({
      scope: 'credential',
      requests: identity?.name === 'small' ? 1 : 1000,
      windowMs: 60_000,
      name: method === 'POST' ? 'write' : 'read',
    }),
    refuse: () => new Refusal(429, 'rate_limited', 'slow down'),
    headers({ remaining }, _now, switches): Record<string, string> {
      return switches['told'] === 'on' ? { 'x-left': String(remaining) } : {}
    },
  },
  pace: ({ plan }) => ({
    scope: 'credential',
    requests: plan === 'big' ? 100 : 5,
    windowMs: 60_000,
    concurrency: 1,
  }),
  serves: (op, switches) => op.id !== 'b.get' || switches['b'] === 'on',
  restate: (refusal, request) =>
    refusal.status === 404 ? new Refusal(404, 'nowhere', `no ${request.path}`) : refusal,
  switches: {},
  operations: { list, make, gone },
}

let rows = [1, 2, 3, 4, 5].map((id) => ({ id }))

function parts(switches: Record<string, string> = {}): ServerParts {
  return {
    contract,
    behaviours: {
      'a.list': () => rows,
      'a.make': ({ body, requestId }) => ({ ...(body as object), requestId }),
      'b.get': () => ({ id: 9 }),
    },
    identify: (key) => ({ name: key, permissions: 'all' }),
    now: () => 0,
    switches,
    newRequestId: (request) => request.headers['x-request-id'] ?? 'own',
  }
}

function ask(
  method: string,
  path: string,
  more: { key?: string; switches?: Record<string, string>; body?: string } = {},
) {
  const server = createServer(parts(more.switches))
  const headers = { authorization: `Bearer ${more.key ?? 'k'}`, 'x-request-id': 'mine' }
  return server({ method, path, search: '', headers, body: more.body ?? '', ip: '' })
}

function clientOf(fetch = inProcessFetch(createServer(parts()), ''), settings: Record<string, string> = {}) {
  const clock = { now: 0 }
  const outside = {
    now: () => clock.now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      if (signal) return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      clock.now += ms
    },
    random: () => 0.5,
    fetch: (url: string, init: Parameters<typeof fetch>[1]) => fetch(url.replace('/v3', ''), init),
  }
  return {
    clock,
    client: new Client(
      contract,
      { apiKey: 'k', ...settings },
      new Budget(paceOf(contract, settings), outside),
      outside,
    ),
  }
}

test('a request may be named by its caller, and behaviours know the name', async () => {
  expect(JSON.parse((await ask('POST', '/a', { body: '{"id":1}' })).body)).toEqual({
    id: 1,
    requestId: 'mine',
  })
  expect(JSON.parse((await ask('POST', '/a', { body: '{}' })).body)).toMatchObject({
    error: { request_id: 'mine' },
  })
})

test('HEAD is answered as GET is, without the body', async () => {
  const answer = await ask('HEAD', '/a')
  expect([answer.status, answer.body]).toEqual([200, ''])
  expect((await ask('HEAD', '/c')).body).toBe('')
})

test('an operation that the account lacks is an unknown path, and the vendor has the last word on it', async () => {
  expect((await ask('GET', '/b', { switches: { b: 'on' } })).status).toBe(200)
  expect(JSON.parse((await ask('GET', '/b')).body)).toMatchObject({ error: { code: 'nowhere' } })
})

test('limits depend on whose key it is, are counted by name, and are told when the switch says so', async () => {
  const server = createServer(parts({ told: 'on' }))
  const send = (method: string, key: string) =>
    server({
      method,
      path: '/a',
      search: '',
      headers: { authorization: `Bearer ${key}` },
      body: '{"id":1}',
      ip: '',
    })
  expect((await send('GET', 'small')).headers['x-left']).toBe('0')
  expect((await send('GET', 'small')).status).toBe(429)
  expect((await send('POST', 'small')).status).toBe(200)
  expect((await send('GET', 'big')).headers['x-left']).toBe('999')
})

test('the pace follows the settings, and some operations have a further one', async () => {
  const { client, clock } = clientOf()
  for (let i = 0; i < 6; i++) await client.call(list)
  expect(clock.now).toBe(60_000)
  const big = clientOf(undefined, { plan: 'big' })
  for (let i = 0; i < 6; i++) await big.client.call(list)
  expect(big.clock.now).toBe(0)
  for (let i = 0; i < 2; i++) await big.client.call(make, { body: { id: 1 } })
  expect(big.clock.now).toBe(60_000)
})

test('a page that is written knows for whom', async () => {
  expect(JSON.parse((await ask('GET', '/a')).body)).toMatchObject({ for: 'k' })
})

test('a stable list is read once while rows come and go, and an echo of its first page is no end', async () => {
  const { client } = clientOf()
  const walk = new Walk(client, list, {}, (one) => String(one.id))
  const seen: number[] = []
  for await (const page of walk.pages()) {
    seen.push(...page.rows.map((one) => one.id))
    rows = [...rows.filter((one) => one.id !== 1), ...(rows.length < 7 ? [{ id: rows.length + 1 }] : [])]
  }
  expect([walk.complete, walk.passes]).toEqual([true, 1])
  expect(seen).toEqual([...new Set(seen)])
  const echo = inProcessFetch((request) => createServer(parts())({ ...request, search: '' }), '')
  const deaf = new Walk(clientOf(echo).client, list, {}, (one) => String(one.id), { maxPasses: 1 })
  for await (const _ of deaf.pages());
  expect(deaf.reason).toContain('same page again')
})

test('a base that repeats the version is read as one that does not', () => {
  for (const base of [
    'https://x.test/v3',
    'https://x.test/v3/',
    'https://x.test/v3/v3',
    'https://x.test/v3/v3//v3//',
  ]) {
    expect(baseOf(contract, { baseUrl: base })).toBe('https://x.test/v3')
  }
  expect(baseOf(contract, { baseUrl: 'https://x.test/av3/v3' })).toBe('https://x.test/av3/v3')
})
