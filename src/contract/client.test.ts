import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { ApiError } from './api-error.ts'
import type { Outcome } from './client.ts'
import type { Contract } from './contract.ts'
import type { Operation } from './operation.ts'
import {
  ManualClock,
  type Step,
  boxLabel,
  boxSettings,
  clientOf,
  createBox,
  getBox,
  key,
  listBoxes,
  networkError,
  removeBox,
  replaceBox,
  report,
  says,
  scripted,
  toy,
} from './testing.ts'

const page = { total: 1, boxes: [{ id: 1 }] }
const never = (): Promise<never> => new Promise(() => {})
const brokenBody: Step = () =>
  Promise.resolve({ ...says(200, ''), text: () => Promise.reject(networkError('UND_ERR_SOCKET')) })

/** Outcomes after which nobody can say whether the vendor has done it. */
const unclear: [string, Step][] = [
  ['500', says(500, { error: 'oops' })],
  ['502 in HTML', says(502, '<html><body>Bad gateway</body></html>')],
  ['503 with Retry-After', says(503, '', { 'retry-after': '1' })],
  ['504', says(504, '')],
  ['408', says(408, '')],
  ['reset', networkError('ECONNRESET')],
  ['socket closed', networkError('UND_ERR_SOCKET')],
  ['broken pipe', networkError('EPIPE')],
  ['unreachable on a connection that stood', networkError('EHOSTUNREACH', { syscall: 'read' })],
  ['error without a code', new Error('strange')],
  ['time-out', never],
  ['body that breaks off', brokenBody],
  ['200 with a login page', says(200, '<!DOCTYPE html><title>Sign in</title>')],
  ['200 without a body', says(200, '')],
  ['200 with white space', says(200, ' \n')],
  ['200 that ends in the middle', says(200, '{"id": 7, "kind": "sm')],
  ['200 of another shape', says(200, { ticket: { id: 7 } })],
  ['200 that says null', says(200, 'null')],
  ['204 where an object was promised', says(204, '')],
]

describe('a request that must not be made twice', () => {
  test.each(unclear)('is sent once and is ambiguous after: %s', async (_name, step) => {
    const { client, clock, sent } = scripted([step])
    const error = failureOf(await clock.run(client.try(createBox, { body: { kind: 'small' } })))
    expect(error.verdict).toBe('ambiguous')
    expect(sent).toHaveLength(1)
  })

  test.each<[string, Step]>([
    ['429', says(429, { error: 'slow' })],
    ['refused', networkError('ECONNREFUSED', { syscall: 'connect' })],
    ['unknown host', networkError('ENOTFOUND', { syscall: 'getaddrinfo' })],
    ['no DNS', networkError('EAI_AGAIN')],
    ['connect time-out of undici', networkError('UND_ERR_CONNECT_TIMEOUT')],
    ['connect time-out of the system', networkError('ETIMEDOUT', { syscall: 'connect' })],
    ['no network', networkError('ENETUNREACH', { syscall: 'connect' })],
    ['expired certificate', networkError('CERT_HAS_EXPIRED')],
    ['all addresses of the host refuse', allRefuse()],
  ])('is sent again when it surely was not carried out: %s', async (_name, step) => {
    const { client, clock, sent } = scripted([step, says(201, { id: 7 })])
    const outcome = await clock.run(client.try(createBox, { body: { kind: 'small' } }))
    expect(outcome.ok && outcome.answer.value.id).toBe(7)
    expect(sent).toHaveLength(2)
  })

  test('stops at the first unclear answer, also after harmless ones', async () => {
    const { client, clock, sent } = scripted([
      says(429, ''),
      networkError('ECONNRESET'),
      says(201, { id: 7 }),
    ])
    const error = failureOf(await clock.run(client.try(createBox, { body: { kind: 'small' } })))
    expect(error.verdict).toBe('ambiguous')
    expect(sent).toHaveLength(2)
  })

  test('whatever the network does, at most one send may have been carried out', async () => {
    const harmless = fc.constantFrom(says(429, ''), networkError('ECONNREFUSED', { syscall: 'connect' }))
    const steps = fc.array(fc.oneof(harmless, fc.constantFrom(...unclear.map(([, step]) => step))), {
      minLength: 1,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { client, clock, sent } = scripted(script)
        await clock.run(client.try(createBox, { body: { kind: 'small' } }))
        const used = script.slice(0, sent.length)
        expect(used.filter((step) => unclear.some(([, one]) => one === step)).length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a repeatable request', () => {
  test.each(unclear.filter(([name]) => !name.startsWith('204')))(
    'is sent again after: %s',
    async (_name, step) => {
      const { client, clock, sent } = scripted([step, says(200, page)])
      expect((await clock.run(client.call(listBoxes))).rows).toEqual([{ id: 1 }])
      expect(sent).toHaveLength(2)
    },
  )

  test('is given up after four sends, each later than the one before', async () => {
    const { client, clock, sent } = scripted([says(500, '')])
    const error = failureOf(await clock.run(client.try(listBoxes)))
    expect(error).toMatchObject({ verdict: 'retryable', status: 500 })
    const gaps = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0))
    expect(gaps).toEqual([750, 1500, 3000])
  })

  test('gives up when told to, and not at all on a clear no', async () => {
    const once = scripted([says(500, '')])
    await once.clock.run(once.client.try(listBoxes, {}, { attempts: 1 }))
    expect(once.sent).toHaveLength(1)
    for (const status of [400, 401, 403, 404, 409, 422]) {
      const no = scripted([says(status, { message: 'no' })])
      expect(failureOf(await no.clock.run(no.client.try(listBoxes))).verdict).toBe('refused')
      expect(no.sent).toHaveLength(1)
    }
  })

  test('PUT and DELETE may be repeated, POST and PATCH not', async () => {
    for (const op of [replaceBox, removeBox]) {
      const { client, clock, sent } = scripted([networkError('ECONNRESET'), says(200, { id: 1 })])
      expect((await clock.run(client.try(op as Operation, { params: { id: 1 } }))).ok).toBe(true)
      expect(sent).toHaveLength(2)
    }
    const patch = { ...replaceBox, method: 'PATCH' } as const
    const { client, clock } = scripted([networkError('ECONNRESET')])
    expect(failureOf(await clock.run(client.try(patch, { params: { id: 1 } }))).verdict).toBe('ambiguous')
  })

  test.each([
    ['7', 7000],
    ['Mon, 21 Sep 2026 14:14:20 GMT', 60_000],
    ['0', 3750],
    ['soon', 3750],
  ])('waits as long as the vendor wishes: Retry-After %s', async (value, wait) => {
    const { client, clock, sent } = scripted([says(429, '', { 'retry-after': value }), says(200, page)])
    expect(clock.now()).toBe(Date.parse('2026-09-21T14:13:20Z'))
    await clock.run(client.call(listBoxes))
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(wait)
  })

  test('does not wait for ever when the vendor wishes it', async () => {
    const { client, clock, sent } = scripted([
      says(429, '', { 'retry-after': '99999999999' }),
      says(200, page),
    ])
    await clock.run(client.call(listBoxes))
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(3_600_000)
  })

  test('a throttled caller holds back all who share its budget', async () => {
    const { client, clock, sent } = scripted([says(429, '', { 'retry-after': '20' }), says(200, page)])
    const first = client.call(listBoxes)
    const second = clock.sleep(1000).then(() => client.call(listBoxes))
    await clock.run(Promise.all([first, second]))
    expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0))).toEqual([0, 20_000, 20_000])
  })
})

describe('a key', () => {
  test.each([
    ['redirect', says(302, '', { location: 'https://evil.test/' })],
    ['permanent redirect', says(308, '', { location: 'https://us.toy.test/v2' })],
  ])('follows no %s', async (_name, step) => {
    const { client, clock, sent } = scripted([step])
    expect(failureOf(await clock.run(client.try(listBoxes)))).toMatchObject({
      verdict: 'refused',
      code: 'redirect',
    })
    expect(sent).toHaveLength(1)
    expect(sent[0]?.init.redirect).toBe('manual')
  })

  test.each([
    'https://evil.test/v1/boxes?page=2',
    'http://us.toy.test/v1/boxes',
    'https://us.toy.test:8443/v1/boxes',
    'https://us.toy.test.evil.test/v1/boxes',
    'https://us.toy.test@evil.test/',
    '//evil.test/',
    '/v1/boxes',
    'javascript:alert(1)',
    '',
  ])('goes to no host that the connection does not own: %s', async (link) => {
    const { client, clock, sent } = scripted([says(200, page)])
    const error = failureOf(await clock.run(client.try(listBoxes, {}, { link })))
    expect(error).toMatchObject({ verdict: 'refused', code: 'foreign_link' })
    expect(sent).toHaveLength(0)
  })

  test('goes along with a link to its own host, and to one that the contract owns', async () => {
    const own = scripted([says(200, page)])
    await own.clock.run(own.client.call(listBoxes, {}, { link: 'https://us.toy.test/v1/boxes?cursor=2' }))
    expect(own.sent[0]?.url).toBe('https://us.toy.test/v1/boxes?cursor=2')
    const wider: Contract = { ...toy, owns: (url) => url.hostname.endsWith('.toy.test') }
    const other = scripted([says(200, page)], {}, wider)
    expect(
      (await other.clock.run(other.client.try(listBoxes, {}, { link: 'https://eu.toy.test/' }))).ok,
    ).toBe(true)
  })

  test('stays in the header: never in the address', async () => {
    const { client, clock, sent } = scripted([says(200, page)])
    await clock.run(client.call(listBoxes))
    expect(sent[0]?.url).not.toContain(key)
    expect(sent[0]?.init.headers['authorization']).toBe(`Bearer ${key}`)
  })

  const echoes = [key, encodeURIComponent(key), key.replaceAll('/', '\\/'), ` ${key} `]
  const places: [string, (echo: string) => Step][] = [
    ['message', (echo) => says(401, `{"error":{"message":"bad key ${echo}"}}`)],
    ['code', (echo) => says(401, `{"error":{"message":"bad key","code":"${echo}"}}`)],
    ['request id', (echo) => says(401, `{"error":{"message":"bad key","request_id":"${echo}"}}`)],
    ['field name', (echo) => says(422, `{"errors":{"${echo}":["is unknown"]}}`)],
    ['HTML page', (echo) => says(500, `<html>GET /?api_key=${echo}</html>`)],
    ['text cut at 200 characters', (echo) => says(400, `${'x'.repeat(190)}${echo}`)],
    ['network error', (echo) => networkError(`E${echo}`)],
    ['wrong shape', (echo) => says(200, `{"boxes":"${echo}"}`)],
  ]
  test.each(places)('is in no error, though the vendor sends it back: %s', async (_name, step) => {
    for (const echo of echoes) {
      for (const apiKey of [key, ` ${key}\n`]) {
        const { client, clock } = scripted([step(echo)], { apiKey })
        const error = failureOf(await clock.run(client.try(listBoxes, {}, { attempts: 1 })))
        const { line, stack, cause, code, requestId } = error
        const told = JSON.stringify([line, stack, String(cause), code, requestId])
        for (const part of [key, encodeURIComponent(key), key.slice(0, 10)]) {
          expect(told.toLowerCase()).not.toContain(part.toLowerCase())
        }
      }
    }
  })

  test('is not in the error when it cannot be a header', async () => {
    const clock = new ManualClock()
    const client = clientOf(globalThis.fetch, clock, {
      apiKey: 'secret\u{1F600}',
      baseUrl: 'http://127.0.0.1:1',
    })
    const error = failureOf(await clock.run(client.try(listBoxes, {}, { attempts: 1 })))
    expect(`${error.line}${error.stack}`).not.toContain('secret')
  })
})

describe('an answer', () => {
  test('keeps unknown fields, unknown enum values and numbers that a double cannot hold', async () => {
    const text =
      '{"total":1,"boxes":[{"id":12345678901234567890,"kind":"purple","later":{"a":[9007199254740993]}}]}'
    const { client, clock } = scripted([says(200, text)])
    const rows = (await clock.run(client.call(listBoxes))).rows
    expect(rows).toEqual([{ id: '12345678901234567890', kind: 'purple', later: { a: ['9007199254740993'] } }])
  })

  test('is handed out with its bytes', async () => {
    const text = '{ "id" : 7.0, "kind":"\\u0041" }'
    const { client, clock } = scripted([says(200, text)])
    const outcome = await clock.run(client.try(getBox, { params: { id: 7 } }))
    expect(outcome).toMatchObject({ ok: true, answer: { text, status: 200, value: { id: 7, kind: 'A' } } })
  })

  test('of a list is never an empty page by mistake', async () => {
    for (const body of [{}, [], { boxes: null }, { data: [] }, 'null', '""', '0']) {
      const { client, clock } = scripted([says(200, body)])
      expect(failureOf(await clock.run(client.try(listBoxes))).code).toBe('unexpected_shape')
    }
    const { client, clock } = scripted([says(204, '')])
    expect(failureOf(await clock.run(client.try(listBoxes))).code).toBe('empty_body')
  })

  test('without a body is fine where nothing else was promised', async () => {
    const { client, clock } = scripted([says(204, '')])
    expect((await clock.run(client.try(removeBox, { params: { id: 1 } }))).ok).toBe(true)
  })

  test('that is a report comes as text', async () => {
    const { client, clock, sent } = scripted([says(200, 'a,b\n1,2\n')])
    expect(await clock.run(client.call(report))).toBe('a,b\n1,2\n')
    expect(sent[0]?.init.headers['accept']).toBe('*/*')
  })

  test('that is too large is a failure with a reason', async () => {
    const { client, clock } = scripted([says(200, `"${'x'.repeat(65 * 1024 * 1024)}"`)])
    const outcome = await clock.run(client.try(boxSettings, {}, { attempts: 1 }))
    expect(failureOf(outcome).code).toBe('body_too_large')
  })

  test('that says no at great length or depth becomes one short line', async () => {
    const deep = `{"error":${'['.repeat(50_000)}"no"${']'.repeat(50_000)}}`
    for (const body of [{ message: 'x'.repeat(1_000_000) }, deep]) {
      const { client, clock } = scripted([says(422, body)])
      expect(failureOf(await clock.run(client.try(listBoxes))).line.length).toBeLessThan(700)
    }
  })
})

describe('an address', () => {
  test('has its parameters percent-encoded and absent values left out', async () => {
    const { client, clock, sent } = scripted([says(200, { label: 'x' })])
    await clock.run(client.call(boxLabel, { params: { id: 'a/b?c', label: 'rrn:x:y' } }))
    await clock.run(client.try(listBoxes, { query: { kinds: ['a', 'b'], sealed: undefined } }))
    expect(sent[0]?.url).toBe('https://us.toy.test/v1/boxes/a%2Fb%3Fc/labels/rrn%3Ax%3Ay')
    expect(sent[1]?.url).toBe('https://us.toy.test/v1/boxes?page=1&size=10&kinds=a%2Cb')
  })

  test.each(['', '.', '..'])('is never that of another operation: id "%s"', async (id) => {
    const { client, clock, sent } = scripted([says(204, '')])
    await expect(clock.run(client.try(removeBox, { params: { id } }))).rejects.toThrow('boxes.remove')
    expect(sent).toHaveLength(0)
  })

  test('can be replaced by one of our own, with or without a slash at the end', async () => {
    const { client, clock, sent } = scripted([says(200, page)], { baseUrl: 'http://localhost:4400/toy/v1//' })
    await clock.run(client.call(listBoxes))
    expect(sent[0]?.url).toBe('http://localhost:4400/toy/v1/boxes?page=1&size=10')
  })
})

test('one status that stands for two troubles is told apart by a second call', async () => {
  const told = {
    whenOk: { code: 'missing_permission', message: 'may not' },
    whenNot: { code: 'bad_key', message: 'bad' },
  }
  const contract: Contract = { ...toy, tellApart: { status: 401, by: boxSettings, ...told } }
  const codeAfter = async (probe: Step): Promise<string> => {
    const { client, clock } = scripted([says(401, { error: 'no' }), probe], {}, contract)
    return failureOf(await clock.run(client.try(listBoxes))).code
  }
  expect(await codeAfter(says(200, { kinds: [] }))).toBe('missing_permission')
  expect(await codeAfter(says(401, { error: 'no' }))).toBe('bad_key')
  expect(await codeAfter(says(500, ''))).toBe('unauthorized')
})

test('a request that is late is aborted', async () => {
  let aborted = false
  const { client, clock } = scripted([
    (_url, { signal }) => {
      signal?.addEventListener('abort', () => (aborted = true))
      return never()
    },
  ])
  const start = clock.now()
  const error = failureOf(
    await clock.run(client.try(getBox, { params: { id: 1 } }, { attempts: 1, timeoutMs: 5000 })),
  )
  expect(error).toMatchObject({ code: 'timeout', status: 0 })
  expect([aborted, clock.now() - start]).toEqual([true, 5000])
})

describe("the platform's own fetch", () => {
  test('is understood: refused, several addresses, reset, redirect', async () => {
    let requests = 0
    const server = createServer((request, response) => {
      requests++
      if (request.url?.includes('/elsewhere')) response.writeHead(302, { location: '/v1/boxes/1' }).end()
      else request.socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const baseUrl = `http://127.0.0.1:${port}/v1`
    const create = async (base: string): Promise<ApiError> => {
      const clock = new ManualClock()
      const client = clientOf(globalThis.fetch, clock, { baseUrl: base })
      // Without the clock's help: only real time passes here.
      return failureOf(await client.try(createBox, { body: { kind: 'small' } }, { attempts: 1 }))
    }
    try {
      expect(await create(baseUrl)).toMatchObject({ verdict: 'ambiguous', status: 0 })
      expect(await create(`${baseUrl}/elsewhere`)).toMatchObject({ verdict: 'refused', code: 'redirect' })
      expect(requests).toBe(2)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    // Now nobody listens there.
    for (const host of ['127.0.0.1', 'localhost']) {
      const error = await create(`http://${host}:${port}`)
      expect(error).toMatchObject({ verdict: 'retryable', code: 'econnrefused' })
    }
  })
})

function failureOf(outcome: Outcome<unknown>): ApiError {
  if (outcome.ok) throw new Error('it succeeded')
  return outcome.error
}

function allRefuse(): Error {
  const one = (address: string) =>
    Object.assign(new Error(`connect ETIMEDOUT ${address}`), { code: 'ETIMEDOUT', syscall: 'connect' })
  const cause = Object.assign(new AggregateError([one('::1'), one('127.0.0.1')]), { code: 'ETIMEDOUT' })
  return new TypeError('fetch failed', { cause })
}
