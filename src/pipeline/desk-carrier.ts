import type { Desk, DeskTicket } from '../connectors/desk.ts'
import { ApiError } from '../contract/api-error.ts'
import type { Outcome } from '../contract/client.ts'
import { idOf } from '../domain/id.ts'
import { toRecord } from '../domain/record.ts'
import {
  type AlertDraft,
  type Draft,
  type Ticket,
  type TicketDraft,
  type TicketFields,
  noteMarkerOf,
} from '../domain/ticket.ts'
import { putRecords, readAgain } from '../store/records.ts'
import type { Db } from '../store/store.ts'
import { type StoredChange, listChanges } from '../store/ticket-changes.ts'
import { liveTickets, putTicket, setTicket, ticketByMarker, ticketsByVendorIds } from '../store/tickets.ts'
import type { Carried, Carrier, Done } from './carrier.ts'
import type { Hub } from './hub.ts'
import { feedLease, recall } from './feed-memory.ts'
import { eventOf } from './normalise.ts'
import { proseOf } from './ticket-text.ts'
import type { Live } from './vendors.ts'

/** Changes to tickets, and to what hangs on them. */
export function deskCarrier(hub: Hub, live: Live, desk: Desk): Carrier {
  const at: At = { hub, live, desk }
  return {
    visibilityMs: desk.visibilityMs,
    carry: async (change) => unlessLost(at, change, await carry(at, change, await written(hub, change))),
    lookUp: async (change) => {
      try {
        return await lookUp(at, change)
      } catch (error) {
        if (error instanceof ApiError) await isLost(at, change, error)
        throw error
      }
    },
  }
}

interface At {
  hub: Hub
  live: Live
  desk: Desk
}

async function carry(at: At, change: StoredChange, draft: Draft): Promise<Carried> {
  const { desk, live } = at
  const { client } = live
  if (draft.kind === 'create') {
    const made = await desk.create(client, draft)
    return carried(at, made, made.ok && made.ticket && created(at, change, draft, made.ticket))
  }
  if (draft.kind === 'alert') return alarm(at, change, draft)
  const ticket = await ticketOf(at, change)
  if (ticket === undefined) return { error: unclear(live, 'the case has no ticket', 'retryable') }
  switch (draft.kind) {
    case 'note': {
      const made = await desk.note(client, ticket.vendorId, draft)
      return carried(at, made, made.ok && made.noteId !== undefined && { vendorId: made.noteId })
    }
    case 'worksheet': {
      if (desk.worksheets === undefined) return { error: unclear(live, 'no worksheets here', 'refused') }
      const made = await desk.worksheets.attach(client, ticket.vendorId, draft)
      return carried(at, made, made.ok && made.worksheetId !== undefined && { vendorId: made.worksheetId })
    }
    case 'write-back':
    case 'project':
    case 'task':
    case 'task-status':
      return { error: unclear(live, `a desk takes no ${draft.kind}`, 'refused') }
    default: {
      const made = await desk.change(client, ticket.vendorId, draft.set)
      const outcome = made.ok ? made : { ...made, error: sentOnce(made.error) }
      return carried(at, outcome, made.ok && made.ticket && changed(at, ticket, draft.set, made.ticket))
    }
  }
}

async function alarm({ hub, live, desk }: At, change: StoredChange, draft: AlertDraft): Promise<Carried> {
  const { alarms } = desk
  if (alarms === undefined) return { error: unclear(live, 'no alerts here', 'refused') }
  if (draft.raise) {
    const made = await alarms.raise(live.client, draft)
    return carried(
      { hub, live, desk },
      made,
      made.ok && made.alertId !== undefined && { vendorId: made.alertId },
    )
  }
  const raised = await raisedBefore(hub, change)
  if (raised === undefined) return { done: { vendorId: '' } }
  const cleared = await alarms.clear(live.client, raised)
  return cleared.ok || cleared.error.status === 404
    ? { done: { vendorId: raised } }
    : { error: cleared.error }
}

async function raisedBefore(hub: Hub, change: StoredChange): Promise<string | undefined> {
  const all = await listChanges(hub.store.db, { caseId: change.caseId, limit: 1000 })
  const raises = all.filter(
    (one) => one.payload.kind === 'alert' && one.payload.raise && one.state === 'sent',
  )
  const last = raises.toSorted((a, b) => b.version - a.version).find((one) => one.version < change.version)
  return last?.vendorId ?? undefined
}

function carried({ live }: At, outcome: Outcome<unknown>, done: Done | false | undefined): Carried {
  if (!outcome.ok) return { error: outcome.error }
  return done === false || done === undefined ? { error: unclear(live, 'the answer names no id') } : { done }
}

export function unclear(
  live: Live,
  message: string,
  verdict: 'ambiguous' | 'retryable' | 'refused' = 'ambiguous',
): ApiError {
  return new ApiError({ vendor: live.connection.vendor, status: 0, code: 'no_id', message, verdict })
}

/** A PUT may be repeated, but not blindly: a technician may have changed the field since. */
export function sentOnce(error: ApiError): ApiError {
  if (!error.retryable || error.status === 429) return error
  const { vendor, status, code, message, requestId } = error
  return new ApiError({ vendor, status, code, message, requestId, verdict: 'ambiguous' })
}

/** A ticket that is not there: what became of it enters at the left, and the change waits for it. */
async function unlessLost(at: At, change: StoredChange, carriedOut: Carried): Promise<Carried> {
  const { error } = carriedOut
  if (error === undefined || !(await isLost(at, change, error))) return carriedOut
  return { error: unclear(at.live, error.message, 'retryable') }
}

/** Whether the change's ticket is not there any more; what became of it is read. */
async function isLost(at: At, change: StoredChange, error: ApiError): Promise<boolean> {
  if (error.status !== 404 || !needsTicket(change)) return false
  const ticket = await ticketOf(at, change)
  if (ticket === undefined || feedOf(at.live) === undefined) return false
  try {
    await traceLost(at, ticket)
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
  }
  return true
}

/** A ticket that is not where it was: what became of it is read and enters at the left. Throws ApiError. */
export async function traceLost({ hub, live, desk }: At, { marker, vendorId, seen }: Ticket): Promise<void> {
  const feed = feedOf(live)
  if (feed === undefined) return
  const lost = { vendorId, marker, customerId: seen?.customerId ?? '', since: seen?.updatedAt ?? 0 }
  const seeds = await desk.trace(live.client, lost)
  const now = hub.outside.now()
  const records = seeds.map((seed) => toRecord(live.connection.id, feed, seed, now))
  await hub.store.transaction((tx) => putRecords(tx, records))
  recall(hub.store, feedLease(live.connection.id, feed))?.rows.wrote(records)
}

function needsTicket({ kind }: StoredChange): boolean {
  return kind !== 'create' && kind !== 'alert' && kind !== 'write-back'
}

function feedOf(live: Live): string | undefined {
  return live.connector.feeds.find((feed) => feed.kind === 'tickets')?.name
}

async function lookUp(at: At, change: StoredChange): Promise<Done | undefined> {
  const { hub, desk, live } = at
  const draft = change.payload
  const marker = noteMarkerOf(change.id)
  if (draft.kind === 'create') {
    const query = { marker: draft.marker, customerId: draft.customerId, since: change.createdAt }
    const found = (await desk.findTickets(live.client, query)).toSorted((a, b) => a.createdAt - b.createdAt)
    return found[0] && created(at, change, draft, found[0])
  }
  if (draft.kind === 'alert') {
    const raised = draft.raise
      ? await desk.alarms?.find(live.client, marker)
      : await raisedBefore(hub, change)
    return raised === undefined ? undefined : { vendorId: raised }
  }
  const ticket = await ticketOf(at, change)
  if (ticket === undefined) return undefined
  if (draft.kind === 'note') return named(await desk.findNote(live.client, ticket.vendorId, marker))
  if (draft.kind === 'worksheet')
    return named(await desk.worksheets?.find(live.client, ticket.vendorId, draft.title))
  if (!('set' in draft)) return undefined
  const held = await desk.holds(live.client, ticket.vendorId, draft.set)
  return held && changed(at, ticket, draft.set, held)
}

function named(vendorId: string | undefined): Done | undefined {
  return vendorId === undefined ? undefined : { vendorId }
}

async function ticketOf({ hub, live }: At, change: StoredChange): Promise<Ticket | undefined> {
  const found = await liveTickets(hub.store.db, live.connection.id, [change.caseId])
  return found.get(change.caseId) ?? undefined
}

/** What was reported of it before we knew that it is ours is read again. */
function created({ live }: At, change: StoredChange, draft: TicketDraft, made: DeskTicket): Done {
  const { caseId, connectionId } = change
  const { marker, customerId } = draft
  const agreed = {
    status: 'open',
    priority: made.sight.priority,
    marker: true,
    customer: customerId,
    home: customerId,
  }
  const keep = async (tx: Db, now: number): Promise<void> => {
    const ticket = { ...toTicket(caseId, connectionId, marker, made, now), agreed }
    const first = await ticketByMarker(tx, marker)
    // Another process may have found its twin first, by a clock that is ahead of ours: that one stays the first.
    await putTicket(
      tx,
      first === undefined ? ticket : { ...ticket, createdAt: Math.max(now, first.createdAt + 1) },
    )
    const feed = feedOf(live)
    if (feed !== undefined) await readAgain(tx, connectionId, feed, made.vendorId)
  }
  return { vendorId: made.vendorId, keep }
}

/** What both sides hold now. With the echo check off nothing is remembered, and our own change comes back as theirs. */
function changed({ hub }: At, { connectionId, vendorId }: Ticket, set: TicketFields, made: DeskTicket): Done {
  const written = {
    ...(set.status !== undefined && { status: set.status }),
    ...(set.severity !== undefined && { priority: made.sight.priority }),
    ...(set.marker !== undefined && { marker: true }),
  }
  const keep = async (tx: Db): Promise<void> => {
    // As it is now: something may have been reported of it while the request was on its way.
    const [ticket] = await ticketsByVendorIds(tx, connectionId, [vendorId])
    if (ticket === undefined || !hub.protections.echoCheck) return
    const seen = made.sight.updatedAt >= (ticket.seen?.updatedAt ?? 0) ? made.sight : ticket.seen
    await setTicket(tx, ticket.id, { agreed: { ...ticket.agreed, ...written }, seen })
  }
  return { vendorId, keep }
}

export function toTicket(
  caseId: string,
  connectionId: string,
  marker: string,
  shown: DeskTicket,
  now: number,
): Ticket {
  const { vendorId, number, url, sight } = shown
  const id = idOf('tkt', connectionId, vendorId)
  const known = { id, caseId, connectionId, vendorId, number, marker, url }
  return { ...known, foldedInto: null, gone: null, seen: sight, agreed: {}, createdAt: now }
}

/** The whole text: what was decided, with the vendor's own words after it. */
async function written(hub: Hub, { id, payload }: StoredChange): Promise<Draft> {
  const { quotes, ...draft } = payload
  if (quotes === undefined || (draft.kind !== 'create' && draft.kind !== 'note')) return draft
  try {
    const event = await eventOf(hub, quotes)
    return event === undefined ? draft : { ...draft, body: draft.body + proseOf(event) }
  } catch (error) {
    // It was read once: better a ticket without the vendor's words than no ticket.
    hub.log('warn', 'a record cannot be quoted', { change: id, record: quotes, reason: String(error) })
    return draft
  }
}
