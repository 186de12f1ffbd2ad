// The sandbox's own rules, asked for without the client.
import { expect, test } from 'vitest'

import type { WireAnswer, WireRequest } from '../../contract/wire.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import { openPair } from '../testing.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000

function setUp(switches: Record<string, string> = {}) {
  const pair = openPair(connector, {
    world: makeWorld({ seed: 1, customers: 4, start, days: 1 }),
    now: start,
    switches,
  })
  const authorization = `Bearer ${pair.state.keys[0]!.value}`
  const raw = (request: Partial<WireRequest>): Promise<WireAnswer> =>
    pair.serve({ ...request, headers: { authorization, ...request.headers } })
  const send = async (method: string, path: string, body?: unknown) => {
    const [bare = '', search = ''] = path.split('?')
    const answer = await raw({
      method,
      path: bare,
      search,
      body: body === undefined ? '' : JSON.stringify(body),
    })
    return { status: answer.status, body: answer.body === '' ? undefined : JSON.parse(answer.body) }
  }
  return { ...pair, raw, send }
}

test('authentication comes before the path', async () => {
  const { serve, send } = setUp()
  expect(await serve({ path: '/nothing' })).toMatchObject({
    status: 401,
    body: '{"message":"Unauthenticated."}',
  })
  expect(await send('GET', '/nothing')).toEqual({ status: 404, body: { message: 'Not found' } })
  for (const path of ['/webhooks', '/time-entries', '/boards', '/comments'])
    expect((await send('GET', path)).status).toBe(404)
})

test('the scheme of the header is read without case; a bare token is none', async () => {
  const { serve, state } = setUp()
  const token = state.keys[0]!.value
  expect((await serve({ path: '/projects', headers: { authorization: `bearer ${token}` } })).status).toBe(200)
  expect((await serve({ path: '/projects', headers: { authorization: token } })).status).toBe(401)
  expect((await serve({ path: '/projects', search: `api_key=${token}` })).status).toBe(401)
})

test('PATCH is 405, OPTIONS 404, HEAD has no body, a slash at the end is fine', async () => {
  const { raw, send, switches } = setUp()
  expect(await raw({ method: 'PATCH', path: '/projects/41' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, PUT, DELETE' },
  })
  expect((await send('OPTIONS', '/projects')).status).toBe(404)
  expect(await raw({ method: 'HEAD', path: '/projects' })).toMatchObject({ status: 200, body: '' })
  expect((await send('GET', '/projects/')).status).toBe(200)
  switches['wrongMethod'] = '404'
  expect((await send('PATCH', '/projects/41')).status).toBe(404)
})

test('forms are taken; what is no JSON, no object or too large is 400', async () => {
  const { raw } = setUp()
  const post = (body: string, type = 'application/json') =>
    raw({ method: 'POST', path: '/tasks', body, headers: { 'content-type': type } })
  const form = await post(
    'project_id=41&name=By+form&assignee_ids[]=11&assignee_ids[]=12',
    'application/x-www-form-urlencoded',
  )
  expect(form.status).toBe(201)
  expect(JSON.parse(form.body).data).toMatchObject({
    project_id: 41,
    name: 'By form',
    assignee_ids: [11, 12],
  })
  for (const body of ['{', '[]', '"x"', 'null', `{"name":"${'x'.repeat(1024 * 1024)}"}`])
    expect((await post(body)).status).toBe(400)
})

test.each<[string, unknown, string]>([
  ['no project', { name: 'x' }, 'project_id'],
  ['an unknown project', { name: 'x', project_id: 9 }, 'project_id'],
  ['no name', { project_id: 41 }, 'name'],
  ['a blank name', { project_id: 41, name: '  ' }, 'name'],
  ['a name of 256 characters', { project_id: 41, name: 'x'.repeat(256) }, 'name'],
  ['an unknown status', { project_id: 41, name: 'x', status: 'later' }, 'status'],
  ['an unknown priority', { project_id: 41, name: 'x', priority: 'top' }, 'priority'],
  ['a date that is none', { project_id: 41, name: 'x', due_date: '2026-02-30' }, 'due_date'],
  ['a user who is not there', { project_id: 41, name: 'x', assignee_ids: [999] }, 'assignee_ids'],
  ['a parent in another project', { project_id: 41, name: 'x', parent_id: 704 }, 'parent_id'],
  ['a wrong type', { project_id: 'x', name: 'x' }, 'project_id'],
])('a task with %s is 400 and names the field', async (_name, body, field) => {
  const { send } = setUp()
  const { status, body: answer } = await send('POST', '/tasks', body)
  expect(status).toBe(400)
  expect(Object.keys(answer.errors)).toEqual([field])
  expect(answer.message).toBe('The request is invalid.')
})

test('sub-tasks go one level deep; a deleted parent frees them', async () => {
  const { send } = setUp()
  const child = await send('POST', '/tasks', { project_id: 41, name: 'Child', parent_id: 701 })
  expect(child.status).toBe(201)
  const id = child.body.data.id
  expect((await send('POST', '/tasks', { project_id: 41, name: 'Grandchild', parent_id: id })).status).toBe(
    400,
  )
  expect((await send('PUT', '/tasks/701', { parent_id: 702 })).status).toBe(400)
  await send('DELETE', '/tasks/701')
  expect((await send('GET', `/tasks/${id}`)).body.data.parent_id).toBeNull()
})

test('PUT keeps what is left out, clears what is null, and ignores what is not writable', async () => {
  const { send, clock } = setUp()
  await send('PUT', '/projects/41', { description: 'Text', due_date: '2026-07-01' })
  clock.now += 5000
  const { body } = await send('PUT', '/projects/41', {
    description: null,
    id: 7,
    created_at: 'x',
    organisation_id: 2,
    unknown: 1,
  })
  expect(body.data).toMatchObject({
    id: 41,
    description: null,
    due_date: '2026-07-01',
    updated_at: '2026-06-01T00:00:05Z',
  })
  expect(body.data).not.toHaveProperty('unknown')
  expect((await send('GET', '/projects/41')).body.data.client_id).toBe(301)
})

test('a task’s write moves the project’s counters, not its updated_at', async () => {
  const { send, clock } = setUp()
  const before = (await send('GET', '/projects/41')).body.data
  clock.now += 5000
  await send('PUT', '/tasks/703', { status: 'done' })
  expect((await send('GET', '/projects/41')).body.data).toEqual({ ...before, completed_tasks_count: 2 })
  await send('PUT', '/tasks/703', { project_id: 42 })
  expect((await send('GET', '/projects/41')).body.data).toMatchObject({
    tasks_count: 2,
    completed_tasks_count: 1,
  })
  expect((await send('GET', '/projects/42')).body.data).toMatchObject({
    tasks_count: 4,
    completed_tasks_count: 2,
  })
  expect((await send('PUT', '/tasks/703', { status: 'todo' })).body.data).toMatchObject({
    completed_at: null,
    position: 4,
  })
})

test('a deleted project takes its tasks, files and sign-offs along; a deleted client leaves its projects', async () => {
  const { send } = setUp()
  await send('DELETE', '/clients/302')
  expect((await send('GET', '/projects/42')).body.data.client_id).toBeNull()
  await send('DELETE', '/projects/41')
  expect((await send('GET', '/projects/41')).body).toEqual({ message: 'Project not found.' })
  expect((await send('GET', '/tasks/701')).status).toBe(404)
  expect((await send('GET', '/projects/41/files')).status).toBe(404)
  expect((await send('GET', '/tasks')).body.meta.total).toBe(9)
})

test('filters of tasks', async () => {
  const { send } = setUp()
  const total = async (search: string) => (await send('GET', `/tasks?${search}`)).body.meta.total
  expect(await total('project_id=41')).toBe(3)
  expect(await total('status=done')).toBe(4)
  expect(await total('assignee_id=12')).toBe(6)
  expect(await total('due_before=2026-06-01')).toBe(8)
  expect(await total('due_after=2026-06-01')).toBe(4)
  expect(await total('search=BACKUP')).toBe(4)
  expect(await total('nonsense=1')).toBe(12)
  expect((await send('GET', '/projects/41/tasks')).body.meta.total).toBe(3)
})

test('users are invited and join a day later; e-mail addresses are unique; who leaves leaves no trace', async () => {
  const { send, clock } = setUp()
  const made = await send('POST', '/users', { name: 'New', email: 'new@msp.test', active: true })
  expect(made.body.data).toMatchObject({ role: 'member', active: false })
  expect((await send('POST', '/users', { name: 'Twin', email: 'NEW@msp.test' })).body.errors).toEqual({
    email: ['is already used'],
  })
  clock.now += day
  expect((await send('GET', `/users/${made.body.data.id}`)).body.data.active).toBe(true)
  await send('DELETE', '/users/12')
  expect((await send('GET', '/tasks/701')).body.data.assignee_ids).toEqual([])
  expect((await send('GET', '/projects/41')).body.data.owner_id).toBeNull()
})

test('contacts are invited one by one, and answer sign-offs in their own time', async () => {
  const { send, clock } = setUp()
  const made = await send('POST', '/clients/301/contacts', { name: 'Cara', email: 'cara@a.example' })
  expect(made.body.data).toMatchObject({ client_id: 301, portal_status: 'none' })
  const path = `/clients/301/contacts/${made.body.data.id}`
  expect((await send('GET', path.replace('301', '302'))).status).toBe(404)
  expect(await send('POST', `${path}/invite`)).toMatchObject({
    status: 200,
    body: { data: { portal_status: 'invited' } },
  })
  const contact_id = made.body.data.id
  const asked = await send('POST', '/projects/41/sign-offs', {
    title: 'Approve',
    contact_id,
    status: 'approved',
  })
  expect(asked).toMatchObject({ status: 201, body: { data: { status: 'pending', responded_at: null } } })
  clock.now += day
  expect((await send('GET', path)).body.data.portal_status).toBe('active')
  const answered = await send('GET', `/projects/41/sign-offs/${asked.body.data.id}`)
  expect(answered.body.data).toMatchObject({ status: 'approved', responded_at: '2026-06-02T00:00:00Z' })
  expect((await send('PUT', `/projects/41/sign-offs/${asked.body.data.id}`, {})).status).toBe(405)
})

test('files can be read and deleted, not uploaded', async () => {
  const { send } = setUp()
  const { data } = (await send('GET', '/projects/41/files')).body
  expect(data[0]).toMatchObject({ folder: 'Client uploads', uploaded_by: { type: 'contact' } })
  expect((await send('POST', '/projects/41/files', {})).status).toBe(405)
  expect((await send('GET', `/projects/42/files/${data[0].id}`)).status).toBe(404)
  expect(await send('DELETE', `/projects/41/files/${data[0].id}`)).toEqual({
    status: 200,
    body: { message: 'Deleted.' },
  })
})

test.each(['0', '041', '41x', '-41', '9'.repeat(30), '__proto__'])('the id %s is not found', async (id) => {
  expect((await setUp().send('GET', `/projects/${id}`)).status).toBe(404)
})

test('it is served under its prefix and under the vendor’s own host name', async () => {
  const outside = { now: () => start, random: () => 0.5, sleep: () => Promise.resolve() }
  const sandbox = new Sandbox([connector], makeWorld({ seed: 1, customers: 2, start, days: 1 }), outside)
  const headers = { authorization: `Bearer ${sandbox.connections('')[0]!.keys[0]!.value}` }
  const init = { method: 'GET', headers, redirect: 'manual' as const }
  const fetch = sandbox.fetch()
  expect((await fetch('http://localhost/rockety/api/v1/projects', init)).status).toBe(200)
  expect((await fetch('https://app.rockety.io/api/v1/projects', init)).status).toBe(200)
})
