// The server half: HEAD, other methods, forms, and what is refused before the key is looked at.
import { expect, test } from 'vitest'
import * as z from 'zod'

import { bearer } from './auth.ts'
import type { Contract } from './contract.ts'
import { readAnyError } from './errors.ts'
import { operation } from './operation.ts'
import { Refusal } from './refusal.ts'
import { createServer } from './server.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

const body = z.looseObject({ id: z.int(), on: z.boolean().optional(), tags: z.array(z.int()).optional() })
const list = operation({
  id: 'things.get',
  method: 'GET',
  path: '/things',
  summary: '',
  source: 'I',
  answer: z.unknown(),
})
const create = operation({
  id: 'things.create',
  method: 'POST',
  path: '/things',
  summary: '',
  source: 'I',
  body,
  answer: z.unknown(),
})

const contract: Contract = {
  vendor: 'test',
  title: 'Test',
  version: '1',
  about: '',
  settings: [],
  base: () => 'https://api.test',
  arrays: 'comma',
  auth: bearer(),
  errors: { read: readAnyError, write: ({ message }) => ({ message }) },
  limits: {
    pace: { scope: 'credential', requests: 1, windowMs: 1, concurrency: 1 },
    heed: () => undefined,
    grant: () => undefined,
    refuse: () => new Refusal(429, '', ''),
  },
  refuse: (request) => (request.ip === 'far' ? new Refusal(400, 'far', 'too far') : undefined),
  forms: true,
  invalid: (_issues, _op, switches) => new Refusal(Number(switches['status']), 'invalid', 'no'),
  wrongMethod: (method, switches) => (method === 'OPTIONS' || switches['patch'] === '404' ? 404 : 405),
  switches: {},
  operations: { list, create },
}

function ask(request: Partial<WireRequest>, switches: Record<string, string> = {}): Promise<WireAnswer> {
  const behaviours = {
    'things.get': () => ({ here: true }),
    'things.create': ({ body }: { body: unknown }) => body,
  }
  const identify = (): { name: string; permissions: 'all' } => ({ name: 'k', permissions: 'all' })
  const serve = createServer({
    contract,
    behaviours,
    identify,
    now: () => 0,
    switches: { status: '422', ...switches },
    newRequestId: () => 'r',
  })
  return serve({
    method: 'GET',
    path: '/things',
    search: '',
    headers: { authorization: 'Bearer k' },
    body: '',
    ip: 'near',
    ...request,
  })
}

test('HEAD is GET without the body, errors included', async () => {
  expect(await ask({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  expect(await ask({ method: 'HEAD', path: '/nothing' })).toMatchObject({ status: 404, body: '' })
})

test('a vendor chooses by method and switch what a wrong method is', async () => {
  expect(await ask({ method: 'PATCH' })).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } })
  expect(await ask({ method: 'OPTIONS' })).toMatchObject({ status: 404 })
  expect(await ask({ method: 'PATCH' }, { patch: '404' })).toMatchObject({ status: 404 })
})

test('a form is read as the types of the body’s schema', async () => {
  const headers = { authorization: 'Bearer k', 'content-type': 'application/x-www-form-urlencoded' }
  const made = await ask({ method: 'POST', headers, body: 'id=7&on=true&tags[]=1&tags[]=2' })
  expect(JSON.parse(made.body)).toEqual({ id: 7, on: true, tags: [1, 2] })
  expect(await ask({ method: 'POST', headers, body: 'id=x' })).toMatchObject({ status: 422 })
})

test('what is refused outright needs no key', async () => {
  expect(await ask({ ip: 'far', headers: {} })).toMatchObject({ status: 400, body: '{"message":"too far"}' })
  expect(await ask({ headers: {} })).toMatchObject({ status: 401 })
})
