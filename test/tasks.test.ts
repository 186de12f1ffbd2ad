// Recommended actions as tasks on a board, through the sandbox: made once, whatever happens, and closed from either side.
import { expect, test } from 'vitest'

import { toTaskAnswer } from '../src/api/handlers/tasks.ts'
import { mergeCases } from '../src/pipeline/corrections.ts'
import { deliver, hasOutbox } from '../src/pipeline/outbox.ts'
import { sweep } from '../src/pipeline/sweep.ts'
import { decideWaitingTasks } from '../src/pipeline/tasks.ts'
import { tellCorrection } from '../src/pipeline/tell-correction.ts'
import { listCases } from '../src/store/cases.ts'
import { customersOf, putCustomers } from '../src/store/customers.ts'
import { commentsOf } from '../src/store/case-comments.ts'
import { projectsOf } from '../src/store/projects.ts'
import type { Db } from '../src/store/store.ts'
import { countStrayTasks } from '../src/store/stray-tasks.ts'
import { tasksOfCases } from '../src/store/tasks.ts'
import { listChanges } from '../src/store/ticket-changes.ts'
import { smallHub } from './support/small-hub.ts'

type Small = Awaited<ReturnType<typeof smallHub>>
const advice = 'Recommended:\n- Isolate ws-01\n- Reset the password of its user'

async function withTasks(
  before: (small: Small) => void = () => {},
  between?: Parameters<typeof smallHub>[1],
) {
  const small = await smallHub({}, between, true)
  before(small)
  small.alerts.push({ id: 1, open: true, host: 'ws-01', advice })
  await small.settle()
  return small
}

function atBoard(small: Small): [string, string][] {
  return small.boardPeople!.tickets().map((one) => [one.subject, one.status])
}

async function actions(small: Small) {
  return tasksOfCases(small.store.db, [(await small.onlyCase()).id])
}

async function shown(small: Small) {
  return (await actions(small)).map(toTaskAnswer)
}

const both: [string, string][] = [
  ['Isolate ws-01', 'todo'],
  ['Reset the password of its user', 'todo'],
]

test('each recommended action is one task in one project of the customer, however often it is recommended', async () => {
  const small = await withTasks()
  expect(atBoard(small)).toEqual(both)
  small.alerts.push({ id: 2, open: true, host: 'ws-01', advice: 'isolate WS-01.\nBlock 10.0.0.1' })
  await small.settle()
  await small.settle()
  expect(atBoard(small)).toEqual([...both, ['Block 10.0.0.1', 'todo']])
  const own = await small.onlyCase()
  expect(await projectsOf(small.store.db, [own.tenantId])).toMatchObject([{ vendorId: expect.any(String) }])
  const changes = (await listChanges(small.store.db, { limit: 100 })).map((one) => `${one.kind} ${one.state}`)
  expect(changes.toSorted()).toEqual([
    'create sent',
    'note sent',
    'project sent',
    'task sent',
    'task sent',
    'task sent',
  ])
  const { customerName } = small.boardPeople!.tickets()[0]!
  expect(small.world.customers.map((one) => one.name)).toContain(customerName)
})

for (const fault of [
  { kind: 'drop-after' as const, method: 'POST', path: '/tasks' },
  { kind: 'status-after' as const, status: 502, method: 'POST', path: '/tasks' },
  { kind: 'drop' as const, method: 'POST', path: '/tasks' },
  { kind: 'drop-after' as const, method: 'POST', path: '/projects' },
  { kind: 'status-after' as const, status: 502, method: 'POST', path: '/projects' },
])
  test(`a POST to ${fault.path} that meets ${fault.kind} leaves exactly one of it`, async () => {
    const small = await withTasks(({ sandbox }) => sandbox.faults.rules.push({ ...fault, times: 1 }))
    await small.settle()
    expect(atBoard(small)).toEqual(both)
    expect((await shown(small)).map((one) => one.state)).toEqual(['open', 'open'])
    const met = (await listChanges(small.store.db, { limit: 100 })).filter((one) => one.ambiguities > 0)
    expect(met).toHaveLength(1)
  })

/** The first POST of its kind is carried out when the test says so: long after everybody has given up on it. */
function carriedOutLate(what = '/tasks') {
  const late: (() => Promise<unknown>)[] = []
  const between: Parameters<typeof smallHub>[1] = (fetch) => async (url, init) => {
    const isMeant = init.method === 'POST' && new URL(url).pathname.endsWith(what)
    if (!isMeant || late.length > 0) return fetch(url, init)
    late.push(() => fetch(url, init))
    throw new Error('the connection broke')
  }
  return { between, arrive: () => late[0]!() }
}

async function sweepBoard(small: Small, holder = small.hub): Promise<number | undefined> {
  small.clock.now += small.hour / 6
  return sweep(
    holder,
    small.hub.live.find((one) => one.connector.board !== undefined)!,
  )
}

function boardOf(small: Small) {
  const { connector, client } = small.hub.live.find((one) => one.connector.board !== undefined)!
  return { board: connector.board!, client }
}

const twin: [string, string] = ['Isolate ws-01', 'done']

test('a task that was carried out twice by a late answer is found by its marker: one stays, the other says why it is done', async () => {
  const { between, arrive } = carriedOutLate()
  const asked: string[] = []
  const small = await withTasks(undefined, (fetch) =>
    between((url, init) => (asked.push(`${init.method} ${new URL(url).pathname}`), fetch(url, init))),
  )
  expect(atBoard(small)).toEqual(both)
  await arrive()
  expect(atBoard(small)).toEqual([...both, ['Isolate ws-01', 'todo']])
  expect(await sweepBoard(small)).toBe(1)
  expect(atBoard(small)).toEqual([...both, twin])
  const board = small.hub.live.find((one) => one.connector.board !== undefined)!
  const [own] = await actions(small)
  const found = await board.connector.board!.findTasks(board.client, own!.marker)
  const stray = found.find((one) => one.vendorId !== own!.vendorId)
  expect(stray?.description).toMatch(
    `Watchfloor made this task twice. Work goes on in task ${own!.vendorId}: `,
  )
  expect(await countStrayTasks(small.store.db)).toBe(1)
  const told = await commentsOf(small.store.db, (await small.onlyCase()).id)
  expect(told.map((one) => one.body)).toEqual([
    `The task “Isolate ws-01” stood twice at rockety: ${stray!.vendorId} was set done, the other stays.`,
  ])

  // It is no news to our own task, and no more of it is said or written.
  await small.settle()
  asked.length = 0
  expect(await sweepBoard(small)).toBe(0)
  expect(asked.filter((one) => !one.startsWith('GET'))).toEqual([])
  expect((await actions(small)).map((one) => one.done)).toEqual([false, false])
  // What somebody takes up again is left to them.
  small.boardPeople!.act(stray!.vendorId, { kind: 'reopen', by: small.by })
  expect(await sweepBoard(small)).toBe(0)
  expect(atBoard(small).at(-1)).toEqual(['Isolate ws-01', 'in_progress'])
})

test('whoever ticked off the wrong one of two tasks has done the work', async () => {
  const { between, arrive } = carriedOutLate()
  const small = await withTasks(undefined, between)
  await arrive()
  small.boardPeople!.act(small.boardPeople!.tickets().at(-1)!.id, { kind: 'resolve', by: small.by, text: '' })
  expect(await sweepBoard(small)).toBe(1)
  await small.settle()
  expect(atBoard(small)).toEqual([['Isolate ws-01', 'done'], both[1], twin])
  expect((await actions(small)).map((one) => one.done)).toEqual([true, false])
})

test('a sweep that dies after its write says it once, and folds nothing twice', async () => {
  const { between, arrive } = carriedOutLate()
  const small = await withTasks(undefined, between)
  await arrive()
  const store = { ...small.store, transaction: () => Promise.reject(new Error('died')) }
  await expect(sweepBoard(small, { ...small.hub, store })).rejects.toThrow('died')
  expect(atBoard(small)).toEqual([...both, twin])
  expect(await sweepBoard(small)).toBe(1)
  expect(atBoard(small)).toEqual([...both, twin])
  expect(await countStrayTasks(small.store.db)).toBe(1)
})

test('a project that was carried out twice by a late answer is archived with a word why, and told once', async () => {
  const { between, arrive } = carriedOutLate('/projects')
  const small = await withTasks(undefined, between)
  await arrive()
  const { board, client } = boardOf(small)
  const [own] = await projectsOf(small.store.db, [(await small.onlyCase()).tenantId])
  expect(await board.findProjects(client, own!.marker)).toHaveLength(2)
  expect(await sweepBoard(small)).toBe(1)
  const found = await board.findProjects(client, own!.marker)
  const stray = found.find((one) => one.vendorId !== own!.vendorId)!
  expect(stray.description).toMatch(
    `Watchfloor made this project twice. Work goes on in project ${own!.vendorId}: `,
  )
  const told = await commentsOf(small.store.db, (await small.onlyCase()).id)
  expect(told.map((one) => one.body)).toEqual([expect.stringContaining('stood twice at rockety')])
  small.clock.now += small.hour
  expect(await sweepBoard(small)).toBe(0)
  small.alerts.push({ id: 2, open: true, host: 'ws-01', advice: 'Block 10.0.0.1' })
  await small.settle()
  expect((await board.findTasks(client, (await actions(small)).at(-1)!.marker))[0]?.projectId).toBe(
    own!.vendorId,
  )
})

test('where no task was sent twice the sweep asks the board nothing', async () => {
  const asked: string[] = []
  const small = await withTasks(undefined, (fetch) => (url, init) => {
    asked.push(url)
    return fetch(url, init)
  })
  asked.length = 0
  expect(await sweepBoard(small)).toBe(0)
  expect(asked).toEqual([])
})

test('a process that dies between the request and its answer leaves exactly one task', async () => {
  let sent = 0
  const underWay = Promise.withResolvers<void>()
  const small = await smallHub(
    {},
    (fetch) => async (url, init) => {
      const answer = await fetch(url, init)
      if (init.method !== 'POST' || !new URL(url).pathname.endsWith('/tasks') || sent++ > 0) return answer
      underWay.resolve()
      return new Promise(() => {}) // nobody is there any more to hear it
    },
    true,
  )
  small.alerts.push({ id: 1, open: true, host: 'ws-01', advice })
  void small.settle()
  await underWay.promise
  small.clock.now += small.hour
  const other = { ...small.hub, holder: 'the next process' }
  for (let round = 0; round < 12; round++) {
    for (const live of other.live.filter(hasOutbox)) while ((await deliver(other, live)) !== 0);
    small.clock.now += 45_000
  }
  expect(atBoard(small)).toEqual(both)
  expect(sent).toBe(2)
})

test('a task done at the board is done here, with who and when, and our own changes do not come back', async () => {
  const small = await withTasks()
  const [first] = small.boardPeople!.tickets()
  small.boardPeople!.act(first!.id, { kind: 'resolve', by: small.by, text: '' })
  await small.settle()
  const [done, open] = await actions(small)
  expect(done).toMatchObject({ done: true, closedBy: expect.any(String), closedAt: expect.any(Number) })
  expect(open).toMatchObject({ done: false })
  small.alerts[0]!.open = false
  await small.settle()
  await small.settle()
  expect(atBoard(small).map(([, status]) => status)).toEqual(['done', 'done'])
  expect((await actions(small)).map((one) => one.closedBy)).toEqual([expect.any(String), null])
  small.alerts[0]!.open = true
  await small.settle()
  await small.settle()
  expect((await actions(small)).map((one) => one.done)).toEqual([true, false])
  expect(atBoard(small).map(([, status]) => status === 'done')).toEqual([true, false])
})

test('a ticket resolved by a technician sets the tasks of its case done', async () => {
  const small = await withTasks()
  const [ticket] = await small.tickets()
  small.people.act(ticket!.vendorId, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  expect(atBoard(small).map(([, status]) => status)).toEqual(['done', 'done'])
  expect((await actions(small)).map((one) => one.closedBy)).toEqual([null, null])
})

test('a status write whose answer is lost is looked up, not repeated, and does not pass for a technician’s', async () => {
  const small = await withTasks()
  small.sandbox.faults.rules.push({ kind: 'drop-after', method: 'PUT', path: '/tasks', times: 1 })
  small.alerts[0]!.open = false
  await small.settle()
  await small.settle()
  expect(atBoard(small).map(([, status]) => status)).toEqual(['done', 'done'])
  expect((await actions(small)).map((one) => one.closedBy)).toEqual([null, null])
})

test('a deleted task is told on its case and not made again', async () => {
  const small = await withTasks()
  small.boardPeople!.act(small.boardPeople!.tickets()[0]!.id, { kind: 'delete', by: small.by })
  small.alerts.push({ id: 2, open: true, host: 'ws-01', advice })
  await small.settle()
  await small.settle()
  expect(atBoard(small)).toEqual([both[1]])
  expect((await actions(small)).map((one) => one.gone)).toEqual([true, false])
  const told = await commentsOf(small.store.db, (await small.onlyCase()).id)
  expect(told.map((one) => one.body)).toEqual([
    'The task “Isolate ws-01” was deleted at rockety. It is not made again.',
  ])
})

test('without a board nothing is kept; a tenant that no board knows waits, and is served once it is linked', async () => {
  const plain = await smallHub()
  plain.alerts.push({ id: 1, open: true, host: 'ws-01', advice })
  await plain.settle()
  expect(await actions(plain)).toEqual([])

  const links = async (db: Db) => (await customersOf(db)).filter((one) => one.connectionId === 'rockety')
  let held: Awaited<ReturnType<typeof links>> = []
  const small = await smallHub({}, undefined, true)
  await small.store.transaction(async (tx) => {
    held = await links(tx)
    await putCustomers(
      tx,
      held.map((one) => ({ ...one, tenantId: null, manual: true })),
    )
  })
  small.alerts.push({ id: 1, open: true, host: 'ws-01', advice })
  await small.settle()
  expect(atBoard(small)).toEqual([])
  expect((await shown(small)).map((one) => one.state)).toEqual(['no customer', 'no customer'])
  await small.store.transaction(async (tx) => {
    await putCustomers(tx, held)
    await decideWaitingTasks(tx, small.hub, held, small.clock.now)
  })
  await small.settle()
  expect(atBoard(small)).toEqual(both)
  expect((await shown(small)).map((one) => one.state)).toEqual(['open', 'open'])
})

test('a project that is refused is asked for again with the next news', async () => {
  const fault = { kind: 'status' as const, status: 401, method: 'POST', path: '/projects', times: 1 }
  const small = await withTasks(({ sandbox }) => sandbox.faults.rules.push(fault))
  expect((await shown(small)).map((one) => one.state)).toEqual(['no project', 'no project'])
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  expect(atBoard(small)).toEqual(both)
})

test('a task that is refused is shown as refused, and the others are made', async () => {
  // Also as it is sent again, under every name that its text may have.
  const fault = { kind: 'status' as const, status: 400, method: 'POST', path: '/tasks', times: 2 }
  const small = await withTasks(({ sandbox }) => sandbox.faults.rules.push(fault))
  expect((await shown(small)).map((one) => one.state)).toEqual(['refused', 'open'])
  small.alerts[0]!.open = false
  await small.settle()
  expect((await shown(small)).map((one) => one.state)).toEqual(['refused', 'done'])
})

test('the tasks of a case that is merged into another are done with, and their actions stand there', async () => {
  const small = await withTasks()
  small.alerts.push({ id: 2, open: true, host: 'srv-09', advice: 'Restore srv-09' })
  await small.settle()
  const cases = await listCases(small.store.db, { limit: 10 })
  expect(cases).toHaveLength(2)
  const by = { who: 'Ada', why: '', now: small.clock.now }
  await small.store.transaction(async (tx) => {
    const [one, other] = cases
    await tellCorrection(tx, small.hub, await mergeCases(tx, one!.id, other!.id, by), by)
  })
  await small.settle()
  const open = atBoard(small).filter(([, status]) => status !== 'done')
  expect(open.map(([subject]) => subject).toSorted()).toEqual([
    'Isolate ws-01',
    'Reset the password of its user',
    'Restore srv-09',
  ])
})

test('a quiet cycle of the tasks feed asks once and writes nothing', async () => {
  const asked: string[] = []
  const small = await withTasks(undefined, (fetch) => (url, init) => {
    asked.push(`${init.method} ${new URL(url).pathname}`)
    return fetch(url, init)
  })
  await small.settle()
  asked.length = 0
  const before = await listChanges(small.store.db, { limit: 100 })
  await small.read('tasks')
  for (const one of small.hub.live.filter(hasOutbox)) expect(await deliver(small.hub, one)).toBe(0)
  expect(asked).toHaveLength(1)
  expect(await listChanges(small.store.db, { limit: 100 })).toEqual(before)
})
