import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import { alerts, muteSpans } from './alerts.ts'
import { assets } from './assets.ts'
import { comments } from './comments.ts'
import { contacts } from './contacts.ts'
import { customers } from './customers.ts'
import syncro from './index.ts'
import { paged } from './paging.ts'
import { integrationPermissions } from './permissions.ts'
import { tickets } from './tickets.ts'
import { timers } from './ticket-parts.ts'
import { me, users } from './users.ts'

const start = Date.parse('2026-06-01T12:00:00Z')
const world = makeWorld({ seed: 3, customers: 5, start, days: 1 })
const customerId = 34_288_001
const operations = Object.values(syncro.contract.operations)
const json = { 'content-type': 'application/json' }

const guide: readonly string[] = integrationPermissions

function open(options: Partial<PairOptions> = {}): Pair {
  return openPair(syncro, {
    world,
    now: start,
    ...options,
    switches: { rateLimit: '0', ...options.switches },
  })
}

function keyOf(name: string): string {
  return open().state.keys.find((key) => key.name === name)?.value ?? ''
}

const admin = keyOf('Global Admin')

interface Asked {
  status: number
  body: any
  headers: Record<string, string>
}

async function ask(pair: Pair, line: string, body?: unknown, key = admin): Promise<Asked> {
  const [method = 'GET', address = '/'] = line.split(' ')
  const [path = '/', search = ''] = address.split('?')
  const headers = { authorization: `Bearer ${key}`, ...json }
  const answer = await pair.serve({
    method,
    path,
    search,
    headers,
    body: body === undefined ? '' : JSON.stringify(body),
  })
  return { status: answer.status, headers: answer.headers, body: parsed(answer.body) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function ticket(pair: Pair, fields: object = {}): Promise<any> {
  return (await ask(pair, 'POST /tickets', { customer_id: customerId, subject: 'A ticket', ...fields })).body
    .ticket
}

// Tokens and permissions

test('what the 21 cannot do: customers, contacts, devices and timers cannot be written', () => {
  const refused = operations.filter((op) => op.permission?.every((name) => !guide.includes(name)) === true)
  expect(refused.map((op) => op.id).toSorted()).toEqual([
    'assets.create',
    'assets.update',
    'contacts.create',
    'contacts.delete',
    'contacts.update',
    'customers.create',
    'customers.delete',
    'customers.latest',
    'customers.update',
    'phones.create',
    'phones.delete',
    'phones.update',
    'timers.charge',
    'timers.create',
    'timers.delete',
    'timers.list',
    'timers.setBillable',
    'timers.update',
  ])
})

test('401 has two meanings, and GET /me tells them apart', async () => {
  const lacking = await open().client.try(timers.list)
  expect(lacking.ok ? '' : [lacking.error.code, lacking.error.verdict]).toEqual([
    'missing_permission',
    'refused',
  ])
  const expired = await open({ key: keyOf('Expired') }).client.try(timers.list)
  expect(expired.ok ? '' : expired.error.code).toBe('unauthorized')
})

test('the token is taken as Bearer, bare, and in the query string; the client only sends Bearer', async () => {
  const pair = open()
  const forms = [
    { authorization: `Bearer ${admin}` },
    { authorization: `bearer ${admin}` },
    { authorization: admin },
  ]
  for (const headers of forms) expect((await pair.serve({ path: '/me', headers })).status).toBe(200)
  for (const method of ['GET', 'POST']) {
    const path = method === 'GET' ? '/me' : '/tickets'
    const answer = await pair.serve({ method, path, search: `api_key=${admin}`, headers: json, body: '{}' })
    expect(answer.status).toBe(method === 'GET' ? 200 : 422)
  }
  expect((await pair.serve({ path: '/me' })).status).toBe(401)
  const headers: Record<string, string> = {}
  syncro.contract.auth.sign(headers, { apiKey: 'T1-2' })
  expect(headers).toEqual({ authorization: 'Bearer T1-2' })
})

test('a token of two customers gets 404, not 401, on all others', async () => {
  const pair = open()
  const key = keyOf('Two customers only')
  const own = await ticket(pair)
  const foreign = await ticket(pair, { customer_id: customerId + 3 })
  const list = await ask(pair, 'GET /tickets', undefined, key)
  expect(list.body.tickets.map((row: any) => row.id)).not.toContain(foreign.id)
  expect((await ask(pair, `GET /tickets/${own.id}`, undefined, key)).status).toBe(200)
  expect((await ask(pair, `GET /tickets/${foreign.id}`, undefined, key)).status).toBe(404)
  expect((await ask(pair, 'GET /customers', undefined, key)).body.customers).toHaveLength(2)
  expect((await ask(pair, `GET /customers/${customerId + 3}`, undefined, key)).status).toBe(404)
})

test.each([
  ['edit', 'Integration (21 permissions)', 404],
  ['both', 'Integration (21 permissions)', 404],
  ['either', 'No permission at all', 401],
])('a comment under the guard "%s"', async (commentGuard, name, status) => {
  const answer = await ask(open({ switches: { commentGuard } }), 'POST /tickets/0/comment', {}, keyOf(name))
  expect(answer.status).toBe(status)
})

// The wire

test.each(['POST /tickets', 'PUT /tickets/50001', 'POST /rmm_alerts'])(
  '%s without a JSON Content-Type is an HTML 400',
  async (line) => {
    const [method = '', path = ''] = line.split(' ')
    const headers = { authorization: `Bearer ${admin}` }
    for (const type of [{}, { 'content-type': 'application/x-www-form-urlencoded' }]) {
      const answer = await open().serve({ method, path, headers: { ...headers, ...type }, body: 'subject=x' })
      expect([answer.status, answer.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8'])
      expect(answer.body).toMatch(/^<!DOCTYPE html>/)
    }
  },
)

test.each([
  'PUT /rmm_alerts/704001/resolve',
  'POST /rmm_alerts/704001/resolve',
  'POST /rmm_alerts/704001/clear',
  'PUT /rmm_alerts/704001/mute',
  'PUT /rmm_alerts/704001',
  'POST /tickets/50001/timer',
  'GET /tickets/50001/timer',
  'DELETE /customer_assets/12313001',
  'POST /tickets/50001/merge',
  'PUT /tickets/50001/merge',
  'POST /tickets/merge',
  'POST /contacts/import',
  'DELETE /tickets/50001/comments/900001',
  'PUT /tickets/50001/comments/900001',
  'POST /tickets/50001/comments',
  'PATCH /tickets/50001',
  'GET /tickets/abc',
])('%s is not there', async (line) => {
  expect((await ask(open(), line, line.startsWith('GET') ? undefined : {})).status).toBe(404)
})

test('180 requests a minute for one address, however many tokens; another address is free', async () => {
  const pair = open({ switches: { rateLimit: '180' } })
  const get = (key: string, ip: string) =>
    pair.serve({ path: '/me', headers: { authorization: `Bearer ${key}` }, ip })
  const statuses = []
  for (let i = 0; i < 182; i++)
    statuses.push((await get(i % 2 ? admin : pair.state.keys[0]!.value, '10.0.0.1')).status)
  expect(statuses.lastIndexOf(200)).toBe(179)
  const refused = await get(admin, '10.0.0.1')
  expect([refused.status, refused.headers['retry-after'], refused.body]).toEqual([
    429,
    undefined,
    '{"error":"Rate limit exceeded"}',
  ])
  expect((await get(admin, '10.0.0.2')).status).toBe(200)
})

test('the minute may roll or be the clock’s', async () => {
  const grants: Record<string, number> = {}
  for (const rateWindow of ['rolling', 'fixed']) {
    const pair = open({ switches: { rateLimit: '5', rateWindow }, now: start + 50_000 })
    for (let i = 0; i < 6; i++) await ask(pair, 'GET /me')
    pair.clock.now += 15_000
    grants[rateWindow] = (await ask(pair, 'GET /me')).status
  }
  expect(grants).toEqual({ rolling: 429, fixed: 200 })
})

test('the client keeps to 150 a minute and is never refused', async () => {
  const pair = open({ switches: { rateLimit: '180' } })
  await Promise.all(Array.from({ length: 400 }, () => pair.client.call(me.get)))
  expect(pair.clock.now - start).toBeGreaterThanOrEqual(110_000)
})

test('each list has its key, its meta and its page size', async () => {
  const pair = open()
  const metaOf = async (line: string): Promise<string[]> => {
    const { body } = await ask(pair, line)
    return [Object.keys(body)[0] ?? '', ...Object.keys(body.meta ?? {})]
  }
  expect(await metaOf('GET /tickets')).toEqual(['tickets', 'total_pages', 'page'])
  expect(await metaOf('GET /tickets/50001/comments')).toEqual(['comments', 'total_pages', 'page', 'per_page'])
  expect(await metaOf('GET /customers')).toEqual([
    'customers',
    'total_pages',
    'total_entries',
    'per_page',
    'page',
  ])
  expect(await metaOf('GET /contacts')).toEqual([
    'contacts',
    'total_pages',
    'total_entries',
    'per_page',
    'page',
  ])
  expect((await metaOf('GET /customer_assets'))[0]).toBe('assets')
  expect(await metaOf('GET /rmm_alerts')).toEqual(['rmm_alerts', 'total_pages', 'page'])
  expect(await metaOf('GET /ticket_timers')).toEqual(['ticket_timers', 'total_pages', 'page'])
  expect(await metaOf('GET /tickets/50001/worksheet_results')).toEqual(['worksheet_results'])
  for (const line of [
    'GET /users',
    'GET /new_ticket_forms',
    `GET /customers/${customerId}/phones`,
    'GET /customers/autocomplete?query=a',
  ]) {
    expect((await metaOf(line)).slice(1)).toEqual([])
  }
})

test.each([
  ['null', null],
  ['a text', 'Sign in'],
  ['no list', { meta: { total_pages: 1 } }],
  ['null instead of the list', { tickets: null }],
  ['another list', { customers: [] }],
])('%s is not an empty page', (_name, body) => {
  const paging = paged({ key: 'tickets', meta: [], size: 50, sizeSwitch: '' })
  expect(paging.read(body, { page: 1 })).toBeTypeOf('string')
})

test('without meta the next page is asked for until one is empty', () => {
  const paging = paged({ key: 'tickets', meta: [], size: 50, sizeSwitch: '' })
  expect(paging.read({ tickets: [{}] }, { page: 3 })).toMatchObject({ next: { page: 4 } })
  expect(paging.read({ tickets: [] }, { page: 4 })).toMatchObject({ next: undefined })
  expect(paging.read({ tickets: [{}], meta: { total_pages: '3', page: 3 } }, { page: 3 })).toMatchObject({
    next: undefined,
  })
})

// Tickets

test('ids and numbers rise apart, and the id is the address', async () => {
  const pair = open()
  const [one, two] = [await ticket(pair), await ticket(pair)]
  expect([two.id - one.id, two.number - one.number]).toEqual([1, 1])
  expect((await ask(pair, `GET /tickets/${one.number}`)).status).toBe(404)
  const found = await ask(pair, `GET /tickets?number=${one.number}`)
  expect(found.body.tickets.map((row: any) => row.id)).toEqual([one.id])
})

test('a resolved ticket has its time, a reopened one has none; every change moves updated_at', async () => {
  const pair = open()
  const { id } = await ticket(pair)
  const put = async (status: string) => (await ask(pair, `PUT /tickets/${id}`, { status })).body.ticket
  pair.clock.now += 1000
  expect(await put('Resolved')).toMatchObject({
    resolved_at: '2026-06-01T12:00:01.000Z',
    updated_at: '2026-06-01T12:00:01.000Z',
  })
  expect((await ask(pair, 'GET /tickets?status=Not%20Closed')).body.tickets).toEqual([])
  pair.clock.now += 1000
  expect(await put('In Progress')).toMatchObject({
    resolved_at: null,
    updated_at: '2026-06-01T12:00:02.000Z',
  })
  const since = await ask(pair, 'GET /tickets?since_updated_at=2026-06-01T12:00:02Z')
  expect(since.body.tickets.map((row: any) => row.id)).toEqual([id])
})

test('each POST makes another ticket, whatever it says', async () => {
  const pair = open()
  const same = {
    subject: 'Same',
    comments_attributes: [{ subject: 'Initial Issue', body: 'b' }],
    line_items: [{ name: 'x' }],
    unknown: 1,
  }
  const [one, two] = [await ticket(pair, same), await ticket(pair, same)]
  expect(one.id).not.toBe(two.id)
  expect([one.status, one.line_items, one.comments[0].user_id]).toEqual(['New', [], world.technicians[0]?.id])
})

test('lists carry the first comment only, unless asked for all', async () => {
  const pair = open()
  const { id } = await ticket(pair, { comments_attributes: [{ subject: 'Initial Issue', body: 'b' }] })
  await ask(pair, `POST /tickets/${id}/comment`, { subject: 'More', body: 'c' })
  const shown = async (search: string) =>
    (await ask(pair, `GET /tickets?customer_id=${customerId}&${search}`)).body.tickets[0].comments.length
  expect([await shown(''), await shown('all_comments=true')]).toEqual([1, 2])
  const { body } = await ask(pair, `GET /tickets/${id}/comments`)
  expect(body.comments.map((one: any) => one.subject)).toEqual(['More', 'Initial Issue'])
})

test.each([
  ['Diagnosis', 'In Progress'],
  ['Parts Arrival', 'In Progress'],
  ['Parts Order', 'Waiting for Parts'],
  ['Update', 'New'],
])('a comment "%s" leaves the ticket %s', async (subject, status) => {
  const pair = open()
  const { id } = await ticket(pair)
  await ask(pair, `POST /tickets/${id}/comment`, { subject, body: 'b' })
  expect((await ask(pair, `GET /tickets/${id}`)).body.ticket.status).toBe(status)
})

test('a deleted ticket takes its parts along and is 404, or null where the account answers so', async () => {
  for (const [deletedReads, expected] of [
    ['404', { message: 'Not found' }],
    ['null', null],
  ] as const) {
    const pair = open({ switches: { deletedReads } })
    expect((await ask(pair, 'DELETE /tickets/50001')).body).toEqual({
      message: 'Ticket was successfully deleted. ',
    })
    expect((await ask(pair, 'GET /tickets/50001')).body).toEqual(expected)
    expect((await ask(pair, 'DELETE /tickets/50001')).status).toBe(404)
    expect((await ask(pair, 'GET /tickets/50001/comments')).status).toBe(404)
    expect((await ask(pair, 'GET /ticket_timers')).body.ticket_timers).toHaveLength(2)
    const read = await pair.client.try(tickets.get, { params: { id: 50_001 } }, { attempts: 1 })
    expect(read.ok).toBe(false)
  }
})

test('a worksheet needs a template that exists; strict guards ask for the worksheet permissions', async () => {
  const pair = open()
  expect(
    (await ask(pair, 'POST /tickets/50001/worksheet_results', { worksheet_template_id: 9 })).status,
  ).toBe(404)
  const made = await ask(pair, 'POST /tickets/50001/worksheet_results', {
    worksheet_template_id: 1,
    title: 'Ours',
  })
  const path = `/tickets/50001/worksheet_results/${made.body.worksheet_result.id}`
  await ask(pair, `PUT ${path}`, { complete: true })
  expect((await ask(pair, `GET ${path}`)).body.worksheet_result).toMatchObject({
    name: 'Ours',
    complete: true,
  })
  expect((await ask(pair, `DELETE ${path}`)).status).toBe(200)
  expect((await ask(pair, `GET ${path}`)).status).toBe(404)
})

test('a form makes the customer that it does not find', async () => {
  const pair = open()
  const details = {
    customer_details: { business_name: 'Nobody Yet' },
    ticket_details: { subject: 's', description: 'd' },
  }
  await ask(pair, 'POST /new_ticket_forms/1/process_form', details)
  await ask(pair, 'POST /new_ticket_forms/1/process_form', details)
  expect((await ask(pair, 'GET /customers')).body.customers).toHaveLength(6)
})

// Customers, contacts, devices, alerts

test('a deleted customer is gone, with tickets and devices', async () => {
  const pair = open()
  const { id } = await ticket(pair)
  const { body } = await ask(pair, `DELETE /customers/${customerId}`)
  expect(body).toEqual({ message: 'Customer was deleted from the system.' })
  for (const path of [`/customers/${customerId}`, `/tickets/${id}`, '/customer_assets/12313001']) {
    expect((await ask(pair, `GET ${path}`)).status).toBe(404)
  }
})

test('telephone numbers lose their punctuation', async () => {
  const made = await ask(open(), `POST /customers/${customerId}/phones`, {
    label: 'Desk',
    number: '555-0999',
  })
  expect(made.body.phone.number).toBe('5550999')
})

test('a device’s properties are ignored at first and set by an update', async () => {
  const pair = open()
  const fields = {
    name: 'NEW-01',
    asset_type_name: 'Server',
    customer_id: customerId,
    properties: { os: 'x' },
  }
  const { asset } = (await ask(pair, 'POST /customer_assets', fields)).body
  expect(asset.properties).toEqual({})
  const updated = await ask(pair, `PUT /customer_assets/${asset.id}`, { properties: { os: 'x' } })
  expect(updated.body.asset.properties).toEqual({ os: 'x' })
})

test('one contact comes without a wrapper; its title lands in the properties', async () => {
  const pair = open({ key: admin })
  const made = await pair.client.call(contacts.create, { body: { customer_id: customerId, name: 'Boba' } })
  const body = { name: 'Boba', title: 'Hunter' }
  const changed = await pair.client.call(contacts.update, { params: { id: made.id }, body })
  expect(changed.properties).toEqual({ title: 'Hunter' })
  expect(await pair.client.call(contacts.get, { params: { id: made.id } })).toMatchObject({
    id: made.id,
    name: 'Boba',
  })
})

test('users are pairs', async () => {
  const page = await open().client.call(users.list)
  expect(page.rows).toEqual(world.technicians.map(({ id, name }) => [id, name]))
})

test('an alert is made as one thing and read as another; deleting it only resolves it', async () => {
  const pair = open()
  const body = {
    customer_id: customerId,
    asset_id: 12_313_001,
    description: 'Malware',
    formatted_output: 'Details',
  }
  const made = await ask(pair, 'POST /rmm_alerts', body)
  expect([made.status, made.body.success, made.body.alert.ticket_id]).toEqual([201, true, null])
  const { id } = made.body.alert
  expect((await ask(pair, `GET /rmm_alerts/${id}`)).body.rmm_alert).toMatchObject({
    resolved: false,
    ticket_number: null,
  })
  for (let i = 0; i < 2; i++)
    expect((await ask(pair, `DELETE /rmm_alerts/${id}`)).body).toEqual({ success: 'true' })
  expect((await ask(pair, `GET /rmm_alerts/${id}`)).body.rmm_alert.resolved).toBe(true)
  const listed = async (search: string) =>
    (await ask(pair, `GET /rmm_alerts${search}`)).body.rmm_alerts.some((row: any) => row.id === id)
  expect([await listed(''), await listed('?status=resolved'), await listed('?status=all')]).toEqual([
    false,
    true,
    true,
  ])
})

test('an alert is muted for one of seven spans, in the query or the body', async () => {
  const pair = open()
  for (const span of muteSpans)
    expect((await ask(pair, `POST /rmm_alerts/704001/mute?mute_for=${span}`, {})).status).toBe(200)
  const { client } = pair
  expect(
    (await client.call(alerts.mute, { params: { id: 704_001 }, body: { mute_for: 'forever' } })).success,
  ).toBe('true')
  const refused = await client.try(alerts.mute, { params: { id: 704_001 }, body: { mute_for: '1h' } })
  expect(refused.ok ? '' : refused.error.message).toContain('mute_for')
})

test('search shows the kinds that the token may list', async () => {
  const pair = open()
  const kinds = async (key: string) => {
    const { body } = await ask(pair, 'GET /search?query=s', undefined, key)
    return [...new Set(body.results.map((one: any) => one.table['_type']))]
  }
  expect(await kinds(pair.state.keys[0]!.value)).toEqual(['customer', 'contact', 'asset', 'ticket'])
  expect(await kinds(keyOf('No permission at all'))).toEqual([])
})

// Probes

async function probeAll(options: Partial<PairOptions> = {}): Promise<Record<string, string>> {
  const pair = open(options)
  const results: Record<string, string> = {}
  for (const probe of syncro.probes) {
    const { state, mend } = await probe.run(pair.client)
    results[probe.name] = state === 'fail' ? (mend ?? 'no advice') : state
  }
  return results
}

test('a probe names the permission to tick, and where', async () => {
  const without = await probeAll({ key: keyOf('Without Tickets - Create') })
  expect(without['Tickets - Create']).toMatch(/Tick "Tickets - Create".*Admin → API Tokens/)
  expect(Object.values(without).filter((state) => state.includes('Tick'))).toHaveLength(1)
  const bare = await probeAll({ key: keyOf('No permission at all') })
  expect(
    guide.filter((name) => bare[name] !== 'skip').every((name) => bare[name]?.includes(`"${name}"`)),
  ).toBe(true)
  expect((await probeAll({ key: keyOf('Expired') }))['address and token']).toContain(
    'wrong, expired or deleted',
  )
})

test('a wrong subdomain is named as that: a login page, a redirect, a name that does not exist', async () => {
  const troubles: Partial<PairOptions>[] = [
    { switches: { loginPage: 'on' } },
    {
      between: () => () =>
        Promise.resolve({ status: 302, headers: { get: () => null }, text: () => Promise.resolve('') }),
    },
    { between: () => () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) },
  ]
  for (const trouble of troubles) {
    const pair = open(trouble)
    const result = await syncro.probes[0]!.run(pair.client)
    expect(result).toMatchObject({ state: 'fail', mend: expect.stringContaining('subdomain') })
  }
})

test('the probes change nothing, even for an admin', async () => {
  const pair = open({ key: admin })
  const picture = async (): Promise<string> => {
    const lines = [
      '/tickets?all_comments=true',
      '/customers',
      '/customer_assets',
      '/rmm_alerts?status=all',
      '/contacts',
      '/ticket_timers',
    ]
    const bodies = []
    for (const line of lines) bodies.push((await ask(pair, `GET ${line}`)).body)
    return JSON.stringify(bodies)
  }
  const before = await picture()
  for (const probe of syncro.probes) expect((await probe.run(pair.client)).state).toMatch(/ok|skip/)
  expect(await picture()).toBe(before)
})

test('no probe shows the token that GET /me gives away', async () => {
  const pair = open()
  const shown = []
  for (const probe of syncro.probes) shown.push(await probe.run(pair.client))
  expect(JSON.stringify(shown)).not.toContain(pair.state.keys[0]!.value)
})

// Size

test('lists stay quick with tens of thousands of tickets', async () => {
  const pair = open()
  for (let i = 0; i < 10_000; i++) {
    pair.clock.now += 1000
    await ticket(pair, { customer_id: customerId + (i % 5), subject: `Ticket ${i}` })
  }
  const since = new Date(pair.clock.now - 100_000).toISOString()
  const recent = await ask(pair, `GET /tickets?customer_id=${customerId}&created_after=${since}`)
  expect(recent.body.tickets).toHaveLength(20)
  const began = process.hrtime.bigint()
  for (let i = 1; i <= 20; i++) await ask(pair, `GET /tickets?page=${i}&since_updated_at=${since}`)
  // Generous: it is about 2 ms each.
  expect(Number(process.hrtime.bigint() - began) / 20e6).toBeLessThan(100)
})

test('the contract names every vendor resource once, and assets and customers read what they list', async () => {
  const { client } = open()
  expect((await client.call(customers.list)).rows).toHaveLength(5)
  const page = await client.call(assets.list, { query: { customer_id: customerId } })
  const one = await client.call(assets.get, { params: { id: page.rows[0]!.id } })
  expect(one.asset.name).toBe(page.rows[0]!.name)
  expect((await client.call(comments.list, { params: { id: 50_001 } })).rows).toHaveLength(1)
})
