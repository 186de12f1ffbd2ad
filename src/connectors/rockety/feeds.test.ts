// The feeds: whole lists are compared with what we hold, and only what changed becomes a Record.
import { expect, test } from 'vitest'

import { toRecord } from '../../domain/record.ts'
import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Holding } from '../conformance.ts'
import type { Feed } from '../feed.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import { clients } from './clients.ts'
import connector from './index.ts'
import { projects } from './projects.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const feed = (name: string): Feed => connector.feeds.find((one) => one.name === name)!

interface Open extends Pair {
  requests: string[]
  holding: Holding
  /** Runs the feed once; the ids of the rows that it brought. */
  run(): Promise<string[]>
}

function setUp(name: string, options: Partial<PairOptions> = {}): Open {
  const world = makeWorld({ seed: 9, customers: 30, start, days: 1 })
  const requests: string[] = []
  const between = (fetch: Fetch): Fetch => {
    const inner = options.between?.(fetch) ?? fetch
    return (url, init) => {
      requests.push(`${init.method} ${url.slice(url.indexOf('/v1') + 3)}`)
      return inner(url, init)
    }
  }
  const pair = openPair(connector, { world, now: start, ...options, between })
  const holding = new Holding()
  const run = async (): Promise<string[]> => {
    const rows: string[] = []
    requests.length = 0
    await holding.run(feed(name), pair.client, pair.clock.now, [], (batch) =>
      rows.push(...batch.rows.map((row) => row.vendorId)),
    )
    return rows
  }
  return { ...pair, requests, holding, run }
}

test('customers are the clients, by their names', async () => {
  const { holding, run } = setUp('customers')
  expect(await run()).toHaveLength(30)
  const world = makeWorld({ seed: 9, customers: 30, start, days: 1 })
  const named = [...holding.latest.values()].map((row) =>
    feed('customers').toCustomer?.(toRecord('c', 'customers', row, 0)),
  )
  expect(named.map((one) => one?.name)).toEqual(world.customers.map((customer) => customer.name))
  expect(named[0]?.vendorId).toBe('301')
})

test('a second run without changes brings nothing, and reads the list whole', async () => {
  const { run, requests, holding } = setUp('tasks')
  expect(await run()).toHaveLength(90)
  expect(await run()).toEqual([])
  expect(requests).toEqual([
    'GET /tasks?page=1',
    'GET /tasks?page=2',
    'GET /tasks?page=3',
    'GET /tasks?page=4',
  ])
  expect(holding.incomplete).toEqual([])
})

test('what changed, what is new and what is gone become Records', async () => {
  const { client, run, holding, clock } = setUp('tasks')
  await run()
  clock.now += 60_000
  await client.call(tasks.update, { params: { id: 705 }, body: { status: 'review' } })
  const made = await client.call(tasks.create, { body: { project_id: 41, name: 'New' } })
  await client.call(tasks.delete, { params: { id: 702 } })
  expect(await run()).toEqual(['705', String(made.id), '702'])
  expect(holding.latest.get('702')?.body).toBe('{"id":"702","deleted":true}')
  expect(JSON.parse(holding.latest.get('705')!.body)).toMatchObject({ status: 'review' })
  expect(await run()).toEqual([])
})

test('two changes within one second are both seen, though updated_at is the same', async () => {
  const { client, run } = setUp('tasks')
  await client.call(tasks.update, { params: { id: 705 }, body: { priority: 'low' } })
  await run()
  await client.call(tasks.update, { params: { id: 705 }, body: { priority: 'urgent' } })
  expect(await run()).toEqual(['705'])
})

test('projects name their client; a project that left the list but is there is told as it is', async () => {
  let hidden = ''
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      if (hidden === '' || !url.includes('?page=')) return answer
      const body = JSON.parse(await answer.text()) as { data: { id: number }[]; meta: { total: number } }
      body.data = body.data.filter((row) => String(row.id) !== hidden)
      body.meta.total--
      return {
        ...answer,
        status: 200,
        headers: answer.headers,
        text: () => Promise.resolve(JSON.stringify(body)),
      }
    }
  const { client, run, holding } = setUp('projects', { between })
  await run()
  expect(holding.latest.get('41')).toMatchObject({ customerId: '301', open: false })
  await client.call(projects.update, { params: { id: 41 }, body: { status: 'archived' } })
  hidden = '41'
  expect(await run()).toEqual(['41'])
  expect(JSON.parse(holding.latest.get('41')!.body)).toMatchObject({ status: 'archived' })
  expect(holding.latest.get('41')).toMatchObject({ customerId: '301' })
  expect(await run()).toEqual([])
})

test('a deleted client is told of nobody any more', async () => {
  const { client, run, holding } = setUp('customers')
  await run()
  await client.call(clients.delete, { params: { id: 301 } })
  await run()
  const record = toRecord('c', 'customers', holding.latest.get('301')!, 0)
  expect(feed('customers').toCustomer?.(record)).toBeUndefined()
})

test('a walk that does not reconcile keeps its rows, says so, and does not forget what it held', async () => {
  const { run, holding, switches } = setUp('tasks')
  await run()
  const before = holding.cursor
  switches['page'] = 'ignored'
  expect(await run()).toEqual([])
  expect(holding.incomplete).toEqual(['the vendor declares 90 rows, 25 were read'])
  expect(holding.cursor).toEqual(before)
})

test('a process that dies in the middle starts again and misses nothing', async () => {
  const { client, holding, run, clock } = setUp('tasks')
  const died = new Error('died')
  const dying = holding.run(feed('tasks'), client, clock.now, [], () => {
    if (holding.batches === 2) throw died
  })
  await expect(dying).rejects.toBe(died)
  expect(holding.latest.size).toBe(50)
  expect(await run()).toHaveLength(40)
  expect(holding.latest.size).toBe(90)
})

test.each([
  ['missing', 'this account does not have it'],
  ['forbidden', 'no permission'],
])(
  'a resource that is %s is switched off with a notice, never green, and asked for again after an hour',
  async (kind, notice) => {
    const { run, requests, holding, switches, clock } = setUp('users', { switches: { [kind]: 'users' } })
    await run()
    expect(holding.incomplete).toHaveLength(1)
    expect(holding.incomplete[0]).toContain(notice)
    await run()
    expect(requests).toEqual([])
    expect(holding.incomplete[0]).toContain(notice)
    switches[kind] = ''
    clock.now += 3_600_000
    expect(await run()).toHaveLength(3)
    expect(holding.incomplete).toEqual([])
  },
)

test('projects are not optional: without them the connection is broken', async () => {
  const { run } = setUp('projects', { switches: { missing: 'projects' } })
  await expect(run()).rejects.toMatchObject({ status: 404 })
})

test('rows that cannot be read are set apart with their reason; ids beyond 2^53 stay exact', async () => {
  const body =
    '{"data":[{"id":9007199254740993,"name":"Big"},{"name":"No id"}],"meta":{"total":2,"total_pages":1,"current_page":1}}'
  const between = (): Fetch => () =>
    Promise.resolve({ status: 200, headers: { get: () => null }, text: () => Promise.resolve(body) })
  const { run, holding } = setUp('tasks', { between })
  expect(await run()).toEqual(['9007199254740993'])
  expect(holding.rejected).toMatchObject([{ raw: '{"name":"No id"}' }])
  expect(holding.latest.get('9007199254740993')?.body).toBe('{"id":9007199254740993,"name":"Big"}')
  expect(holding.incomplete).toEqual([])
})

test.each<Record<string, string>>([
  { envelope: 'bare' },
  { taskShape: 'objects' },
  { organisation: 'organization_id' },
  { listDescriptions: 'absent' },
])('tasks are read whole where the account answers with %o', async (switches) => {
  const { run, holding } = setUp('tasks', { switches })
  expect(await run()).toHaveLength(90)
  expect(holding.rejected).toEqual([])
})

test.each(['401', '403'])(
  'tasks that the token may not read rest, and say why: status %s',
  async (forbiddenStatus) => {
    const { run, holding } = setUp('tasks', { switches: { forbidden: 'tasks', forbiddenStatus } })
    expect(await run()).toEqual([])
    expect(holding.incomplete).toEqual([expect.stringMatching(/switched off, no permission/)])
  },
)
