import { beforeEach, expect, test } from 'vitest'
import type { Finding } from '../domain/finding.ts'
import { markerOf } from '../domain/id.ts'
import { putCases } from '../store/cases.ts'
import { putBudget } from '../store/budgets.ts'
import { putConnection } from '../store/connections.ts'
import { putCustomers } from '../store/customers.ts'
import { putDeadLetter } from '../store/dead-letters.ts'
import { putEdges } from '../store/edges.ts'
import { putFindings } from '../store/findings.ts'
import { putRun } from '../store/runs.ts'
import { type Store, openStore } from '../store/store.ts'
import { putTenants } from '../store/tenants.ts'
import { customer } from '../store/testing.ts'
import { freshSqlite } from '../store/testing.ts'
import { putChanges } from '../store/ticket-changes.ts'
import { putTicket } from '../store/tickets.ts'
import { contractAt } from './contract.ts'
import { instant } from './ask.ts'
import { createApi } from './serve.ts'

const t = Date.UTC(2026, 10, 22, 12)
const feeds = [
  { name: 'customers', kind: 'customers', everyMs: 600_000 },
  { name: 'incidents', kind: 'findings', everyMs: 60_000 },
]
let store: Store
let now = t
let troubles: unknown[] = []

beforeEach(async () => {
  store = await openStore(await freshSqlite())
  now = t
  troubles = []
})

function api() {
  const ask = () => ({ db: store.db, now, feedsOf: (vendor: string) => (vendor === 'acme' ? feeds : []) })
  return createApi({
    origin: 'http://hub.test',
    ask,
    random: () => 0.5,
    onError: (error) => troubles.push(error),
  })
}

async function get(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const [path = '', search = ''] = target.split('?')
  const answer = await api()({ method, path, search, headers, body: '', ip: '127.0.0.1' })
  return { ...answer, json: JSON.parse(answer.body) }
}

async function connect(): Promise<void> {
  await putConnection(store.db, {
    id: 'acme',
    vendor: 'acme',
    name: 'Acme',
    settings: {},
    secrets: '',
    createdAt: t,
  })
}

async function ran(feed: string, outcome: 'ok' | 'incomplete' | 'failed', endedAt: number): Promise<void> {
  const run = {
    id: `run_${feed}_${endedAt}`,
    connectionId: 'acme',
    feed,
    startedAt: endedAt - 10,
    endedAt,
    outcome,
    rows: 1,
    requests: 1,
    wholeAt: outcome === 'ok' ? endedAt - 10 : null,
    turns: 1,
  }
  await putRun(store.db, { ...run, error: outcome === 'ok' ? null : 'no answer within 30 s' })
}

async function fill(count: number): Promise<void> {
  await putTenants(store.db, [{ id: 'ten_1', name: 'Harbor Dental', mergedInto: null }])
  const cases = Array.from({ length: count }, (_, i) => ({
    id: `case_${i}`,
    tenantId: 'ten_1',
    title: `Case ${i}`,
    severity: 'high' as const,
    status: i % 2 === 0 ? ('open' as const) : ('resolved' as const),
    firstTime: t - Math.floor(i / 3) * 1000, // ties: three of each time
    lastTime: t,
    findingCount: 1,
    mergedInto: null,
    marks: [],
    createdAt: t,
    updatedAt: t,
  }))
  await putCases(store.db, cases)
  const changes = cases.map((own) => ({
    id: `chg_${own.id}`,
    caseId: own.id,
    connectionId: 'desk',
    kind: 'create' as const,
    version: 1,
    payload: {
      kind: 'create' as const,
      marker: markerOf(own.id),
      customerId: '1',
      subject: own.title,
      body: '',
      severity: 'high',
      hostname: null,
    },
    state: 'sent' as const,
    attempts: 1,
    lookups: 0,
    ambiguities: 0,
    settledByLookup: false,
    dueAt: t,
    sentAt: t,
    vendorId: '1',
    error: null,
    createdAt: t,
  }))
  await putChanges(store.db, changes)
}

test('health: nothing connected is not operational', async () => {
  expect((await get('/system/health')).json).toMatchObject({
    status: 'degraded',
    reasons: ['no connection: nothing is read'],
  })
})

test.each<[state: string, run: ['ok' | 'incomplete' | 'failed', number] | undefined]>([
  ['never', undefined],
  ['ok', ['ok', t - 1000]],
  ['ok', ['ok', t - 200_000]],
  ['stale', ['ok', t - 300_000]],
  ['incomplete', ['incomplete', t - 1000]],
  ['failed', ['failed', t - 1000]],
])('health: a feed is %s after %o', async (state, run) => {
  await connect()
  await ran('customers', 'ok', t - 1000)
  if (run !== undefined) await ran('incidents', ...run)
  const { json } = await get('/system/health')
  expect(json.feeds.map((feed: any) => [feed.feed, feed.state])).toEqual([
    ['customers', 'ok'],
    ['incidents', state],
  ])
  expect(json.status).toBe(state === 'ok' ? 'operational' : 'degraded')
  expect(json.reasons).toHaveLength(state === 'ok' ? 0 : 1)
})

test('health: an older success does not hide a later failure', async () => {
  await connect()
  await ran('customers', 'ok', t - 1000)
  await ran('incidents', 'ok', t - 5000)
  await ran('incidents', 'failed', t - 1000)
  expect((await get('/system/health')).json.feeds[1]).toMatchObject({
    state: 'failed',
    age_seconds: 1,
    error: 'no answer within 30 s',
  })
})

test('health: what waits, what is unclear and what was refused is counted and degrades', async () => {
  await connect()
  for (const feed of feeds) await ran(feed.name, 'ok', t - 1000)
  await fill(4)
  await store.db
    .updateTable('ticket_changes')
    .set({ state: 'ambiguous' })
    .where('id', '=', 'chg_case_0')
    .execute()
  await store.db
    .updateTable('ticket_changes')
    .set({ state: 'refused' })
    .where('id', '=', 'chg_case_1')
    .execute()
  await store.db
    .updateTable('ticket_changes')
    .set({ state: 'pending', created_at: t - 360_000 })
    .where('id', '=', 'chg_case_2')
    .execute()
  await putFindings(store.db, [finding('fnd_1', null)])
  await putDeadLetter(store.db, { stage: 'normalise', ref: 'rec_1', reason: 'odd', body: 'secret' }, t)
  const { json } = await get('/system/health')
  expect(json).toMatchObject({
    status: 'degraded',
    quarantined: 1,
    dead_letters: 1,
    ambiguous_writes: 1,
    cases: { open: 2, resolved: 2 },
  })
  expect(json.reasons).toEqual([
    `1 finding waits for a customer to be linked, the oldest since ${new Date(t).toISOString().slice(0, 19)}Z`,
    '1 dead letter to be looked at',
    '1 write being looked up',
    '1 write waits for more than five minutes',
    '1 write was refused by the ticketing vendor',
  ])
})

test('cases: every one exactly once over pages of any size, newest first', async () => {
  await fill(23)
  for (const limit of [1, 4, 23, 50]) {
    const seen: string[] = []
    let cursor = ''
    do {
      const { json } = await get(`/cases?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...json.data.map((one: any) => one.id))
      expect(json.pagination).toMatchObject({ limit, has_more: json.pagination.next_cursor !== null })
      cursor = json.pagination.next_cursor ?? ''
    } while (cursor !== '')
    expect(seen).toHaveLength(23)
    expect(new Set(seen).size).toBe(23)
  }
  const { json } = await get('/cases?status=open')
  expect(json.data).toHaveLength(12)
  expect(json.pagination.limit).toBe(50)
})

test('a cursor of another list, filter or making is refused', async () => {
  await fill(5)
  const { json } = await get('/cases?limit=1')
  const cursor = json.pagination.next_cursor
  for (const target of [
    `/cases?status=open&cursor=${cursor}`,
    `/deliveries?cursor=${cursor}`,
    '/cases?cursor=x',
    '/tickets?cursor=bnVsbA',
  ]) {
    const answer = await get(target)
    expect([answer.status, answer.json.error.code]).toEqual([400, 'invalid_cursor'])
  }
})

test('one case: why its findings belong together, its tickets, its deliveries in the order decided', async () => {
  await fill(1)
  const caseId = 'case_0'
  await putFindings(store.db, [
    { ...finding('fnd_1', 'ten_1'), caseId },
    { ...finding('fnd_2', 'ten_1'), caseId },
  ])
  await putEdges(store.db, [
    { caseId: 'case_0', findingId: 'fnd_1', reason: 'first finding of the case', weight: 0 },
    { caseId: 'case_0', findingId: 'fnd_2', reason: 'same host ws-01, 4 min apart', weight: 1.5 },
  ])
  const marker = markerOf('case_0')
  const ticket = {
    id: 'tkt_1',
    caseId: 'case_0',
    connectionId: 'desk',
    vendorId: '9',
    number: '1009',
    marker,
    url: null,
    foldedInto: null,
    gone: null,
    seen: null,
    agreed: {},
    createdAt: t,
  }
  await putTicket(store.db, ticket)
  const { json } = await get('/cases/case_0')
  expect(json).toMatchObject({
    id: 'case_0',
    marker,
    tenant: 'Harbor Dental',
    ticket: { number: '1009' },
    findings: [
      { id: 'fnd_1', reason: 'first finding of the case', record_id: 'rec_fnd_1' },
      { id: 'fnd_2', reason: 'same host ws-01, 4 min apart' },
    ],
    deliveries: [{ kind: 'create', state: 'sent' }],
    first_time: '2026-11-22T12:00:00Z',
  })
  for (const reference of [
    marker.slice(1, -1),
    encodeURIComponent(marker),
    marker.slice(1, -1).toLowerCase(),
  ]) {
    expect((await get(`/cases/${reference}`)).json.id).toBe('case_0')
  }
})

test('a case is found by its marker before it has a ticket', async () => {
  await fill(3)
  expect((await get(`/cases/${markerOf('case_2').slice(1, -1)}`)).json.id).toBe('case_2')
})

test('customers: who waits, with a row for what belongs to nobody', async () => {
  await putTenants(store.db, [{ id: 'ten_1', name: 'Harbor Dental', mergedInto: null }])
  await putCustomers(store.db, [
    customer('acme', '1', { name: 'Harbor Dental', tenantId: 'ten_1', reason: 'same name' }),
    customer('acme', '2', { name: 'Nobody', reason: 'no tenant is called Nobody' }),
  ])
  await putFindings(store.db, [
    { ...finding('fnd_1', null), customerId: '2' },
    { ...finding('fnd_2', null), customerId: null },
  ])
  const { json } = await get('/customers')
  expect(json.data.map((row: any) => [row.name, row.tenant, row.quarantined])).toEqual([
    ['Harbor Dental', 'Harbor Dental', 0],
    ['Nobody', null, 1],
    ['(unknown)', null, 1],
  ])
  expect(json.data[1]).toMatchObject({
    oldest_waiting: expect.any(String),
    doubt: false,
    missing_since: null,
  })
  expect((await get('/customers?limit=2')).json.pagination.has_more).toBe(true)
  expect((await get('/customers/suggestions')).json.data).toMatchObject([{ name: 'Nobody', tenant: null }])
})

test('tenants: a former id leads to the tenant that it was merged into, in cases too', async () => {
  await fill(1)
  await putTenants(store.db, [
    { id: 'ten_1', name: 'Harbor Dental', mergedInto: null },
    { id: 'ten_old', name: 'Harbor Dentists', mergedInto: 'ten_mid' },
    { id: 'ten_mid', name: 'Harbour Dental', mergedInto: 'ten_1' },
  ])
  await putCustomers(store.db, [customer('acme', '1', { name: 'Harbor Dental', tenantId: 'ten_1' })])
  const one = {
    id: 'ten_1',
    former_ids: ['ten_mid', 'ten_old'],
    customers: [{ connection: 'acme', vendor_id: '1', name: 'Harbor Dental' }],
  }
  expect((await get('/tenants')).json.data).toMatchObject([one])
  expect((await get('/tenants/ten_old')).json).toMatchObject(one)
  expect((await get('/tenants/nobody')).status).toBe(404)
  expect((await get('/cases?tenant_id=ten_old')).json.data).toHaveLength(1)
})

test('dead letters and runs are listed, bodies are not', async () => {
  await putDeadLetter(store.db, { stage: 'sync', ref: 'row_1', reason: 'odd', body: 'secret' }, t)
  await ran('incidents', 'failed', t)
  const letters = await get('/dead-letters')
  expect(letters.json.data).toMatchObject([{ stage: 'sync', reason: 'odd', count: 1 }])
  expect(letters.body).not.toContain('secret')
  expect((await get('/runs')).json.data).toMatchObject([
    { connection: 'acme', feed: 'incidents', outcome: 'failed' },
  ])
})

test('budgets tell who holds what, what the vendor taught, and how late an incident can be', async () => {
  await connect()
  await putTenants(store.db, [{ id: 'ten_1', name: 'Harbor Dental', mergedInto: null }])
  await ran('incidents', 'ok', t)
  const rule = { scope: 'credential', requests: 60, windowMs: 60_000, concurrency: 3, guessed: true } as const
  await putBudget(store.db, {
    name: 'acme:0123',
    connections: ['acme'],
    rule,
    holdings: [
      { holder: 'host:1:ab', requests: 8, until: t + 60_000 },
      { holder: '', requests: 5, until: t + 1_000 },
      { holder: 'host:0:aa', requests: 9, until: t - 1 },
    ],
    mood: { factor: 0.5, factorAt: t, pausedUntil: t + 2_000, learned: null },
    version: 1,
    updatedAt: t,
  })
  const { json } = await get('/budgets?customers=200')
  expect(json).toMatchObject({
    customers: 200,
    forecast: expect.stringMatching(/^200 customers: .* at most 61 s late$/),
  })
  expect(json.data).toMatchObject([
    {
      name: 'acme:0123',
      guessed: true,
      pace_percent: 50,
      paused_until: instant(t + 2_000),
      shares: [{ process: 'host:1:ab', requests: 8 }],
      spent: 5,
      open_late_seconds: 61,
      warnings: [],
    },
  ])
  expect((await get('/budgets?customers=0')).json.error.code).toBe('invalid_parameter')
})

test.each([
  ['GET', '/nope', 404, 'endpoint_not_found'],
  ['GET', '/cases/nope', 404, 'resource_not_found'],
  ['POST', '/cases', 405, 'method_not_allowed'],
  ['DELETE', '/cases/1', 405, 'method_not_allowed'],
  ['GET', '/cases?limit=0', 400, 'invalid_parameter'],
  ['GET', '/cases?limit=201', 400, 'invalid_parameter'],
  ['GET', '/cases?limit=x', 400, 'invalid_parameter'],
  ['GET', '/deliveries?state=lost', 400, 'invalid_parameter'],
])('%s %s is answered with %d %s in the one envelope', async (method, target, status, code) => {
  const answer = await get(target, { 'x-request-id': 'abc-1' }, method)
  expect(answer.status).toBe(status)
  const { details: _, ...error } = answer.json.error
  expect(error).toEqual({
    code,
    message: expect.any(String),
    request_id: 'abc-1',
    docs_url: `http://hub.test/errors/${code}`,
  })
  expect(Object.keys(answer.json)).toEqual(['error'])
})

test.each([
  ['abc-1.X_y', 'abc-1.X_y'],
  ['a'.repeat(128), 'a'.repeat(128)],
  ['a'.repeat(129), 'req_ssssssssssss'],
  ['two words', 'req_ssssssssssss'],
  ['<script>', 'req_ssssssssssss'],
])('X-Request-ID %s is answered with %s', async (given, answered) => {
  expect((await get('/cases', { 'x-request-id': given })).headers['x-request-id']).toBe(answered)
})

test('requests at once keep their own ids', async () => {
  const serve = api()
  const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`)
  const answers = await Promise.all(
    ids.map((id) =>
      serve({
        method: 'GET',
        path: id.endsWith('3') ? '/nope' : '/cases',
        search: '',
        headers: { 'x-request-id': id },
        body: '',
        ip: '',
      }),
    ),
  )
  expect(answers.map((answer) => answer.headers['x-request-id'])).toEqual(ids)
})

test('trouble of ours is a 500 that says nothing of the inside, and is told to the log', async () => {
  await store.close()
  const answer = await get('/cases')
  expect([answer.status, answer.json.error.code]).toEqual([500, 'internal_error'])
  expect(answer.json.error.message).not.toMatch(/sql|database|kysely/i)
  expect(troubles).toHaveLength(1)
})

test('the document names every operation, and every operation has an answer', async () => {
  const { json } = await get('/openapi.json')
  const ids = Object.values(json.paths).map((path: any) => path.get.operationId)
  expect(new Set(ids)).toEqual(new Set(Object.values(contractAt('').operations).map((op) => op.id)))
  expect(json.servers).toEqual([{ url: 'http://hub.test/v3' }])
  await fill(2)
  await putTenants(store.db, [{ id: 'case_0', name: 'Harbor Dental', mergedInto: null }])
  for (const op of Object.values(contractAt('').operations)) {
    const { status, json: body } = await get(op.path.replace('{id}', 'case_0'))
    expect([op.id, status]).toEqual([op.id, 200])
    for (const row of op.paging === undefined ? [body] : body.data)
      expect(op.answer.safeParse(row).error).toBeUndefined()
  }
})

function finding(id: string, tenantId: string | null): Finding {
  const entities = [{ kind: 'host' as const, value: 'ws-01' }]
  const rest = { title: id, severity: 'high' as const, open: true, time: t, entities, recordId: `rec_${id}` }
  return { id, connectionId: 'acme', feed: 'incidents', vendorId: id, customerId: '1', tenantId, ...rest }
}
