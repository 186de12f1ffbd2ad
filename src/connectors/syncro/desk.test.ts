import { expect, test } from 'vitest'

import type { ApiError } from '../../contract/api-error.ts'
import type { Fetch, FetchAnswer } from '../../domain/outside.ts'
import type { NoteDraft, TicketDraft } from '../../domain/ticket.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { DeskTicket } from '../desk.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import { comments } from './comments.ts'
import { desk } from './desk.ts'
import syncro from './index.ts'
import { type TicketRow, tickets } from './tickets.ts'

const start = Date.parse('2026-06-01T12:00:00Z')
const world = makeWorld({ seed: 3, customers: 5, start, days: 1 })
const customerId = '34288001'

function open(options: Partial<PairOptions> = {}): Pair {
  return openPair(syncro, {
    world,
    now: start,
    ...options,
    switches: { rateLimit: '0', ...options.switches },
  })
}

function draft(changes: Partial<TicketDraft> = {}): TicketDraft {
  const marker = changes.marker ?? '[WF-7K2M9QX4TB]'
  const subject = `Ransomware on a server ${marker}`
  const host = { severity: 'critical', hostname: null }
  return { kind: 'create', marker, customerId, subject, body: 'What happened', ...host, ...changes }
}

const note: NoteDraft = { kind: 'note', subject: 'Two more detections [chg_1a2b]', body: 'More of it' }

async function made(pair: Pair, changes: Partial<TicketDraft> = {}): Promise<DeskTicket> {
  const outcome = await desk.create(pair.client, draft(changes))
  expect(outcome.ok ? '' : outcome.error.line).toBe('')
  return outcome.ticket!
}

async function detailOf(pair: Pair, id: string): Promise<Record<string, any>> {
  return (await pair.client.call(tickets.get, { params: { id } })).ticket
}

async function talk(pair: Pair, id: string): Promise<string[]> {
  return (await pair.client.call(comments.list, { params: { id } })).rows.map((row) => row.subject ?? '')
}

/** Lets the request through and then does `fate` to the first answers of this method. */
function after(fate: (answer: FetchAnswer) => FetchAnswer, method = 'POST', times = 1) {
  const posts: string[] = []
  const between = (fetch: Fetch): Fetch => {
    let left = times
    return async (url, init) => {
      if (init.method === method) posts.push(url)
      const answer = await fetch(url, init)
      return init.method === method && left-- > 0 ? fate(answer) : answer
    }
  }
  return { posts, between }
}

const answered = (status: number, body: string): FetchAnswer => ({
  status,
  headers: { get: () => null },
  text: () => Promise.resolve(body),
})

const fates: [string, (answer: FetchAnswer) => FetchAnswer][] = [
  [
    'the connection breaks',
    () => {
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    },
  ],
  ['500', () => answered(500, '{"error":"Internal Server Error"}')],
  ['the login page', () => answered(200, '<!DOCTYPE html><html>Sign in</html>')],
  ['half the answer', () => answered(200, '{"ticket":{"id":50004,"num')],
  ['null', () => answered(200, 'null')],
  ['an empty 200', () => answered(200, '')],
  ['another wrapper', () => answered(200, '{"id":50004}')],
]

test('a ticket is opened silently, in the account’s own words, with the device', async () => {
  const pair = open()
  const host = world.customers[0]!.hosts[1]!.name
  const ticket = await made(pair, { hostname: `${host.toLowerCase()}.acme.test` })
  const detail = await detailOf(pair, ticket.vendorId)
  expect(ticket).toMatchObject({ customerId, closed: false, url: null, createdAt: start })
  expect(ticket.number).toBe(String(detail['number']))
  expect(ticket.number).not.toBe(ticket.vendorId)
  expect(detail).toMatchObject({
    priority: '0 Urgent',
    problem_type: 'Virus',
    tag_list: ['watchfloor'],
    status: 'New',
  })
  expect(detail['assets'][0].name.toLowerCase()).toBe(host.toLowerCase())
  expect(detail['comments']).toMatchObject([
    { subject: 'Initial Issue', body: 'What happened', hidden: true },
  ])
})

test('nobody is mailed: hidden and do_not_email are sent with the ticket and with every comment', async () => {
  const bodies: any[] = []
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      if (init.method === 'POST') bodies.push(JSON.parse(init.body ?? ''))
      return fetch(url, init)
    }
  const pair = open({ between })
  const [one, two] = [await made(pair), await made(pair)]
  await desk.note(pair.client, one.vendorId, note)
  await desk.fold(pair.client, two, one)
  const said = bodies.flatMap((body) => body.comments_attributes ?? [body])
  expect(said).toHaveLength(5)
  for (const one of said) expect(one).toMatchObject({ hidden: true, do_not_email: true })
})

test.each([
  ['critical', '0 Urgent', 'Urgent'],
  ['high', '1 High', 'High'],
  ['medium', '2 Normal', 'Normal'],
  ['low', '3 Low', 'Low'],
  ['informational', '3 Low', 'Low'],
  ['unknown', '2 Normal', 'Normal'],
])('severity %s is priority %s, or %s where the account says so', async (severity, numbered, bare) => {
  const ticket = await made(open(), { severity })
  const pair = open()
  expect((await detailOf(pair, (await made(pair, { severity })).vendorId))['priority']).toBe(numbered)
  const other = open({ switches: { priorities: 'Urgent,High,Normal,Low' } })
  expect((await detailOf(other, (await made(other, { severity })).vendorId))['priority']).toBe(bare)
  expect(ticket.closed).toBe(false)
})

test('words that the account does not have are left out', async () => {
  const pair = open({ switches: { priorities: 'P1,P2', problemTypes: 'Hardware' } })
  const detail = await detailOf(pair, (await made(pair)).vendorId)
  expect([detail['priority'], detail['problem_type']]).toEqual([null, null])
})

test('a read that fails does not hold the ticket up', async () => {
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) =>
      /settings|customer_assets/.test(url) ? answered(503, '') : fetch(url, init)
  const pair = open({ between })
  expect(await made(pair, { hostname: world.customers[0]!.hosts[0]!.name })).toMatchObject({ customerId })
})

test('settings are read once per client', async () => {
  const seen: string[] = []
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      seen.push(url)
      return fetch(url, init)
    }
  const pair = open({ between })
  await made(pair)
  await made(pair)
  expect(seen.filter((url) => url.endsWith('/settings'))).toHaveLength(1)
})

test.each(fates)(
  'after the ticket was made, %s: ambiguous, sent once, and the look-up finds it',
  async (_name, fate) => {
    const { posts, between } = after(fate)
    const pair = open({ between })
    const outcome = await desk.create(pair.client, draft())
    expect(outcome.ok ? 'ok' : outcome.error.verdict).toBe('ambiguous')
    expect(posts).toHaveLength(1)
    const query = { marker: draft().marker, customerId, since: start }
    expect(await desk.findTickets(pair.client, query)).toHaveLength(1)
    expect(pair.state.filed!()).toHaveLength(1)
  },
)

test.each(fates.slice(0, 4))(
  'after the comment was made, %s: ambiguous, sent once, and the look-up finds it',
  async (_name, fate) => {
    const { posts, between } = after(fate, 'POST', 2)
    const pair = open({ between })
    await desk.create(pair.client, draft())
    const [ticket] = await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start })
    const outcome = await desk.note(pair.client, ticket!.vendorId, note)
    expect(outcome.ok ? 'ok' : outcome.error.verdict).toBe('ambiguous')
    expect(posts).toHaveLength(2)
    expect(await desk.findNote(pair.client, ticket!.vendorId, '[chg_1a2b]')).toMatch(/^\d+$/)
    expect(await desk.findNote(pair.client, ticket!.vendorId, '[chg_1a2c]')).toBeUndefined()
  },
)

test('429 is the one answer after which a POST is sent again', async () => {
  let refusals = 0
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) =>
      init.method === 'POST' && refusals++ < 2 ? answered(429, '') : fetch(url, init)
  const pair = open({ between })
  await made(pair)
  expect(pair.state.filed!()).toHaveLength(1)
  expect(pair.clock.now - start).toBeGreaterThan(5000)
})

test('a lagging search finds the ticket once the lag is over, and not before', async () => {
  const pair = open({ switches: { searchLagSeconds: '45' } })
  await made(pair)
  const query = { marker: draft().marker, customerId, since: start }
  expect(await desk.findTickets(pair.client, query)).toEqual([])
  pair.clock.now += desk.visibilityMs
  expect(await desk.findTickets(pair.client, query)).toHaveLength(1)
  expect(await desk.ticketsSince(pair.client, start)).toHaveLength(1)
})

test.each(['-240', '240'])('a vendor’s clock that is %s s off hides nothing', async (clockSkewSeconds) => {
  const pair = open({ switches: { clockSkewSeconds, afterBoundary: 'exclusive' } })
  await made(pair)
  expect(
    await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start }),
  ).toHaveLength(1)
  expect(await desk.ticketsSince(pair.client, start)).toHaveLength(1)
})

test('the whole marker must match, within the customer', async () => {
  const pair = open()
  await made(pair, { marker: '[WF-7K2M9QX4TC]' })
  await made(pair, { customerId: '34288002' })
  expect(await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start })).toEqual(
    [],
  )
  await made(pair)
  await made(pair)
  expect(
    await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start }),
  ).toHaveLength(2)
})

test('a query that finds nothing, and one that finds what the list hides, both serve', async () => {
  const blind = open({ switches: { ticketQuery: 'nothing' } })
  await made(blind)
  expect(
    await desk.findTickets(blind.client, { marker: draft().marker, customerId, since: start }),
  ).toHaveLength(1)
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) =>
      url.includes('created_after')
        ? answered(200, '{"tickets":[],"meta":{"total_pages":1,"page":1}}')
        : fetch(url, init)
  const odd = open({ between })
  await made(odd)
  expect(
    await desk.findTickets(odd.client, { marker: draft().marker, customerId, since: start }),
  ).toHaveLength(1)
})

test('“not found” is never said of a list that could not be read', async () => {
  const unreadable = (body: string) =>
    open({
      between: (fetch) => async (url, init) =>
        url.includes('/tickets?') ? answered(200, body) : fetch(url, init),
    })
  for (const body of [
    'null',
    '{}',
    '{"tickets":null}',
    '<html>',
    '{"tickets":[{"id":"x","subject":"[WF-7K2M9QX4TB]"}]}',
  ]) {
    const { client } = unreadable(body)
    const query = { marker: draft().marker, customerId, since: start }
    await expect(desk.findTickets(client, query)).rejects.toMatchObject({ verdict: 'retryable' })
  }
})

test('a ticket is found on any page, in any order and with any meta', async () => {
  for (const ticketOrder of ['newest', 'updated', 'oldest']) {
    for (const meta of ['published', 'full', 'absent']) {
      const pair = open({ switches: { ticketOrder, meta, ticketsPage: '3' } })
      await made(pair)
      for (let i = 0; i < 10; i++) await made(pair, { marker: `[WF-000000000${i}]` })
      const found = await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start })
      expect([ticketOrder, meta, found.length]).toEqual([ticketOrder, meta, 1])
    }
  }
})

test('the sweep sees every ticket of ours, and only those, while tickets are opened', async () => {
  let opening = 0
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      if (url.includes('/tickets?') && opening-- > 0) {
        const body = JSON.stringify({
          customer_id: Number(customerId),
          subject: 'While you read [WF-NEWNEWNEW0]',
        })
        await fetch(url.replace(/\?.*/, ''), {
          ...init,
          method: 'POST',
          body,
          headers: { ...init.headers, 'content-type': 'application/json' },
        })
      }
      return fetch(url, init)
    }
  const pair = open({ between, switches: { ticketsPage: '4' } })
  const markers = Array.from({ length: 15 }, (_, i) => `[WF-00000000${String(i).padStart(2, '0')}]`)
  for (const marker of markers) await made(pair, { marker })
  await pair.client.call(tickets.create, { body: { customer_id: customerId, subject: 'Nothing of ours' } })
  opening = 3
  const swept = await desk.ticketsSince(pair.client, start)
  const subjects = swept.map((one) => one.subject)
  expect(markers.filter((marker) => !subjects.some((subject) => subject.includes(marker)))).toEqual([])
  expect(subjects.every((subject) => subject.includes('[WF-'))).toBe(true)
})

test('closed means Resolved, anything that begins with it, or Invoiced', async () => {
  const pair = open()
  const { vendorId } = await made(pair)
  for (const [status, closed] of Object.entries({
    Resolved: true,
    'Resolved - no action': true,
    Invoiced: true,
    Scheduled: false,
  })) {
    await pair.client.call(tickets.update, { params: { id: vendorId }, body: { status } })
    const [found] = await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start })
    expect([status, found?.closed]).toEqual([status, closed])
  }
})

test('a comment never moves the status', async () => {
  const pair = open()
  const { vendorId } = await made(pair)
  for (const subject of ['Diagnosis', 'Parts Order', 'parts arrival']) {
    await desk.note(pair.client, vendorId, { kind: 'note', subject, body: 'x' })
  }
  expect((await detailOf(pair, vendorId))['status']).toBe('New')
})

test('a long subject keeps its marker', async () => {
  const pair = open()
  const subject = `${'Very long '.repeat(40)} ${draft().marker}`
  const { vendorId, subject: shown } = await made(pair, { subject })
  expect(shown.length).toBeLessThan(256)
  expect(
    await desk.findTickets(pair.client, { marker: draft().marker, customerId, since: start }),
  ).toHaveLength(1)
  await desk.note(pair.client, vendorId, { ...note, subject: `${'x'.repeat(400)} [chg_long]` })
  expect(await desk.findNote(pair.client, vendorId, '[chg_long]')).toMatch(/^\d+$/)
})

test('a note is found among many, on a later page', async () => {
  const pair = open({ switches: { perPage: 'ignored' } })
  const { vendorId } = await made(pair)
  await desk.note(pair.client, vendorId, note)
  for (let i = 0; i < 35; i++)
    await desk.note(pair.client, vendorId, { ...note, subject: `Update ${i} [chg_${i}]` })
  expect(await desk.findNote(pair.client, vendorId, '[chg_1a2b]')).toMatch(/^\d+$/)
  expect(await desk.findNote(pair.client, vendorId, '[chg_none]')).toBeUndefined()
})

test('a stray is folded: linked both ways, its talk copied, resolved and tagged; doing it again adds nothing', async () => {
  const pair = open()
  const [survivor, stray] = [await made(pair), await made(pair)]
  await desk.note(pair.client, stray.vendorId, {
    kind: 'note',
    subject: 'Seen by Pat',
    body: 'I unplugged it',
  })
  await desk.fold(pair.client, stray, survivor)
  const once = JSON.stringify(pair.state.filed!())
  await desk.fold(pair.client, stray, survivor)
  expect(JSON.stringify(pair.state.filed!())).toBe(once)
  const [kept, folded] = pair.state.filed!()
  expect([kept!.folded, folded!.folded]).toEqual([false, true])
  expect(kept!.text).toContain('I unplugged it')
  expect(folded!.text).toContain(`ticket #${survivor.number}`)
  expect(await detailOf(pair, stray.vendorId)).toMatchObject({
    status: 'Resolved',
    tag_list: ['watchfloor', 'watchfloor-folded'],
  })
  expect((await detailOf(pair, survivor.vendorId))['status']).toBe('New')
})

test('who quotes the fold of a stray says something of his own: it is copied too', async () => {
  const pair = open()
  const [survivor, stray] = [await made(pair), await made(pair)]
  const subject = 'Is [fold 1 into 2] about this one?'
  await desk.note(pair.client, stray.vendorId, { kind: 'note', subject, body: 'I kept the disk' })
  await desk.fold(pair.client, stray, survivor)
  expect(pair.state.filed!()[0]!.text).toContain('I kept the disk')
})

/** The answer to the armed POST, counted from 1, is lost. */
function breaking(): { pair: Pair; arm(step: number): void } {
  let armed = 0
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      if (init.method === 'POST' && armed > 0 && --armed === 0)
        throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      return answer
    }
  return { pair: open({ between }), arm: (step) => void (armed = step) }
}

test.each([1, 2])('a fold that breaks off after step %s is finished by the next', async (step) => {
  const { pair, arm } = breaking()
  const [survivor, stray] = [await made(pair), await made(pair)]
  arm(step)
  await expect(desk.fold(pair.client, stray, survivor)).rejects.toMatchObject({ verdict: 'ambiguous' })
  await desk.fold(pair.client, stray, survivor)
  expect(await talk(pair, stray.vendorId)).toHaveLength(2)
  expect(await talk(pair, survivor.vendorId)).toHaveLength(2)
  expect(pair.state.filed!().map((one) => one.folded)).toEqual([false, true])
})

test('what comes to a stray while its fold has broken off is told too', async () => {
  const { pair, arm } = breaking()
  const [survivor, stray] = [await made(pair), await made(pair)]
  const say = (body: string) =>
    desk.note(pair.client, stray.vendorId, { kind: 'note', subject: 'Seen by Pat', body })
  await say('I unplugged it')
  arm(1)
  await expect(desk.fold(pair.client, stray, survivor)).rejects.toMatchObject({ verdict: 'ambiguous' })
  await say('And kept the disk')
  await desk.fold(pair.client, stray, survivor)
  const [kept] = pair.state.filed!()
  for (const text of ['I unplugged it', 'And kept the disk']) expect(kept!.text.split(text)).toHaveLength(2)
})

test('a stray that was deleted meanwhile is folded; where the other is gone, the stray is all that is left and stays', async () => {
  const pair = open()
  const [survivor, stray, other] = [await made(pair), await made(pair), await made(pair)]
  await pair.client.call(tickets.delete, { params: { id: stray.vendorId } })
  expect(await desk.fold(pair.client, stray, survivor)).toBe(true)
  await pair.client.call(tickets.delete, { params: { id: survivor.vendorId } })
  const before = await detailOf(pair, other.vendorId)
  expect(await desk.fold(pair.client, other, survivor)).toBe(false)
  expect(await detailOf(pair, other.vendorId)).toEqual(before)
})

test('with the 21 permissions the desk does all of its work; without Tickets - Create it says which is missing', async () => {
  const pair = open()
  expect(pair.state.keys[0]?.name).toBe('Integration (21 permissions)')
  const [one, two] = [await made(pair), await made(pair)]
  await desk.fold(pair.client, two, one)
  const key = pair.state.keys.find((known) => known.name === 'Without Tickets - Create')?.value
  const outcome = await desk.create(open({ key: key! }).client, draft())
  expect(outcome.ok ? undefined : pick(outcome.error)).toEqual({
    status: 401,
    code: 'missing_permission',
    verdict: 'refused',
  })
})

test('a missing permission is told from a bad token by 403, too, and whatever stands in a 401', async () => {
  const key = open().state.keys.find((known) => known.name === 'Without Tickets - Create')?.value
  const lacking = open({ key: key!, switches: { missingPermission: '403' } })
  const refused = await desk.create(lacking.client, draft())
  expect(refused.ok ? undefined : refused.error.code).toBe('missing_permission')
  for (const unauthorizedBody of ['message', 'empty', 'html']) {
    const wrong = open({ key: 'T-wrong', switches: { unauthorizedBody } })
    const outcome = await desk.create(wrong.client, draft())
    expect(outcome.ok ? undefined : outcome.error.code).toBe('unauthorized')
  }
})

function pick({ status, code, verdict }: ApiError): object {
  return { status, code, verdict }
}

test('a ticket’s address is the dashboard’s, by id; there is none behind another base', async () => {
  const row = { id: 7, number: 1001, subject: 's', customer_id: 1 } as TicketRow
  const body = JSON.stringify({ ticket: row })
  const pair = open({
    settings: { baseUrl: '', subdomain: 'acme' },
    between: () => () => Promise.resolve(answered(200, body)),
  })
  expect((await made(pair)).url).toBe('https://acme.syncromsp.com/tickets/7')
})
