// Client and sandbox together: what a connection meets at Rockety, good and bad.
import { expect, test } from 'vitest'

import { ApiError } from '../../contract/api-error.ts'
import { checkSettings } from '../../contract/contract.ts'
import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import { clients } from './clients.ts'
import connector from './index.ts'
import { projects } from './projects.ts'
import { tasks } from './tasks.ts'
import { users } from './users.ts'

const start = Date.parse('2026-06-01T00:00:00Z')

function setUp(options: Partial<PairOptions> & { customers?: number } = {}): Pair {
  const world = makeWorld({ seed: 3, customers: options.customers ?? 5, start, days: 1 })
  return openPair(connector, { world, now: start, ...options })
}

async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

test('the demo account holds every customer as a client, with a project', async () => {
  const { client } = setUp()
  const page = await client.call(clients.list)
  expect(page.rows.map((row) => row.name)).toHaveLength(5)
  expect((await client.call(projects.list)).rows[0]).toMatchObject({
    tasks_count: 3,
    completed_tasks_count: 1,
  })
  expect((await client.call(users.list)).rows.map((row) => row.role)).toEqual(['admin', 'member', 'member'])
})

test.each(['data', 'root', 'key'])('a single object is read from %s', async (single) => {
  const { client } = setUp({ switches: { single } })
  expect(await client.call(projects.get, { params: { id: 41 } })).toMatchObject({ id: 41, status: 'active' })
})

test('what is made can be read, changed and deleted; ids are never used again', async () => {
  const { client } = setUp()
  const made = await client.call(tasks.create, { body: { project_id: 41, name: 'Patch', priority: 'high' } })
  expect(made).toMatchObject({ status: 'todo', position: 4, created_by: null, completed_at: null })
  const params = { id: made.id }
  expect(await client.call(tasks.update, { params, body: { status: 'done' } })).toMatchObject({
    name: 'Patch',
  })
  expect((await client.call(tasks.get, { params })).completed_at).toBe('2026-06-01T00:00:00Z')
  expect(await client.call(projects.get, { params: { id: 41 } })).toMatchObject({
    tasks_count: 4,
    completed_tasks_count: 2,
  })
  await client.call(tasks.delete, { params })
  expect((await errorOf(client.call(tasks.get, { params }))).status).toBe(404)
  const next = await client.call(tasks.create, { body: { project_id: 41, name: 'Again' } })
  expect(Number(next.id)).toBe(Number(made.id) + 1)
})

test('a key that may not is told apart from a key that is dead by GET /projects', async () => {
  const { client } = setUp({ switches: { forbidden: 'users' } })
  const forbidden = await errorOf(client.call(users.list))
  expect(forbidden).toMatchObject({ status: 401, code: 'missing_permission', verdict: 'refused' })
  expect(forbidden.message).toContain('the token is good, but may not do this')
  const dead = setUp({ key: 'rk_demo_9d1f5b3e7a2c8064d9f1b5e3a7c28046' })
  const error = await errorOf(dead.client.call(users.list))
  expect(error).toMatchObject({ status: 401, code: 'unauthorized' })
  expect(error.message).toContain('wrong or was deleted')
  expect(error.message).not.toContain('9d1f5b3e')
})

test('the last admin cannot be deleted or demoted, and that is a 401 too', async () => {
  const { client } = setUp()
  const params = { id: 11 }
  expect((await errorOf(client.call(users.delete, { params }))).code).toBe('missing_permission')
  expect((await errorOf(client.call(users.update, { params, body: { role: 'member' } }))).code).toBe(
    'missing_permission',
  )
})

test('another organisation’s ids are not there', async () => {
  const { client } = setUp({ key: 'rk_demo_2b8e6d4f0a1c3957e8b2d6f4a0c19375' })
  expect((await client.call(projects.list)).rows.map((row) => row.name)).toEqual(['Website'])
  expect((await errorOf(client.call(projects.get, { params: { id: 41 } }))).status).toBe(404)
  const body = { project_id: 41, name: 'x' }
  expect((await errorOf(client.call(tasks.create, { body }))).message).toContain('project_id does not exist')
})

test.each<[string, Record<string, string>, string]>([
  ['a login page', { loginPage: 'on' }, 'html_body'],
  ['a redirect to it', { loginPage: 'redirect' }, 'redirect'],
])('%s with a success status is a failure, never an empty list', async (_name, switches, code) => {
  const error = await errorOf(setUp({ switches }).client.call(projects.list, {}, { attempts: 1 }))
  expect(error.code).toBe(code)
})

test('the client says that it wants JSON: a server that asks for that is satisfied', async () => {
  const { client, serve, state } = setUp({ switches: { loginPage: 'without-accept' } })
  expect((await client.call(projects.list)).rows).toHaveLength(5)
  const headers = { authorization: `Bearer ${state.keys[0]!.value}` }
  expect((await serve({ path: '/projects', headers })).body).toContain('<!DOCTYPE html>')
})

test.each(['message', 'error-object', 'error-text', 'errors-objects', 'errors-texts', 'errors-map', 'html'])(
  'an error is read from the shape %s',
  async (errorBody) => {
    const { client } = setUp({ switches: { errorBody } })
    const error = await errorOf(client.call(projects.get, { params: { id: 9999 } }))
    expect(error.message).toContain('Project not found.')
  },
)

test('an empty error still has its status', async () => {
  const { client } = setUp({ switches: { errorBody: 'empty' } })
  expect(await errorOf(client.call(projects.get, { params: { id: 9 } }))).toMatchObject({
    status: 404,
    code: 'not_found',
  })
})

test('a validation error names the field', async () => {
  const { client } = setUp()
  const body = { name: 'x', start_date: '2026-06-02', due_date: '2026-06-01' }
  const error = await errorOf(client.call(projects.create, { body }))
  expect(error.message).toContain('The request is invalid. (due_date is before the start date)')
  expect(error).toMatchObject({ status: 400, verdict: 'refused' })
})

test('the framework’s codes are understood: 204, 422, 429', async () => {
  const { client, clock } = setUp({ switches: { 'framework-codes': 'on', rateLimit: '3' } })
  expect((await errorOf(client.call(projects.create, { body: { name: ' ' } }))).status).toBe(422)
  expect(await client.call(tasks.delete, { params: { id: 701 } })).toBe('')
  await client.call(projects.list)
  const before = clock.now
  await client.call(projects.list)
  expect(clock.now - before).toBeGreaterThanOrEqual(55_000)
})

test('a 500 is asked again for a read, never for a POST', async () => {
  let sent: string[] = []
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      sent.push(init.method)
      const answer = await fetch(url, init)
      return {
        ...answer,
        status: 500,
        headers: answer.headers,
        text: () => Promise.resolve('{"message":"Server Error"}'),
      }
    }
  const { client } = setUp({ between })
  expect((await errorOf(client.call(tasks.create, { body: { project_id: 41, name: 'x' } }))).ambiguous).toBe(
    true,
  )
  expect(sent).toEqual(['POST'])
  sent = []
  await errorOf(client.call(projects.list, {}, { attempts: 3 }))
  expect(sent).toEqual(['GET', 'GET', 'GET'])
})

test('never more than two requests a second, and never a page size', async () => {
  const times: number[] = []
  const urls: string[] = []
  let pair: Pair | undefined
  const between =
    (fetch: Fetch): Fetch =>
    (url, init) => {
      times.push(pair!.clock.now)
      urls.push(url)
      return fetch(url, init)
    }
  pair = setUp({ customers: 60, between })
  const client = pair.client
  await Promise.all(Array.from({ length: 9 }, () => client.call(tasks.list)))
  for (const time of times)
    expect(times.filter((other) => other >= time && other < time + 1000).length).toBeLessThanOrEqual(2)
  expect(new Set(urls.map((url) => new URL(url).search))).toEqual(new Set(['?page=1']))
})

test.each<[string, Record<string, string>, string]>([
  ['no token', {}, 'apiKey is missing: Organisation Settings'],
  [
    'a token with a blank',
    { apiKey: 'abcdefgh ijklmnopqrst' },
    'apiKey is malformed: it must be one word of 16',
  ],
  ['a map that is no JSON', { apiKey: 'x'.repeat(20), map: '{paths' }, 'map is malformed: it must be JSON'],
  [
    'an unknown key in the map',
    { apiKey: 'x'.repeat(20), map: '{"path":{}}' },
    'map is malformed: value: Unrecognized key: "path"',
  ],
  [
    'a path that is none',
    { apiKey: 'x'.repeat(20), map: '{"paths":{"tasks":"todos"}}' },
    'map is malformed: paths.tasks: must be a path such as "/tasks"',
  ],
  [
    'plain http',
    { apiKey: 'x'.repeat(20), map: '{"base":"http://app.rockety.io"}' },
    'map is malformed: base: must be an https address',
  ],
  ['too fast', { apiKey: 'x'.repeat(20), map: '{"pace":3}' }, 'map is malformed: pace: must be at most 2'],
])('the form refuses %s in one clear line', (_name, given, line) => {
  const { problems } = checkSettings(connector.contract, given)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(line)
  expect(problems[0]).not.toContain('abcdefgh')
})
