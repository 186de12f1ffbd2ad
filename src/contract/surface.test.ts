import { expect, test } from 'vitest'
import * as z from 'zod'

import type { Contract } from './contract.ts'
import { operation } from './operation.ts'
import { createServer } from './server.ts'
import { getBox, key, says, scripted, toy } from './testing.ts'

// One API on several addresses, and calls that differ from their connection's settings.

const getLog = operation({
  id: 'logs.get',
  method: 'GET',
  path: '/logs/{id}',
  summary: 'A log, on a host of its own',
  source: 'made up',
  surface: 'logs',
  answer: z.looseObject({}),
})

const contract: Contract = {
  ...toy,
  surfaces: {
    logs: {
      base: ({ region = 'us', baseUrl }) =>
        baseUrl ? `${baseUrl}/search` : `https://${region}.logs.toy.test`,
      path: '/search',
    },
  },
  auth: {
    ...toy.auth,
    sign(headers, settings) {
      toy.auth.sign(headers, settings)
      if (settings['depot'] !== undefined) headers['x-depot'] = settings['depot']
    },
  },
  limits: {
    ...toy.limits,
    heed: (headers) => (headers.get('x-left') === '0' ? Number(headers.get('x-reset')) * 1000 : undefined),
  },
  operations: { ...toy.operations, getLog },
}

test('an operation goes to its own surface, also below an explicit base', async () => {
  const { client, clock, sent } = scripted([says(200, { id: 1 })], {}, contract)
  await clock.run(client.call(getLog, { params: { id: 7 } }))
  const other = scripted([says(200, { id: 1 })], { baseUrl: 'http://box.test/toy' }, contract)
  await other.clock.run(other.client.call(getLog, { params: { id: 7 } }))
  expect(sent[0]?.url).toBe('https://us.logs.toy.test/logs/7')
  expect(other.sent[0]?.url).toBe('http://box.test/toy/search/logs/7')
})

test('a link may lead to any surface, and to no other host', async () => {
  const { client, clock, sent } = scripted([says(200, { id: 1 })], {}, contract)
  const follow = (link: string) => clock.run(client.try(getLog, {}, { link }))
  expect(await follow('https://us.logs.toy.test/logs/8')).toMatchObject({ ok: true })
  expect(await follow('https://eu.logs.toy.test/logs/8')).toMatchObject({ error: { code: 'foreign_link' } })
  expect(sent).toHaveLength(1)
})

test('settings of one call hold for that call alone', async () => {
  const { client, clock, sent } = scripted([says(200, { id: 1 })], { depot: 'north' }, contract)
  await clock.run(
    client.call(getBox, { params: { id: 7 } }, { settings: { depot: 'south', baseUrl: 'http://x.test' } }),
  )
  await clock.run(client.call(getBox, { params: { id: 7 } }))
  expect(sent.map(({ init }) => init.headers['x-depot'])).toEqual(['south', 'north'])
  expect(new URL(sent[0]?.url ?? '').host).toBe('us.toy.test')
})

test('a good answer that was the last of its window holds everybody back', async () => {
  const { client, clock, sent } = scripted(
    [says(200, { id: 1 }, { 'x-left': '0', 'x-reset': '30' })],
    {},
    contract,
  )
  await clock.run(client.call(getBox, { params: { id: 7 } }))
  await clock.run(client.call(getBox, { params: { id: 7 } }))
  expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(30_000)
})

test('the server has a surface below its path, and may judge a key by the whole request', async () => {
  const serve = createServer({
    contract,
    behaviours: { 'logs.get': ({ params }) => params },
    identify: (given, request) =>
      given === key && request.headers['x-depot'] === 'north'
        ? { name: 'demo', permissions: 'all' }
        : undefined,
    now: () => 0,
    switches: {},
    newRequestId: () => 'req_1',
  })
  const ask = (path: string, depot: string) =>
    serve({
      method: 'GET',
      path,
      search: '',
      headers: { authorization: `Bearer ${key}`, 'x-depot': depot },
      body: '',
      ip: '',
    })
  expect((await ask('/search/logs/7', 'north')).body).toBe('{"id":"7"}')
  expect((await ask('/logs/7', 'north')).status).toBe(404)
  expect((await ask('/search/logs/7', 'south')).status).toBe(401)
})
