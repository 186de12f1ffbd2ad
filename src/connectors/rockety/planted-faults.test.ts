// What the suite for all vendors (../planted-faults.test.ts) cannot know: each envelope, and the client map.
import { expect, test } from 'vitest'

import type { Contract } from '../../contract/contract.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { Board } from '../board.ts'
import type { Connector } from '../connector.ts'
import { type Pair, openPair } from '../testing.ts'
import connector from './index.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const board = connector.board as Board

function open(
  changes: { [K in keyof Contract]?: Contract[K] | undefined } = {},
  switches: Record<string, string> = {},
  map = '',
): Pair {
  const changed: Connector = { ...connector, contract: { ...connector.contract, ...changes } }
  const world = makeWorld({ seed: 1, customers: 20, start, days: 1 })
  return openPair(changed, { world, now: start, switches, settings: { map } })
}

/** How many tasks are seen in this envelope. */
async function countWith(paging: Paging, envelope: string): Promise<number> {
  const list: Operation & { paging: Paging } = { ...tasks.list, paging }
  const walk = new Walk(
    open({}, { envelope }).client,
    list,
    {},
    (row) => String((row as { id: number }).id),
    { maxPasses: 1 },
  )
  for await (const _ of walk.pages());
  return walk.complete ? walk.keys.size : -1
}

/** The envelope as it would look to a reader that lacks these keys. */
function without(...keys: string[]): Paging {
  const strip = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => !keys.includes(key))
            .map(([key, inner]) => [key, strip(inner)]),
        )
  return { ...tasks.list.paging, read: (body, asked) => tasks.list.paging.read(strip(body), asked) }
}

test.each(['meta', 'laravel', 'flat', 'bare'])('all 60 tasks are seen in %s', async (envelope) => {
  expect(await countWith(tasks.list.paging, envelope)).toBe(60)
})

test.each([
  ['meta', ['total', 'total_pages']],
  ['laravel', ['total', 'last_page', 'links']],
  ['flat', ['total', 'pages']],
  ['meta', ['data']],
])('a reader of %s without %s sees too little', async (envelope, keys) => {
  expect(await countWith(without(...keys), envelope).catch(() => -1)).not.toBe(60)
})

const draft = {
  projectId: '41',
  name: 'Block',
  description: '',
  marker: '[WF-0000000001]',
  severity: 'high',
  assigneeIds: ['12'],
} as const

async function readBack(taskShape: string, map: string): Promise<unknown> {
  const pair = open({}, {}, map)
  await board.createTask(pair.client, draft)
  pair.switches['taskShape'] = taskShape
  const [task] = await board.findTasks(pair.client, draft.marker)
  return task && { name: task.name, assigneeIds: task.assigneeIds }
}

test.each([
  ['plain', { title: ['name'], assignees: ['assignees[].id', 'assignee_ids'] }, { title: ['label'] }],
  ['plain', {}, { assignees: ['assignees[].id'] }],
  ['objects', {}, { title: ['name'] }],
  ['objects', {}, { assignees: ['assignee_ids'] }],
  ['single', {}, { assignees: ['assignee_ids', 'assignees[].id'] }],
])('the field mapping reads tasks of shape %s, and its loss is noticed', async (shape, whole, broken) => {
  const wanted = { name: 'Block', assigneeIds: ['12'] }
  expect(await readBack(shape, JSON.stringify({ fields: { task: whole } }))).toEqual(wanted)
  expect(await readBack(shape, JSON.stringify({ fields: { task: broken } }))).not.toEqual(wanted)
})

test('without the second call a forbidden operation looks like a dead token', async () => {
  const codeOf = async (changes: Partial<Contract>): Promise<string> => {
    const outcome = await open(changes, { forbidden: 'tasks' }).client.try(tasks.list)
    return outcome.ok ? 'ok' : outcome.error.code
  }
  expect(await codeOf({})).toBe('missing_permission')
  expect(await codeOf({ tellApart: undefined })).toBe('unauthorized')
})
