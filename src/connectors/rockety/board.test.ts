// The board under ambiguous outcomes: what may have happened is looked up by its marker, and nothing is made twice.
import { expect, test } from 'vitest'

import { Dropped } from '../../contract/in-process.ts'
import { markerOf } from '../../domain/id.ts'
import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { Board, BoardTask, Result, TaskDraft } from '../board.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import connector from './index.ts'
import { projects } from './projects.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const board = connector.board as Board
const marker = markerOf('case_1')
const draft: TaskDraft = {
  projectId: '41',
  name: 'Isolate WS-001-01',
  description: 'Take it off the network.',
  marker,
  severity: 'critical',
  dueDate: '2026-06-03',
  assigneeIds: ['12'],
}

type Trouble = 'drop' | 'status' | 'html'

/** The next write is carried out, but its answer is lost. */
function setUp(
  options: Partial<PairOptions> & { customers?: number } = {},
): Pair & { sent: string[]; trouble(kind: Trouble): void } {
  const world = makeWorld({ seed: 5, customers: options.customers ?? 4, start, days: 1 })
  const sent: string[] = []
  let next: Trouble | undefined
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const inner = options.between?.(fetch) ?? fetch
      const answer = await inner(url, init)
      if (init.method !== 'GET') sent.push(init.method)
      if (next === undefined || init.method === 'GET') return answer
      const kind = next
      next = undefined
      if (kind === 'drop') throw new Dropped('after it was done')
      const [status, body] =
        kind === 'status' ? [500, '{"message":"Server Error"}'] : [200, '<!DOCTYPE html><html></html>']
      return { status, headers: answer.headers, text: () => Promise.resolve(body) }
    }
  const pair = openPair(connector, { world, now: start, ...options, between })
  return { ...pair, sent, trouble: (kind) => (next = kind) }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw result.error
  return result.value
}

async function marked(pair: Pair): Promise<BoardTask[]> {
  return board.findTasks(pair.client, marker)
}

/** What the outbox does: after an unclear answer it looks until the horizon has passed, and only then sends again. */
async function createAsTheOutboxDoes(pair: Pair): Promise<BoardTask> {
  for (;;) {
    const made = await board.createTask(pair.client, draft)
    if (made.ok) return made.value
    expect(made.error.ambiguous).toBe(true)
    const horizon = pair.clock.now + board.visibilityMs
    while (pair.clock.now <= horizon) {
      const [found] = await board.findTasks(pair.client, marker)
      if (found !== undefined) return found
      pair.clock.now += 10_000
    }
  }
}

test('a task is made with its marker, in the project, in the vendor’s words', async () => {
  const pair = setUp()
  const made = valueOf(await board.createTask(pair.client, draft))
  expect(made).toMatchObject({
    name: draft.name,
    projectId: '41',
    status: 'todo',
    done: false,
    assigneeIds: ['12'],
  })
  expect(made.description).toBe(`Take it off the network.\n\n${marker}`)
  const row = await pair.client.call(tasks.get, { params: { id: made.vendorId } })
  expect(row).toMatchObject({ priority: 'urgent', due_date: '2026-06-03', project_id: 41 })
})

test.each<Trouble>(['drop', 'status', 'html'])(
  '%s after the task was made: the look-up finds it, one task stands',
  async (kind) => {
    const pair = setUp()
    pair.trouble(kind)
    const made = await createAsTheOutboxDoes(pair)
    expect(pair.sent).toEqual(['POST'])
    expect((await marked(pair)).map((task) => task.vendorId)).toEqual([made.vendorId])
  },
)

test('a new task that stays out of lists for a minute is still found before the horizon', async () => {
  const pair = setUp({ switches: { listLagSeconds: '60' } })
  pair.trouble('drop')
  await createAsTheOutboxDoes(pair)
  expect(pair.sent).toEqual(['POST'])
})

test.each<Record<string, string>>([
  { listDescriptions: 'absent' },
  { filters: 'ignored' },
  { filters: 'refused' },
  { envelope: 'bare' },
  { envelope: 'laravel', pageSize: '1' },
  { taskShape: 'objects' },
  { organisation: 'organization_id', single: 'root' },
])('a look-up finds the marker where the account answers with %o', async (switches) => {
  const pair = setUp()
  const made = valueOf(await board.createTask(pair.client, draft))
  Object.assign(pair.switches, switches)
  const [found] = await board.findTasks(pair.client, marker)
  expect(found?.vendorId).toBe(made.vendorId)
  expect(await board.findTasks(pair.client, markerOf('case_2'))).toEqual([])
})

test.each([
  ['known', 1],
  ['ignored', 1],
  ['refused', 2],
])(
  'among many tasks the search leads to the marker; where it is %s, the list does',
  async (filters, lists) => {
    const asked: string[] = []
    const between =
      (fetch: Fetch): Fetch =>
      (url, init) => {
        if (init.method === 'GET') asked.push(url)
        return fetch(url, init)
      }
    const pair = setUp({ switches: { pageSize: '100', filters }, between })
    for (let n = 0; n < 30; n++)
      await board.createTask(pair.client, { ...draft, marker: markerOf(`case_other_${n}`) })
    const made = valueOf(await board.createTask(pair.client, draft))
    asked.length = 0
    expect((await marked(pair)).map((one) => one.vendorId)).toEqual([made.vendorId])
    expect(asked).toHaveLength(lists)
    expect(asked[0]).toContain('search=WF-')
  },
)

test('where lists hold no descriptions each task is looked at by itself, and once', async () => {
  const asked: string[] = []
  const between =
    (fetch: Fetch): Fetch =>
    (url, init) => {
      if (/\/tasks\/\d+$/.test(url)) asked.push(url)
      return fetch(url, init)
    }
  const pair = setUp({
    switches: { pageSize: '100', listDescriptions: 'absent', filters: 'ignored' },
    between,
  })
  for (let n = 0; n < 30; n++)
    await board.createTask(pair.client, { ...draft, marker: markerOf(`case_other_${n}`) })
  expect(await marked(pair)).toEqual([])
  expect(asked.length).toBeGreaterThan(30)
  asked.length = 0
  const made = valueOf(await board.createTask(pair.client, draft))
  expect((await marked(pair)).map((one) => one.vendorId)).toEqual([made.vendorId])
  const own = expect.stringMatching(new RegExp(`/${made.vendorId}$`))
  expect(asked).toEqual([own, own])
})

test('a second project is archived with its word before everything else, one with tasks in it only says so', async () => {
  const pair = setUp({ switches: { put: 'replace' } })
  const draft = { customerId: '302', name: 'Watchfloor: Acme', marker }
  const empty = valueOf(await board.ensureProject(pair.client, draft))
  const get = (id: string) => pair.client.call(projects.get, { params: { id } })
  const before = await get(empty.vendorId)
  for (let n = 0; n < 2; n++) valueOf(await board.archiveProject(pair.client, empty.vendorId, 'Made twice.'))
  expect(await get(empty.vendorId)).toEqual({
    ...before,
    status: 'archived',
    description: `Made twice.\n\n${marker}`,
    updated_at: expect.any(String),
  })
  valueOf(await board.archiveProject(pair.client, '41', 'Made twice.'))
  expect(await get('41')).toMatchObject({
    status: 'active',
    description: expect.stringMatching(/^Made twice\./),
  })
  expect((await board.archiveProject(pair.client, '4000', 'x')).ok).toBe(false)
})

test('a task that somebody moved to another project is found all the same', async () => {
  const pair = setUp()
  const made = valueOf(await board.createTask(pair.client, draft))
  await pair.client.call(tasks.update, { params: { id: made.vendorId }, body: { project_id: 42 } })
  const [found] = await board.findTasks(pair.client, marker)
  expect(found).toMatchObject({ vendorId: made.vendorId, projectId: '42' })
})

test('nothing found in a list that was not seen whole is an error, not an answer', async () => {
  const pair = setUp({ switches: { page: 'ignored', pageSize: '2' } })
  await expect(board.findTasks(pair.client, marker)).rejects.toMatchObject({
    code: 'incomplete_list',
    verdict: 'retryable',
  })
})

test('where descriptions have another name, a look-up says so instead of finding nothing', async () => {
  const map = JSON.stringify({ fields: { task: { description: ['notes'] } } })
  const pair = setUp({ settings: { map } })
  await expect(board.findTasks(pair.client, marker)).rejects.toMatchObject({
    code: 'incomplete_list',
    message: '/tasks has no notes: name the field in the client map',
  })
})

test('a success that names nothing is ambiguous', async () => {
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      return init.method === 'POST'
        ? { status: 204, headers: answer.headers, text: () => Promise.resolve('') }
        : answer
    }
  const pair = setUp({ between })
  expect(await board.createTask(pair.client, draft)).toMatchObject({
    ok: false,
    error: { verdict: 'ambiguous' },
  })
  expect(await board.findTasks(pair.client, marker)).toHaveLength(1)
})

test('a project is made once for its marker', async () => {
  const pair = setUp()
  const wanted = { customerId: '302', name: 'Security', marker: '[WF-0000000001]' }
  const first = valueOf(await board.ensureProject(pair.client, wanted))
  expect(first).toMatchObject({ name: 'Security', customerId: '302' })
  expect(valueOf(await board.ensureProject(pair.client, wanted)).vendorId).toBe(first.vendorId)
  expect(pair.sent).toEqual(['POST'])
})

test.each<Trouble>(['drop', 'status', 'html'])(
  '%s after the project was made: asked again, it is found',
  async (kind) => {
    const pair = setUp()
    const wanted = { customerId: '302', name: 'Security', marker: '[WF-0000000001]' }
    pair.trouble(kind)
    expect(await board.ensureProject(pair.client, wanted)).toMatchObject({
      ok: false,
      error: { verdict: 'ambiguous' },
    })
    const found = valueOf(await board.ensureProject(pair.client, wanted))
    expect(pair.sent).toEqual(['POST'])
    const page = await pair.client.call(projects.list)
    expect(
      page.rows.filter((row) => row.description?.includes(wanted.marker)).map((row) => String(row.id)),
    ).toEqual([found.vendorId])
  },
)

test('a project for a client that is not there is refused, not ambiguous', async () => {
  const pair = setUp()
  const result = await board.ensureProject(pair.client, {
    customerId: '9999',
    name: 'x',
    marker: '[WF-0000000001]',
  })
  expect(result).toMatchObject({ ok: false, error: { verdict: 'refused', status: 400 } })
})

test.each([
  ['plain', 'merge'],
  ['plain', 'replace'],
  ['objects', 'replace'],
  ['single', 'replace'],
])(
  'an update keeps everything else, with tasks of shape %s on a server that does %s',
  async (taskShape, put) => {
    const pair = setUp()
    const made = valueOf(await board.createTask(pair.client, draft))
    const params = { id: made.vendorId }
    const before = await pair.client.call(tasks.get, { params })
    Object.assign(pair.switches, { taskShape, put })
    const map = JSON.stringify({ fields: { task: { status: { done: ['Completed', 'done'] } } } })
    const settings = { ...pair.client.settings, ...(taskShape === 'objects' && { map }) }
    Object.assign(pair.client, { settings })
    expect(valueOf(await board.updateTask(pair.client, made.vendorId, { done: true }))).toMatchObject({
      done: true,
    })
    Object.assign(pair.switches, { taskShape: 'plain' })
    const after = await pair.client.call(tasks.get, { params })
    expect(after).toEqual({
      ...before,
      status: 'done',
      completed_at: after.completed_at,
      updated_at: after.updated_at,
    })
    expect(after.completed_at).not.toBeNull()
  },
)

test('an update reads the task afresh: what somebody else wrote meanwhile stays', async () => {
  const pair = setUp({ switches: { put: 'replace' } })
  const made = valueOf(await board.createTask(pair.client, draft))
  await pair.client.call(tasks.update, {
    params: { id: made.vendorId },
    body: { project_id: 41, name: 'Renamed by hand', status: 'review', description: made.description },
  })
  const now = valueOf(await board.updateTask(pair.client, made.vendorId, { severity: 'low' }))
  expect(now).toMatchObject({ name: 'Renamed by hand', status: 'review' })
})

test('a new description keeps the marker, and an update that changes nothing sends nothing', async () => {
  const pair = setUp()
  const made = valueOf(await board.createTask(pair.client, draft))
  const now = valueOf(await board.updateTask(pair.client, made.vendorId, { description: 'Rewritten.' }))
  expect(now.description).toBe(`Rewritten.\n\n${marker}`)
  await board.updateTask(pair.client, made.vendorId, { done: false })
  expect(pair.sent).toEqual(['POST', 'PUT'])
})

test.each<Trouble>(['drop', 'status', 'html'])(
  '%s after an update: it is repeated, for it comes to the same',
  async (kind) => {
    const pair = setUp()
    const made = valueOf(await board.createTask(pair.client, draft))
    pair.trouble(kind)
    expect(valueOf(await board.updateTask(pair.client, made.vendorId, { done: true })).done).toBe(true)
    expect(pair.sent).toEqual(['POST', 'PUT', 'PUT'])
    expect(await marked(pair)).toHaveLength(1)
  },
)

test('a done task is open again with the first word for that; a task that is gone is a 404', async () => {
  const pair = setUp()
  const made = valueOf(await board.createTask(pair.client, draft))
  await board.updateTask(pair.client, made.vendorId, { done: true })
  expect(
    valueOf(await board.updateTask(pair.client, made.vendorId, { done: false, assigneeIds: [] })),
  ).toMatchObject({
    status: 'todo',
    assigneeIds: [],
  })
  await pair.client.call(tasks.delete, { params: { id: made.vendorId } })
  expect(await board.updateTask(pair.client, made.vendorId, { done: true })).toMatchObject({
    ok: false,
    error: { status: 404 },
  })
})

test('two tasks with one marker are both found, the older first', async () => {
  const pair = setUp()
  await board.createTask(pair.client, draft)
  pair.clock.now += 3_600_000
  await board.createTask(pair.client, draft)
  expect((await marked(pair)).map((task) => task.vendorId)).toEqual(['713', '714'])
})
