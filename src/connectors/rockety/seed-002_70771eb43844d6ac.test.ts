// Every request and rule that the seed document 002_70771eb43844d6ac.txt ("Getting started") prints, against the sandbox.
import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { openPair } from '../testing.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')

/** Thirty clients make thirty projects: two pages. */
function setUp() {
  const pair = openPair(connector, {
    world: makeWorld({ seed: 1, customers: 30, start, days: 1 }),
    now: start,
  })
  const token = pair.state.keys[0]!.value
  const send = async (
    method: string,
    path: string,
    options: { search?: string; body?: unknown; token?: string } = {},
  ) => {
    const headers = { authorization: `Bearer ${options.token ?? token}`, 'content-type': 'application/json' }
    const { search = '', body } = options
    const answer = await pair.serve({
      method,
      path,
      search,
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    })
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  return { ...pair, send }
}

test('create, read, update and delete projects, tasks, users', async () => {
  const { send } = setUp()
  const bodies: [string, object, object][] = [
    ['/projects', { name: 'P' }, { name: 'Q' }],
    ['/tasks', { project_id: 41, name: 'P' }, { name: 'Q' }],
    ['/users', { name: 'P', email: 'p@msp.test' }, { name: 'Q' }],
  ]
  for (const [path, made, changed] of bodies) {
    const created = await send('POST', path, { body: made })
    expect(created.status).toBe(201)
    const one = `${path}/${created.body.data.id}`
    expect(await send('GET', one)).toMatchObject({ status: 200, body: { data: made } })
    expect(await send('PUT', one, { body: changed })).toMatchObject({
      status: 200,
      body: { data: { ...made, ...changed } },
    })
    expect((await send('DELETE', one)).status).toBe(200)
    expect((await send('GET', one)).status).toBe(404)
  }
})

test('the API token’s only scope is the organisation: every project and resource', async () => {
  const { send } = setUp()
  for (const path of ['/projects', '/tasks', '/users', '/clients'])
    expect((await send('GET', path)).status).toBe(200)
})

test('all requests go to https://app.rockety.io/api/v1, over HTTPS', async () => {
  const { serve, state } = setUp()
  expect(connector.contract.base({})).toBe('https://app.rockety.io/api/v1')
  expect(connector.sandbox.hosts).toContain('app.rockety.io')
  const headers = { authorization: `Bearer ${state.keys[0]!.value}` }
  const far = await serve({ path: '/projects', headers, ip: '198.51.100.7' })
  expect(far).toMatchObject({ status: 400, body: '{"message":"HTTPS required."}' })
  const proxied = { ...headers, 'x-forwarded-proto': 'https' }
  expect((await serve({ path: '/projects', headers: proxied, ip: '198.51.100.7' })).status).toBe(200)
  expect((await serve({ path: '/projects', headers, ip: '::ffff:127.0.0.1' })).status).toBe(200)
})

test('curl -X GET "https://app.rockety.io/api/v1/projects" -H "Authorization: Bearer YOUR_API_TOKEN"', async () => {
  const { send } = setUp()
  const { status, body } = await send('GET', '/projects')
  expect(status).toBe(200)
  expect(body.data).toHaveLength(25)
})

test('the client signs with Authorization: Bearer', () => {
  const headers: Record<string, string> = {}
  connector.contract.auth.sign(headers, { apiKey: 'YOUR_API_TOKEN' })
  expect(headers).toEqual({ authorization: 'Bearer YOUR_API_TOKEN' })
})

test('the common response codes: 200, 201, 400, 401, 404', async () => {
  const { send } = setUp()
  expect((await send('GET', '/projects')).status).toBe(200)
  expect((await send('POST', '/projects', { body: { name: 'New' } })).status).toBe(201)
  expect((await send('POST', '/projects', { body: {} })).status).toBe(400)
  expect((await send('GET', '/projects', { token: 'wrong' })).status).toBe(401)
  expect((await send('DELETE', '/users/11')).status).toBe(401)
  expect((await send('GET', '/projects/999999')).status).toBe(404)
})

test('parameters stand in the query of GET, and in the body of POST and PUT', async () => {
  const { send } = setUp()
  expect((await send('GET', '/projects', { search: 'client_id=303' })).body.meta.total).toBe(1)
  expect((await send('POST', '/projects', { search: 'name=InTheQuery' })).status).toBe(400)
  const put = await send('PUT', '/projects/41', { search: 'name=InTheQuery', body: { name: 'InTheBody' } })
  expect(put.body.data.name).toBe('InTheBody')
})

test('GET /projects?page=2 is the second page, with the total of items, the pages and the current page', async () => {
  const { send } = setUp()
  const first = await send('GET', '/projects')
  const second = await send('GET', '/projects', { search: 'page=2' })
  expect(second.body.meta).toEqual({ total: 30, total_pages: 2, current_page: 2, per_page: 25 })
  expect(second.body.data[0].id).toBe(first.body.data[24].id + 1)
  expect(second.body.data).toHaveLength(5)
})
