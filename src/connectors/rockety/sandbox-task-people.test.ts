// Technicians at Rockety's own screen, as the API then shows it.
import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { ApiError } from '../../contract/api-error.ts'
import { openPair } from '../testing.ts'
import connector from './index.ts'
import { projects } from './projects.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const world = makeWorld({ seed: 3, customers: 3, start, days: 1 })
const by = world.technicians[0]?.email ?? ''

async function setUp() {
  const pair = openPair(connector, { world, now: start })
  const made = await pair.client.call(tasks.create, { body: { project_id: 41, name: 'Isolate WS-1' } })
  const id = String(made.id)
  const read = () => pair.client.call(tasks.get, { params: { id } })
  return { ...pair, people: pair.state.people!, id, read }
}

test('people see the tasks that were made since the sandbox began, with their client', async () => {
  const { people, id } = await setUp()
  const customerName = world.customers[0]?.name
  expect(people.tickets()).toEqual([
    expect.objectContaining({ id, customerName, status: 'todo', closed: false }),
  ])
})

test('a task is closed and taken up again, and its project counts along', async () => {
  const { people, client, id, read } = await setUp()
  expect(people.act(id, { kind: 'resolve', by, text: '' })).toBe(true)
  expect(people.act(id, { kind: 'resolve', by, text: '' })).toBe(false)
  expect(await read()).toMatchObject({ status: 'done', completed_at: expect.any(String) })
  expect(await client.call(projects.get, { params: { id: 41 } })).toMatchObject({ completed_tasks_count: 2 })
  expect(people.act(id, { kind: 'reopen', by })).toBe(true)
  expect(await read()).toMatchObject({ status: 'in_progress', completed_at: null })
})

test('a task is rewritten, moved to another client’s project, and deleted; tasks are not merged', async () => {
  const { people, id, read } = await setUp()
  expect(people.act(id, { kind: 'answer', by, text: 'Waiting for the client' })).toBe(true)
  const customerName = world.customers[1]?.name ?? ''
  expect(people.act(id, { kind: 'move', by, customerName })).toBe(true)
  expect(people.act(id, { kind: 'merge', by, into: '701' })).toBe(false)
  expect(await read()).toMatchObject({ description: 'Waiting for the client', project_id: 42 })
  expect(people.act(id, { kind: 'delete', by })).toBe(true)
  await expect(read()).rejects.toBeInstanceOf(ApiError)
})
