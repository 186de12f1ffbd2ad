import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { Budget } from '../contract/budget.ts'
import { Client, type Outcome } from '../contract/client.ts'
import { isObject } from '../contract/errors.ts'
import { toOpenApi } from '../contract/openapi.ts'
import { type Operation, isRepeatable } from '../contract/operation.ts'
import type { Paging } from '../contract/paging.ts'
import { Walk } from '../contract/walk.ts'
import type { Fetch, FetchAnswer } from '../domain/outside.ts'
import { makeWorld } from '../sandbox/world.ts'
import {
  errorProblems,
  keyFor,
  queryOf,
  readingsFile,
  readingsOf,
  sampleOf,
  sourcesOf,
  unlimited,
  walkable,
} from './checks.ts'
import { type Exchange, differences, readExchanges, readFixtures } from './conformance.ts'
import type { Connector } from './connector.ts'
import { loadConnectors, vendorFolders } from './registry.ts'
import { type Pair, type PairOptions, openPair } from './testing.ts'

// One suite for all vendors: what holds for one must hold for each, also for the next that is added.

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000
const days = 3

// Ours, and one made-up vendor that lives elsewhere; whoever writes one names the folder that it lies in.
const further =
  process.env['WATCHFLOOR_CONNECTORS'] ?? join(import.meta.dirname, '../../test/support/sixth-vendor')
const connectors = await loadConnectors(further)
const folders = vendorFolders(further)

test('there are vendors', () => expect(connectors.length).toBeGreaterThan(0))

describe.each(connectors.map((connector) => [connector.contract.vendor, connector] as const))(
  '%s',
  (vendor, connector) => {
    const { contract, feeds } = connector
    const operations = Object.values(contract.operations)
    const folder = folders.find((one) => one.vendor === vendor)?.path ?? ''
    const exchanges = readExchanges(folder)
    const first = connector.probes[0]!.operation

    test('the folder is named for the vendor', () => expect(folder).not.toBe(''))

    describe('the contract', () => {
      test('ids are unique; each operation says what it does and how we know', () => {
        expect(new Set(operations.map((op) => op.id)).size).toBe(operations.length)
        const poor = operations.filter(
          (op) => !/^[\w-]+(\.[\w-]+)+$/.test(op.id) || !op.summary || !op.source,
        )
        expect(poor.map((op) => op.id)).toEqual([])
      })

      test('every operation has a behaviour in the sandbox, and no behaviour is left over', () => {
        const { state } = open(connector)
        expect(Object.keys(state.behaviours).toSorted()).toEqual(operations.map((op) => op.id).toSorted())
      })

      test('the OpenAPI document has every operation', () => {
        const document = JSON.parse(JSON.stringify(toOpenApi(contract, ['http://sandbox.test'])))
        for (const op of operations)
          expect(document.paths[op.path][op.method.toLowerCase()].operationId).toBe(op.id)
      })

      test('exactly the fields that hold a key are secret, and every feed has its reading', () => {
        expect(contract.settings.filter((field) => field.secret)).toHaveLength(1)
        const hasty = feeds.filter((feed) => feed.everyMs < 60_000)
        const mute = feeds.filter(
          (feed) =>
            (feed.kind === 'customers' && feed.toCustomer === undefined) ||
            (feed.kind === 'findings' && feed.toReading === undefined) ||
            (feed.kind === 'audit' && feed.toActivity === undefined),
        )
        expect([...hasty, ...mute].map((feed) => feed.name)).toEqual([])
      })
    })

    describe('the outside witness', () => {
      test('there is one', () => expect(exchanges.length + readFixtures(folder).length).toBeGreaterThan(0))

      test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))(
        '%s: the sandbox answers as published',
        async (_name, exchange) => {
          const answer = await ask(connector, exchange)
          expect(answer.status).toBe(exchange.response.status)
          expect(differences(exchange.response.body, answer.body)).toEqual([])
        },
      )

      test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))(
        '%s: the client reads what is published',
        async (_name, exchange) => {
          const op = operationOf(operations, exchange)
          const { status, body } = exchange.response
          const { client } = scripted(connector, () => answerOf(status, body))
          const outcome = await client.try(
            op,
            { params: paramsOf(op), query: queryOf(exchange) as never },
            { attempts: 1 },
          )
          const good = status >= 200 && status < 300
          const message = outcome.ok ? '' : outcome.error.message
          const read = outcome.ok ? rejectedOf(outcome).length === 0 : plainMessage.test(message)
          expect([outcome.ok, read, message]).toEqual([good, true, message])
        },
      )

      test.each(readFixtures(folder).map((fixture) => [fixture.file, fixture] as const))(
        '%s fits, and loses nothing',
        (_file, fixture) => {
          const op = operations.find((one) => one.id === fixture.operation)
          for (const record of fixture.records) {
            const odd = isObject(record) ? { ...record, a_new_field: { kept: [1, 'two', null] } } : record
            const parsed = op!.answer.safeParse(odd)
            expect(parsed.error?.issues ?? []).toEqual([])
            expect(differences(odd, parsed.data).filter((line) => line.endsWith('missing'))).toEqual([])
          }
        },
      )
    })

    test('what is made of each record is as it was when somebody last looked', async () => {
      const world = makeWorld({ seed: 11, customers: 4, start, days })
      const readings = await readingsOf(connector, await sourcesOf(connector, folder, world), world)
      await expect(JSON.stringify(readings, null, 1)).toMatchFileSnapshot(readingsFile(folder))
    })

    test('what a refusal says is read back from each shape that it is written in', () => {
      expect(errorProblems(connector)).toEqual([])
    })

    describe('keys', () => {
      test('the demo key is taken', async () => {
        const { client } = open(connector)
        const outcome = await client.try(first, { params: paramsOf(first) })
        expect(outcome.ok ? 'ok' : outcome.error.line).toBe('ok')
      })

      test('the probes pass with the demo key', async () => {
        const { client } = open(connector, { switches: unlimited(connector) })
        for (const probe of connector.probes) {
          const result = await probe.run(client)
          expect([probe.name, result.state, result.state === 'fail' ? result.detail : '']).toEqual([
            probe.name,
            expect.stringMatching(/ok|warn|skip/),
            '',
          ])
        }
      })

      test('a wrong key is refused for good, and the probe says what to do', async () => {
        const { client } = open(connector, { key: 'a-wrong-key-1234567890' })
        const outcome = await client.try(first, { params: paramsOf(first) })
        expect(outcome.ok ? 'success' : outcome.error.verdict).toBe('refused')
        const result = await connector.probes[0]!.run(client)
        expect(result.state).toBe('fail')
        expect(result.mend).toBeTruthy()
      })

      test('no key is refused', async () => {
        const { serve } = open(connector)
        const answer = await serve({ method: first.method, path: first.path })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
      })

      test('the key is in no address and no error', async () => {
        const key = 'wf-very-secret-key-42'
        const urls: string[] = []
        const answers: (() => FetchAnswer)[] = [
          () => answerOf(401, { error: `the key ${key} is wrong`, message: `the key ${key} is wrong` }),
          () => answerOf(200, `<html>${key}</html>`),
          () => answerOf(302, '', { location: `https://elsewhere.test/?key=${key}` }),
          () => {
            throw Object.assign(new Error(`connect ${key}`), { code: 'ECONNRESET' })
          },
        ]
        for (const answer of answers) {
          const { client } = scripted(connector, answer, { key, seen: urls })
          const outcome = await client.try(first, { params: paramsOf(first) }, { attempts: 1 })
          const error = outcome.ok ? undefined : outcome.error
          expect(error?.verdict).toBeDefined()
          expect(`${error?.line} ${error?.stack} ${JSON.stringify(error)}`).not.toContain(key)
        }
        expect(urls.join('\n')).not.toContain(key)
      })
    })

    describe('the server', () => {
      test('an unknown path is 404, whatever the shape of errors', async () => {
        for (const switches of eachSwitch(connector)) {
          const pair = open(connector, { switches })
          const answer = await pair.serve({ path: '/no/such/thing', headers: signed(connector, pair) })
          expect([switches, answer.status]).toEqual([switches, 404])
        }
      })

      test('every shape of error is flattened to one plain message', async () => {
        for (const switches of eachSwitch(connector)) {
          const { client } = open(connector, { switches, key: 'a-wrong-key-1234567890' })
          const outcome = await client.try(first, { params: paramsOf(first) })
          const said = outcome.ok ? 'success' : outcome.error.message
          expect([switches, said]).toEqual([switches, expect.stringMatching(plainMessage)])
        }
      })

      test('too many requests are refused, and granted again after the wait', async () => {
        const pair = open(connector)
        const bare = { method: 'GET', path: first.path, search: '', headers: {}, body: '', ip: '127.0.0.1' }
        const rule = contract.limits.grant(bare, pair.switches)
        if (rule === undefined) return
        const request = { method: first.method, path: first.path, headers: signed(connector, pair) }
        const statuses: number[] = []
        for (let i = 0; i < rule.requests + 3; i++) statuses.push((await pair.serve(request)).status)
        expect(statuses.filter((status) => status === 429)).toHaveLength(3)
        pair.clock.now += rule.windowMs
        expect((await pair.serve(request)).status).toBe(200)
      })
    })

    describe('reading', () => {
      const lists = walkable(connector)
      test.each(lists.map((op) => [op.id, op] as const))(
        '%s: small pages give every row once',
        async (_id, op) => {
          const { client } = open(connector, {
            switches: unlimited(connector),
            now: start + day,
            ...keyFor(open(connector), op),
          })
          const sample = sampleOf(exchanges, op)
          const whole = await walk(client, op, sample)
          const small = await walk(client, op, sample, 3)
          expect(whole.complete).toBe(true)
          expect([...small.keys].toSorted()).toEqual([...whole.keys].toSorted())
        },
      )

      test.each(lists.map((op) => [op.id, op] as const))(
        '%s: a walk that calls itself complete is, though rows come and go',
        async (_id, op) => {
          let moving = false
          let asked = 0
          const pair: Pair = open(connector, {
            switches: unlimited(connector),
            now: start + day,
            ...keyFor(open(connector), op),
            between: (fetch) => (url, init) => {
              if (moving && asked < 200) pair.clock.now += ++asked % 3 === 0 ? 20 * 60_000 : 0
              return fetch(url, init)
            },
          })
          const sample = sampleOf(exchanges, op)
          const before = await walk(pair.client, op, sample)
          moving = true
          const read = await walk(pair.client, op, sample, 5)
          moving = false
          const after = await walk(pair.client, op, sample)
          const missed = [...before.keys].filter((key) => after.keys.has(key) && !read.keys.has(key))
          expect([read.complete, read.complete ? missed : []]).toEqual([read.reason === undefined, []])
        },
      )
    })

    describe('trouble', () => {
      const once = operations.filter((op) => !isRepeatable(op))
      const hang = (): Promise<FetchAnswer> => new Promise(() => undefined)
      const troubles: [string, () => FetchAnswer | Promise<FetchAnswer>][] = [
        ['500', () => answerOf(500, { error: 'it broke' })],
        ['a gateway time-out', () => answerOf(504, '<html>Gateway Timeout</html>')],
        [
          'a broken connection',
          () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
        ],
        ['silence', hang],
      ]
      const unreadable: typeof troubles = [
        ['HTML with 200', () => answerOf(200, '<!DOCTYPE html><html><body>Sign in</body></html>')],
        ['truncated JSON', () => answerOf(200, '{"data":[{"id":1,"title":"cut')],
        ['an empty 200', () => answerOf(200, '')],
      ]

      test.each([...troubles, ...unreadable])('%s: a read is tried again', async (_name, trouble) => {
        const { client, requests } = scripted(connector, trouble)
        const outcome = await client.try(first, { params: paramsOf(first) }, { attempts: 3 })
        expect(outcome.ok ? 'success' : outcome.error.verdict).toBe('retryable')
        expect(requests).toHaveLength(3)
      })

      test.skipIf(once.length === 0).each([...troubles, ...unreadable])(
        '%s: what may have been done is not done again',
        async (name, trouble) => {
          for (const op of once) {
            if (op.plain === true && unreadable.some(([one]) => one === name)) continue
            const { client, requests } = scripted(connector, trouble)
            const outcome = await client.try(op, { params: paramsOf(op), body: {} as never })
            expect([op.id, outcome.ok ? 'success' : outcome.error.verdict]).toEqual([op.id, 'ambiguous'])
            expect([op.id, ...requests.filter((one) => one.startsWith(op.method))]).toHaveLength(2)
          }
        },
      )

      test('a connection that was never made is tried again by all', async () => {
        for (const op of [first, ...once]) {
          const refuse = (): Promise<FetchAnswer> =>
            Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
          const { client, requests } = scripted(connector, refuse)
          const outcome = await client.try(
            op,
            { params: paramsOf(op), body: (op.method === 'GET' ? undefined : {}) as never },
            { attempts: 2 },
          )
          expect([op.id, outcome.ok ? 'success' : outcome.error.verdict]).toEqual([op.id, 'retryable'])
          expect(requests).toHaveLength(2)
        }
      })

      test('429 is heeded', async () => {
        const { client, clock, requests } = scripted(connector, () =>
          answerOf(429, { message: 'slow down' }, { 'retry-after': '77' }),
        )
        const before = clock.now
        await client.try(first, { params: paramsOf(first) }, { attempts: 2 })
        expect(requests).toHaveLength(2)
        expect(clock.now - before).toBeGreaterThanOrEqual(77_000)
      })

      test('a redirect is not followed', async () => {
        const { client, requests } = scripted(connector, () =>
          answerOf(302, '', { location: 'https://elsewhere.test/' }),
        )
        const outcome = await client.try(first, { params: paramsOf(first) })
        expect(outcome.ok ? 'success' : [outcome.error.code, outcome.error.verdict]).toEqual([
          'redirect',
          'refused',
        ])
        expect(requests).toHaveLength(1)
      })
    })
  },
)

/** What became of an error body: the request, then words; no markup, no JSON, no bare status. */
const plainMessage = /: (?!HTTP \d)(?!.*<\/?[a-z])(?!.*\{").+$/i

/** A world that has come to rest: nothing appears or changes any more, however long the test waits. */
function open(connector: Connector, options: Partial<PairOptions> = {}): Pair {
  const world = makeWorld({ seed: 23, customers: 4, start, days })
  return openPair(connector, { world, now: start + (days + 5) * day, ...options })
}

/** Every value of every switch that is not the default, one at a time. */
function eachSwitch(connector: Connector): Record<string, string>[] {
  return Object.entries(connector.contract.switches).flatMap(([name, rule]) =>
    rule.values.slice(1).map((value) => ({ [name]: value })),
  )
}

async function walk(
  client: Client,
  op: Operation & { paging: Paging },
  query: object,
  size?: number,
): Promise<Walk<typeof op>> {
  const keyOf = (row: unknown): string => JSON.stringify((row as { id?: unknown }).id ?? row)
  const one = new Walk(client, op, { query: query as never }, keyOf, size === undefined ? {} : { size })
  for await (const page of one.pages()) expect(page.rejected).toEqual([])
  return one
}

async function ask(connector: Connector, exchange: Exchange): Promise<{ status: number; body: unknown }> {
  const { request, sandbox } = exchange
  const pair = open(connector, { switches: sandbox?.switches ?? {} })
  const headers = { ...request.headers, ...signed(connector, pair, sandbox?.key), ...sandbox?.headers }
  for (const line of sandbox?.after ?? []) {
    const [method = 'GET', path = '/'] = line.split(' ')
    await pair.serve({ method, path, headers })
  }
  const body = sandbox?.body ?? request.body
  const answer = await pair.serve({
    method: request.method,
    path: sandbox?.path ?? request.path,
    search: sandbox?.search ?? request.search ?? '',
    headers,
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: answer.status, body: parsed(answer.body) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? undefined : text
  }
}

function signed(connector: Connector, pair: Pair, key?: string): Record<string, string> {
  const headers: Record<string, string> = {}
  const secret = connector.contract.settings.find((field) => field.secret)?.name ?? ''
  connector.contract.auth.sign(headers, {
    ...pair.client.settings,
    ...(key !== undefined && { [secret]: key }),
  })
  return headers
}

/** The operation whose path fits, one without parameters first. */
function operationOf(operations: Operation[], { request }: Exchange): Operation {
  const fits = (op: Operation): boolean =>
    op.method === request.method && new RegExp(`^${op.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(request.path)
  const found =
    operations.find((op) => op.path === request.path && op.method === request.method) ?? operations.find(fits)
  if (found === undefined) throw new Error(`no operation ${request.method} ${request.path}`)
  return found
}

function paramsOf(op: Operation): Record<string, string> {
  return Object.fromEntries([...op.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name ?? '', '1']))
}

function rejectedOf(outcome: Outcome<unknown> & { ok: true }): unknown[] {
  const { value } = outcome.answer
  return typeof value === 'object' && value !== null && 'rejected' in value
    ? (value.rejected as unknown[])
    : []
}

function answerOf(status: number, body: unknown, headers: Record<string, string> = {}): FetchAnswer {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    text: () => Promise.resolve(text),
  }
}

interface Scripted {
  client: Client
  clock: { now: number }
  requests: string[]
}

/** A client that is given this answer to everything. A time-out strikes as soon as nothing else can happen. */
function scripted(
  connector: Connector,
  answer: () => FetchAnswer | Promise<FetchAnswer>,
  { key = 'some-key-1234567890', seen = [] as string[] } = {},
): Scripted {
  const { contract, sandbox } = connector
  const clock = { now: start }
  const requests: string[] = []
  const fetch: Fetch = async (url, init) => {
    requests.push(`${init.method} ${url}`)
    seen.push(url)
    return answer()
  }
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted !== true) clock.now += ms
  }
  const outside = { now: () => clock.now, sleep, random: () => 0.5, fetch }
  const secret = contract.settings.find((field) => field.secret)?.name ?? 'apiKey'
  const settings = { ...sandbox.settings, baseUrl: 'http://sandbox.test', [secret]: key }
  return {
    client: new Client(contract, settings, new Budget(contract.limits.pace, outside), outside),
    clock,
    requests,
  }
}
