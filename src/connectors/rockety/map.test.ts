// The client map: a tenant that answers otherwise is put right by its connection's settings.
import { expect, test } from 'vitest'

import { paceOf } from '../../contract/contract.ts'
import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { Board } from '../board.ts'
import { openPair } from '../testing.ts'
import connector from './index.ts'
import { mapOf } from './map.ts'
import { projectTasks, projects } from './projects.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const world = makeWorld({ seed: 5, customers: 30, start, days: 1 })
const board = connector.board as Board

test('the defaults are those of the contract document', () => {
  const map = mapOf({})
  expect(map.base).toBe('https://app.rockety.io/api/v1')
  expect(map.paths).toEqual({ projects: '/projects', tasks: '/tasks', users: '/users', clients: '/clients' })
  expect(map.fields.task.title).toEqual(['name', 'title'])
  expect(map.fields.task.status.done).toEqual(['done', 'completed', 'closed', 'complete'])
  expect(map.fields.task.assignees).toEqual(['assignee_ids', 'assignees[].id', 'assignee_id', 'user_id'])
  expect(map.paging.param).toBe('page')
  expect(map.pace).toBe(2)
})

test('paths, sub-paths and the name of page come from the map', async () => {
  const urls: string[] = []
  const between = (): Fetch => (url) => {
    urls.push(url.replace('http://sandbox.test/rockety/api/v1', ''))
    return Promise.resolve({
      status: 200,
      headers: { get: () => null },
      text: () => Promise.resolve('{"data":[]}'),
    })
  }
  const map = JSON.stringify({ paths: { projects: '/v2/jobs', tasks: '/todos' }, paging: { param: 'p' } })
  const { client } = openPair(connector, { world, now: start, settings: { map }, between })
  await client.call(tasks.list, { query: { status: 'todo' } })
  await client.call(projectTasks.list, { params: { id: 7 } })
  await client.try(projects.get, { params: { id: 7 } }, { attempts: 1 })
  expect(urls).toEqual(['/todos?p=1&status=todo', '/v2/jobs/7/tasks?p=1', '/v2/jobs/7'])
})

test('a tenant whose tasks have a title is written to by that, and in its own words once the map says them', async () => {
  const fields = { task: { title: ['title'], status: { done: ['Completed'], open: ['Open'] } } }
  const map = JSON.stringify({ fields })
  const draft = {
    projectId: '41',
    name: 'Block it',
    description: '',
    marker: '[WF-0000000001]',
    severity: 'high',
  } as const
  const switches = { taskShape: 'objects' }
  const plain = openPair(connector, { world, now: start, switches })
  expect(await board.createTask(plain.client, draft)).toMatchObject({ ok: true, value: { name: 'Block it' } })
  const wrong = { map: JSON.stringify({ fields: { task: { title: ['name'] } } }) }
  const misled = openPair(connector, { world, now: start, switches, settings: wrong })
  const refused = await board.createTask(misled.client, draft)
  expect(refused).toMatchObject({ ok: false, error: { verdict: 'refused' } })
  expect(!refused.ok && refused.error.message).toContain('title is required')
  const mapped = openPair(connector, {
    world,
    now: start,
    switches: { taskShape: 'objects' },
    settings: { map },
  })
  const made = await board.createTask(mapped.client, { ...draft, assigneeIds: ['12'] })
  expect(made).toMatchObject({
    ok: true,
    value: { name: 'Block it', status: 'Open', done: false, assigneeIds: ['12'] },
  })
  const done = await board.updateTask(mapped.client, made.ok ? made.value.vendorId : '', { done: true })
  expect(done).toMatchObject({ ok: true, value: { status: 'Completed', done: true, assigneeIds: ['12'] } })
})

test('an account may ask for less than two requests a second', () => {
  expect(paceOf(connector.contract, {})).toMatchObject({ requests: 2, windowMs: 1000, concurrency: 2 })
  expect(paceOf(connector.contract, { map: '{"pace":0.5}' })).toMatchObject({ requests: 1, windowMs: 2000 })
})

test('the base comes from the map, and an explicit base URL wins', () => {
  const map = '{"base":"https://rockety.example/api/v2"}'
  expect(connector.contract.base({ map })).toBe('https://rockety.example/api/v2')
  expect(connector.contract.base({})).toBe('https://app.rockety.io/api/v1')
})
