// What each customer's policy makes of a ticket's life, step by step, through the sandbox and both ways.
import { expect, test } from 'vitest'

import type { Fetch } from '../src/domain/outside.ts'
import { markerOf } from '../src/domain/id.ts'
import { tellCase } from '../src/pipeline/case-note.ts'
import { sweep } from '../src/pipeline/sweep.ts'
import { commentsOf } from '../src/store/case-comments.ts'
import { decisionsOf } from '../src/store/case-decisions.ts'
import { listChanges, setChange } from '../src/store/ticket-changes.ts'
import { smallHub } from './support/small-hub.ts'

type Small = Awaited<ReturnType<typeof smallHub>>

/** One open alert on one host, and its ticket. */
async function withTicket(policy: Parameters<typeof smallHub>[0] = {}, between?: (fetch: Fetch) => Fetch) {
  const small = await smallHub(policy, between)
  small.alerts.push({ id: 1, open: true, host: 'ws-01' })
  await small.settle()
  const [ticket] = await small.tickets()
  return { ...small, id: ticket?.vendorId ?? '' }
}

async function shown(small: Small, id: string): Promise<any> {
  return (await small.show(`/tickets/${id}`)).ticket
}

async function kinds({ store }: Small): Promise<string[]> {
  return (await listChanges(store.db, { limit: 100 })).map((one) => `${one.kind} ${one.state}`).toReversed()
}

test('a quiet cycle asks once, writes nothing and decides nothing', async () => {
  const asked: string[] = []
  const small = await withTicket({}, (fetch) => (url, init) => {
    asked.push(`${init.method} ${new URL(url).pathname.split('/').slice(4).join('/')}`)
    return fetch(url, init)
  })
  await small.settle()
  asked.length = 0
  await small.read('tickets')
  expect(asked).toEqual(['GET tickets'])
  expect(await kinds(small)).toEqual(['create sent'])
})

test('what a technician writes stands on the case once, and what we wrote does not come back', async () => {
  const small = await withTicket()
  small.people.act(small.id, { kind: 'answer', by: small.by, text: 'Looking into it' })
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  await small.settle()
  const comments = await commentsOf(small.store.db, (await small.onlyCase()).id)
  expect(comments).toMatchObject([
    { source: 'ticket', body: 'Looking into it', author: small.world.technicians[1]?.name },
  ])
})

test('a note on the case is written to the ticket once', async () => {
  const small = await withTicket()
  const own = await small.onlyCase()
  const note = { caseId: own.id, author: 'Ada', text: 'Isolated by phone', now: small.clock.now }
  for (let i = 0; i < 2; i++) await small.store.transaction((tx) => tellCase(tx, small.hub, note))
  await small.settle()
  const bodies = (await shown(small, small.id)).comments.map((one: any) => one.body)
  expect(bodies.filter((body: string) => body === 'Isolated by phone')).toHaveLength(1)
  expect(await commentsOf(small.store.db, own.id)).toMatchObject([{ source: 'hub', author: 'Ada' }])
})

test('a resolved ticket closes its case, with the technician’s words', async () => {
  const small = await withTicket()
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  const own = await small.onlyCase()
  expect(own.status).toBe('resolved')
  expect((await decisionsOf(small.store.db, [own.id])).get(own.id)).toMatchObject({
    status: 'resolved',
    who: small.world.technicians[1]?.name,
    reason: 'Reimaged',
  })
  const news = (await commentsOf(small.store.db, own.id)).filter((one) => one.source === 'news')
  expect(news.map((one) => one.body)).toEqual([
    'Still open at plain: alerts 1. Close it there by hand: Plain Alerts is read-only over its interface.',
  ])
})

test('a policy may keep the case open', async () => {
  const small = await withTicket({ onTicketResolve: 'keep' })
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  expect((await small.onlyCase()).status).toBe('open')
})

test('news of a resolved case reopen its ticket, once', async () => {
  const small = await withTicket()
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  await small.settle()
  expect((await shown(small, small.id)).status).toBe('In Progress')
  expect((await small.onlyCase()).status).toBe('open')
  expect(await kinds(small)).toEqual(['create sent', 'note sent', 'reopen sent'])
  const own = await small.onlyCase()
  expect((await decisionsOf(small.store.db, [own.id])).size).toBe(0)
})

test('a ticket that was resolved too long ago is followed up, once for each time', async () => {
  const small = await withTicket({ reopenDays: 1 })
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  small.alerts[0]!.open = false
  await small.settle(48 * small.hour)
  small.alerts[0]!.open = true
  await small.settle()
  await small.settle()
  const own = await small.onlyCase()
  const tickets = await small.tickets()
  expect(tickets.map((one) => one.marker)).toEqual([markerOf(own.id), markerOf(own.id, 2)])
  expect((await shown(small, small.id)).status).toBe('Resolved')
  expect(small.filed().filter((one) => one.text.includes('Source: plain/alerts/1'))).toHaveLength(1)
  // Work goes on at the follow-up.
  small.people.act(tickets[1]!.vendorId, { kind: 'resolve', by: small.by, text: 'Again' })
  await small.settle()
  expect((await small.onlyCase()).status).toBe('resolved')
})

test('the vendor closes everything: noted by default, resolved where the policy says so, and no echo of it', async () => {
  for (const [onVendorResolve, status] of [
    ['note', 'New'],
    ['resolve', 'Resolved'],
  ] as const) {
    const small = await withTicket({ onVendorResolve })
    small.alerts[0]!.open = false
    await small.settle()
    await small.settle()
    expect((await shown(small, small.id)).status).toBe(status)
    const own = await small.onlyCase()
    expect(own.status).toBe('resolved')
    expect((await decisionsOf(small.store.db, [own.id])).size).toBe(0)
  }
})

test('a technician who reopens a ticket holds the case open until somebody resolves it', async () => {
  const small = await withTicket({ onVendorResolve: 'resolve' })
  small.alerts[0]!.open = false
  await small.settle()
  small.people.act(small.id, { kind: 'reopen', by: small.by })
  await small.settle()
  expect((await small.onlyCase()).status).toBe('open')
  await small.settle()
  expect((await shown(small, small.id)).status).toBe('In Progress')
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Now it is' })
  await small.settle()
  expect((await small.onlyCase()).status).toBe('resolved')
})

test('a status write whose answer is lost is read back, not sent again, and does not pass for a technician’s', async () => {
  let puts = 0
  const small = await withTicket({ onVendorResolve: 'resolve' }, (fetch) => async (url, init) => {
    const answer = await fetch(url, init)
    if (init.method !== 'PUT') return answer
    puts++
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  })
  small.alerts[0]!.open = false
  await small.settle()
  await small.settle()
  const own = await small.onlyCase()
  expect(puts).toBe(1)
  expect((await shown(small, small.id)).status).toBe('Resolved')
  expect(await kinds(small)).toEqual(['create sent', 'note sent', 'status sent'])
  expect((await decisionsOf(small.store.db, [own.id])).size).toBe(0)
})

test('priority follows the severity until somebody changes it at the ticket', async () => {
  const small = await withTicket()
  expect((await shown(small, small.id)).priority).toBe('2 Normal')
  small.alerts.push({ id: 2, open: true, host: 'ws-01', severity: 4 })
  await small.settle()
  expect((await shown(small, small.id)).priority).toBe('1 High')
  small.people.act(small.id, { kind: 'prioritise', by: small.by, priority: '3 Low' })
  await small.settle()
  small.alerts.push({ id: 3, open: true, host: 'ws-01', severity: 5 })
  await small.settle()
  expect((await shown(small, small.id)).priority).toBe('3 Low')
})

test('a deleted ticket is told on its case and stays deleted; a new alert gets a ticket of its own', async () => {
  const small = await withTicket()
  small.people.act(small.id, { kind: 'delete', by: small.by })
  await small.settle(7 * small.hour)
  const own = await small.onlyCase()
  expect((await small.tickets()).map((one) => one.gone)).toEqual(['deleted'])
  expect((await commentsOf(small.store.db, own.id)).map((one) => one.source)).toEqual(['news'])
  expect(small.filed()).toHaveLength(0)
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  expect(small.filed().map((one) => one.text.match(/Source: \S+/g))).toEqual([['Source: plain/alerts/2']])
})

test('a policy may have a deleted ticket made again, whole', async () => {
  const small = await withTicket({ onDeleted: 'recreate' })
  small.people.act(small.id, { kind: 'delete', by: small.by })
  await small.settle(7 * small.hour)
  await small.settle()
  expect(small.filed().map((one) => one.text.match(/Source: \S+/g))).toEqual([['Source: plain/alerts/1']])
})

test('a note that meets a deleted ticket finds out by itself', async () => {
  const small = await withTicket()
  small.people.act(small.id, { kind: 'delete', by: small.by })
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  await small.settle()
  expect(small.filed().map((one) => one.text.match(/Source: \S+/g))).toEqual([['Source: plain/alerts/2']])
})

test('a note whose answer was lost, to a resolved ticket that is deleted meanwhile, is told in another', async () => {
  let small: Awaited<ReturnType<typeof withTicket>> | undefined
  const withFault = await withTicket({}, (fetch) => async (url, init) => {
    if (init.method !== 'POST' || !url.endsWith('/comment') || small === undefined) return fetch(url, init)
    small.people.act(small.id, { kind: 'delete', by: small.by })
    small = undefined
    throw new Error('the connection broke')
  })
  withFault.people.act(withFault.id, { kind: 'resolve', by: withFault.by, text: 'Done' })
  await withFault.settle()
  small = withFault
  withFault.alerts.push({ id: 2, open: true, host: 'ws-01' })
  for (let i = 0; i < 20; i++) await withFault.settle(30_000)
  expect(small).toBeUndefined()
  const sources = withFault.filed().map((one) => one.text.match(/Source: \S+/g))
  expect(sources.map((one) => [...new Set(one)])).toEqual([['Source: plain/alerts/2']])
})

test('a note that was on its way when its ticket was deleted waits for none', async () => {
  const small = await withTicket()
  small.alerts[0]!.open = false
  await small.read('findings')
  const [note] = await listChanges(small.store.db, { limit: 1 })
  expect(note).toMatchObject({ kind: 'note', state: 'pending' })
  // Its process dies here.
  await setChange(small.store.db, note!.id, {
    state: 'sending',
    attempts: 1,
    sentAt: small.clock.now,
    fence: 0,
  })
  small.people.act(small.id, { kind: 'delete', by: small.by })
  small.clock.now += 7 * small.hour
  await small.read('tickets')
  await small.settle()
  expect(await kinds(small)).toEqual(['create sent', 'note refused'])
})

test('a merged ticket: its case goes on at the survivor, which resolves both', async () => {
  const small = await withTicket()
  small.alerts.push({ id: 50, open: true, host: 'srv-09' })
  await small.settle()
  const [one, two] = await small.tickets()
  small.people.act(two!.vendorId, { kind: 'merge', by: small.by, into: one!.vendorId })
  small.people.act(one!.vendorId, { kind: 'answer', by: small.by, text: 'Both at once' })
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 51, open: true, host: 'srv-09' })
  await small.settle()
  const texts = small.filed().map((filed) => filed.text.match(/Source: \S+/g)?.toSorted())
  expect(texts).toEqual([['Source: plain/alerts/1', 'Source: plain/alerts/50', 'Source: plain/alerts/51']])
  const said = (await commentsOf(small.store.db, two!.caseId)).map((each) => each.body)
  expect(said.filter((body) => body === 'Both at once')).toHaveLength(1)
  small.people.act(one!.vendorId, { kind: 'resolve', by: small.by, text: 'Done' })
  await small.settle()
  const decided = await decisionsOf(small.store.db, [one!.caseId, two!.caseId])
  expect([...decided.values()].map((each) => each.status)).toEqual(['resolved', 'resolved'])
})

test('a ticket that is merged into the stray which was folded into it: work goes on there', async () => {
  const { small, first, stray } = await withFoldedStray()
  small.people.act(first.vendorId, { kind: 'merge', by: small.by, into: stray.vendorId })
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  expect(await kinds(small)).toContain('note sent')
  expect(small.filed().map((one) => one.text.match(/Source: \S+/g)?.toSorted())).toEqual([
    ['Source: plain/alerts/1', 'Source: plain/alerts/1', 'Source: plain/alerts/2'],
  ])
})

test('a ticket that is merged into another, though its folded stray bears the same marker', async () => {
  const { small, first, stray } = await withFoldedStray(2)
  small.people.act(first.vendorId, { kind: 'merge', by: small.by, into: small.id })
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 51, open: true, host: 'srv-09' })
  await small.settle()
  const told = small.filed().filter((one) => one.ticketId !== stray.vendorId)
  expect(told.map((one) => one.text.match(/Source: \S+/g)?.toSorted())).toEqual([
    ['Source: plain/alerts/1', 'Source: plain/alerts/50', 'Source: plain/alerts/51'],
  ])
})

test('a ticket that is deleted does not live on in the stray which was folded into it', async () => {
  const { small, first, stray } = await withFoldedStray()
  small.people.act(first.vendorId, { kind: 'delete', by: small.by })
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  const told = small.filed().filter((one) => one.ticketId !== stray.vendorId)
  expect(told.map((one) => one.text.match(/Source: \S+/g))).toEqual([['Source: plain/alerts/2']])
})

test('what was merged into a twin before it was folded is told where work goes on', async () => {
  const { small, first } = await withTwin()
  small.alerts.push({ id: 50, open: true, host: 'srv-09' })
  await small.settle()
  const twin = small.filed().find((one) => one.ticketId !== first.vendorId)!
  const other = (await small.tickets()).find((one) => one.caseId !== first.caseId)!
  small.people.act(other.vendorId, { kind: 'merge', by: small.by, into: twin.ticketId })
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  expect(await sweep(small.hub, desk)).toBe(1)
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 51, open: true, host: 'srv-09' })
  await small.settle()
  const standing = small.filed().filter((one) => !one.folded)
  expect(standing.map((one) => [...new Set(one.text.match(/Source: \S+/g))].toSorted())).toEqual([
    ['Source: plain/alerts/1', 'Source: plain/alerts/50', 'Source: plain/alerts/51'],
  ])
})

test('of three tickets of one alert a technician deletes the one that we know: the sweep goes on with another', async () => {
  const { small, first } = await withTwin(1, 2)
  small.people.act(first.vendorId, { kind: 'delete', by: small.by })
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  expect(await sweep(small.hub, desk)).toBe(0)
  await small.settle()
  expect(await sweep(small.hub, desk)).toBe(1)
  expect(small.filed().filter((one) => one.folded)).toHaveLength(1)
  expect(small.filed()).toHaveLength(2)
})

test('twins of a ticket that somebody has merged into another are folded into that one', async () => {
  const { small, first } = await withTwin(1, 2)
  small.alerts.push({ id: 50, open: true, host: 'srv-09' })
  await small.settle()
  const other = (await small.tickets()).find((one) => one.caseId !== first.caseId)!
  small.people.act(first.vendorId, { kind: 'merge', by: small.by, into: other.vendorId })
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  expect(await sweep(small.hub, desk)).toBe(0)
  await small.settle()
  expect(await sweep(small.hub, desk)).toBe(2)
  const standing = small.filed().filter((one) => !one.folded)
  expect(standing.map((one) => [...new Set(one.text.match(/Source: \S+/g))].toSorted())).toEqual([
    ['Source: plain/alerts/1', 'Source: plain/alerts/50'],
  ])
})

test('what is merged into a folded stray is told where that leads; where that is gone, work goes on at the stray', async () => {
  for (const gone of [false, true]) {
    const { small, first, stray } = await withFoldedStray()
    small.alerts.push({ id: 50, open: true, host: 'srv-09' })
    await small.settle()
    const other = (await small.tickets()).find((one) => one.caseId !== first.caseId)!
    if (gone) small.people.act(first.vendorId, { kind: 'delete', by: small.by })
    small.people.act(other.vendorId, { kind: 'merge', by: small.by, into: stray.vendorId })
    await small.settle(7 * small.hour)
    small.alerts.push({ id: 51, open: true, host: 'srv-09' })
    await small.settle()
    const at = small.filed().find((one) => one.ticketId === (gone ? stray : first).vendorId)
    expect([...new Set(at?.text.match(/Source: \S+/g))].toSorted()).toEqual([
      'Source: plain/alerts/1',
      'Source: plain/alerts/50',
      'Source: plain/alerts/51',
    ])
  }
})

test('a twin that comes up after its ticket was deleted is all that tells of the alert, and stays', async () => {
  const { small, first, late } = await withTwin(1, 0)
  small.people.act(first.vendorId, { kind: 'delete', by: small.by })
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  await small.settle()
  await late()
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  expect(await sweep(small.hub, desk)).toBe(0)
  expect(small.filed().map((one) => [one.folded, one.text.match(/Source: \S+/g)])).toEqual([
    [false, ['Source: plain/alerts/2']],
    [false, ['Source: plain/alerts/1']],
  ])
})

test('of two tickets of one alert a technician deletes one: work goes on at the other', async () => {
  const { small, first } = await withTwin()
  small.people.act(first.vendorId, { kind: 'delete', by: small.by })
  await small.settle(7 * small.hour)
  small.alerts.push({ id: 2, open: true, host: 'ws-01' })
  await small.settle()
  expect(small.filed().map((one) => one.text.match(/Source: \S+/g))).toEqual([
    ['Source: plain/alerts/1', 'Source: plain/alerts/2'],
  ])
})

/** The answer to the first or second request for a ticket was lost on its way, and it was carried out all the same, once or more. */
async function withTwin(which: 1 | 2 = 1, twins = 1) {
  let asked = 0
  let late: () => Promise<unknown> = () => Promise.resolve()
  const small = await withTicket({}, (fetch) => async (url, init) => {
    const isTicket = init.method === 'POST' && new URL(url).pathname.endsWith('/tickets')
    if (!isTicket || ++asked !== which) return fetch(url, init)
    late = () => fetch(url, init)
    throw new Error('the connection broke')
  })
  if (which === 2) {
    small.alerts.push({ id: 50, open: true, host: 'srv-09' })
    await small.settle()
  }
  for (let i = 0; i < twins; i++) await late()
  return { small, first: (await small.tickets())[which - 1]!, late }
}

/** The sweep has found what came of it. */
async function withFoldedStray(which: 1 | 2 = 1) {
  const { small, first } = await withTwin(which)
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  expect(await sweep(small.hub, desk)).toBe(1)
  const stray = (await small.tickets())[which]!
  expect(stray).toMatchObject({ foldedInto: first.id, marker: first.marker })
  return { small, first, stray }
}

test('a ticket that is merged into a resolved one is done with', async () => {
  const small = await withTicket()
  small.alerts.push({ id: 50, open: true, host: 'srv-09' })
  await small.settle()
  const [one, two] = await small.tickets()
  small.people.act(one!.vendorId, { kind: 'resolve', by: small.by, text: 'Done' })
  await small.settle()
  small.people.act(two!.vendorId, { kind: 'merge', by: small.by, into: one!.vendorId })
  await small.settle(7 * small.hour)
  const decided = await decisionsOf(small.store.db, [two!.caseId])
  expect(decided.get(two!.caseId)).toMatchObject({ status: 'resolved' })
})

test('a marker that was taken out is put back, and the words stay', async () => {
  const small = await withTicket()
  const { marker } = (await small.tickets())[0]!
  small.clock.now += small.hour
  await small.show(`/tickets/${small.id}`, { subject: 'Printer on fire' })
  await small.settle()
  await small.settle()
  expect((await shown(small, small.id)).subject).toBe(`${marker} Printer on fire`)
  expect(await kinds(small)).toEqual(['create sent', 'subject sent'])
})

test('a status that nobody knows is kept and shown as it is', async () => {
  const small = await withTicket()
  small.clock.now += small.hour
  await small.show(`/tickets/${small.id}`, { status: 'Parked by Bob' })
  await small.settle()
  expect((await small.tickets())[0]?.seen).toMatchObject({ status: 'Parked by Bob', phase: 'other' })
  expect((await small.onlyCase()).status).toBe('open')
})

test('a moved ticket is shown', async () => {
  const small = await withTicket()
  const other = small.world.customers[1]?.name ?? ''
  small.people.act(small.id, { kind: 'move', by: small.by, customerName: other })
  await small.settle()
  const [ticket] = await small.tickets()
  expect(ticket?.agreed).toMatchObject({ customer: '34288002', home: '34288001' })
  const [news] = await commentsOf(small.store.db, ticket!.caseId)
  expect(news?.body).toContain('was moved to the ticketing customer 34288002')
})

test('alerts and worksheets where the policy asks for them', async () => {
  const small = await withTicket({ alert: true, worksheet: 'Incident response checklist' })
  const alerts = async () => (await small.show('/rmm_alerts?status=all')).rmm_alerts as any[]
  const ours = (all: any[]) => all.filter((one) => one.description === 'Watchfloor')
  expect(ours(await alerts()).map((one) => one.resolved)).toEqual([false])
  expect((await shown(small, small.id)).worksheet_results).toHaveLength(1)
  small.people.act(small.id, { kind: 'resolve', by: small.by, text: 'Reimaged' })
  await small.settle()
  expect(ours(await alerts()).map((one) => one.resolved)).toEqual([true])
})

test('comments are hidden and mail nobody unless the policy says so', async () => {
  for (const [policy, hidden] of [
    [{}, true],
    [{ comments: 'public' as const }, false],
  ] as const) {
    const small = await withTicket(policy)
    small.alerts.push({ id: 2, open: true, host: 'ws-01' })
    await small.settle()
    const { comments } = await shown(small, small.id)
    expect(comments.map((one: any) => one.hidden)).toEqual([hidden, hidden])
  }
})
