import type { Desk, DeskTicket } from '../connectors/connector.ts'
import { ApiError } from '../contract/api-error.ts'
import { idOf, markerOf } from '../domain/id.ts'
import { type NoteDraft, type Ticket, type TicketDraft, noteMarkerOf } from '../domain/ticket.ts'
import { type StoredChange, dueChanges, setChange, stuckSending } from '../store/ticket-changes.ts'
import { putTicket, ticketsOf } from '../store/tickets.ts'
import type { Hub } from './hub.ts'
import { type Lease, withLease } from './lease.ts'
import { eventOf } from './normalise.ts'
import { proseOf } from './ticket-text.ts'
import type { Live } from './vendors.ts'

/**
 * TicketChange → vendor: the one-ticket protocol. `sending` is committed before the request leaves; whatever is not a
 * clear answer is `ambiguous` and never sent again until look-ups by marker, repeated for as long as the vendor may
 * hide a new ticket, have found nothing.
 */

/** Look-ups after an unclear answer: soon, then ever more slowly until the vendor's visibility horizon has passed. */
const lookupSteps = [2_000, 10_000, 30_000, 60_000]
/** A vendor may still carry out a request that we gave up on: the horizon begins this long after. */
const lateMs = 30_000
const atOnce = 4

/** One attempt at all that is due for one ticketing connection. Returns how many changes were worked on. */
export async function deliver(hub: Hub, live: Live, desk: Desk): Promise<number | undefined> {
  return withLease(hub, outboxLease(live.connection.id), async (lease) => {
    await recover(hub, live, lease)
    const due = await dueChanges(hub.store.db, live.connection.id, hub.outside.now(), atOnce)
    await Promise.all(due.map((change) => work(hub, live, desk, lease, change)))
    return due.length
  })
}

/** One writer per connection: the outbox and the sweep exclude each other. */
export function outboxLease(connectionId: string): string {
  return `outbox:${connectionId}`
}

/** What another holder left in `sending` may have been carried out. */
async function recover(hub: Hub, live: Live, lease: Lease): Promise<void> {
  const now = hub.outside.now()
  for (const change of await stuckSending(hub.store.db, live.connection.id)) {
    if (change.fence === lease.fence) continue
    await becomeAmbiguous(hub, change, 'the process died while the request was on its way', now)
  }
}

async function work(hub: Hub, live: Live, desk: Desk, lease: Lease, change: StoredChange): Promise<void> {
  if (change.state === 'ambiguous') return settle(hub, live, desk, change)
  return send(hub, live, desk, lease, change)
}

async function send(hub: Hub, live: Live, desk: Desk, lease: Lease, change: StoredChange): Promise<void> {
  const sentAt = hub.outside.now()
  const claimed = await hub.store.transaction(async (tx) => {
    await lease.renew(tx)
    const patch = { state: 'sending' as const, attempts: change.attempts + 1, sentAt, fence: lease.fence }
    return setChange(tx, change.id, patch, 'pending')
  })
  if (!claimed) return
  const result = await request(hub, live, desk, change)
  if (result.done !== undefined) return settled(hub, change, result.done, false)
  const { error } = result
  const now = hub.outside.now()
  if (error.ambiguous) return becomeAmbiguous(hub, change, error.line, now)
  const refused = error.verdict === 'refused'
  const again = {
    state: 'pending' as const,
    dueAt: now + Math.max(error.retryAfterMs ?? 0, 30_000),
    error: error.line,
  }
  await setChange(
    hub.store.db,
    change.id,
    refused ? { state: 'refused', error: error.line } : again,
    'sending',
  )
  if (refused)
    hub.log('error', 'a ticket change was refused', {
      change: change.id,
      case: change.caseId,
      reason: error.line,
    })
}

/** What was made at the vendor. */
interface Done {
  vendorId: string
  ticket?: DeskTicket
}

type Result = { done: Done; error?: never } | { done?: never; error: ApiError }

async function request(hub: Hub, live: Live, desk: Desk, change: StoredChange): Promise<Result> {
  const payload = await written(hub, change)
  if (payload.kind === 'create') {
    const made = await desk.create(live.client, payload)
    if (!made.ok) return { error: made.error }
    return made.ticket
      ? { done: { vendorId: made.ticket.vendorId, ticket: made.ticket } }
      : { error: unreadable(live) }
  }
  const ticketId = await liveTicketOf(hub, change)
  if (ticketId === undefined) return { error: unreadable(live, 'retryable') }
  const made = await desk.note(live.client, ticketId, payload)
  if (!made.ok) return { error: made.error }
  return made.noteId === undefined ? { error: unreadable(live) } : { done: { vendorId: made.noteId } }
}

/** The whole text: what was decided, with the vendor's own words after it. */
async function written(hub: Hub, { id, payload }: StoredChange): Promise<TicketDraft | NoteDraft> {
  const { quotes, ...draft } = payload
  if (quotes === undefined) return draft
  try {
    const event = await eventOf(hub, quotes)
    return event === undefined ? draft : { ...draft, body: draft.body + proseOf(event) }
  } catch (error) {
    // It was read once: better a ticket without the vendor's words than no ticket.
    hub.log('warn', 'a record cannot be quoted', { change: id, record: quotes, reason: String(error) })
    return draft
  }
}

function unreadable(live: Live, verdict: 'ambiguous' | 'retryable' = 'ambiguous'): ApiError {
  const { vendor } = live.connection
  return new ApiError({ vendor, status: 0, code: 'no_id', message: 'the answer names no id', verdict })
}

async function settle(hub: Hub, live: Live, desk: Desk, change: StoredChange): Promise<void> {
  const now = hub.outside.now()
  if (!hub.protections.markerLookup) {
    await setChange(hub.store.db, change.id, { state: 'pending', dueAt: now }, 'ambiguous')
    return
  }
  try {
    const done = await lookUp(hub, live, desk, change)
    if (done !== undefined) return await settled(hub, change, done, true)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // A look-up that failed has shown nothing: it does not count.
    await setChange(hub.store.db, change.id, { dueAt: now + 10_000, error: error.line }, 'ambiguous')
    return
  }
  const lookups = change.lookups + 1
  const horizon = (change.sentAt ?? now) + lateMs + desk.visibilityMs
  if (now >= horizon) {
    await setChange(hub.store.db, change.id, { state: 'pending', lookups: 0, dueAt: now }, 'ambiguous')
    return
  }
  const step = lookupSteps[Math.min(lookups, lookupSteps.length - 1)] ?? 60_000
  await setChange(hub.store.db, change.id, { lookups, dueAt: Math.min(now + step, horizon) }, 'ambiguous')
}

async function lookUp(hub: Hub, live: Live, desk: Desk, change: StoredChange): Promise<Done | undefined> {
  const { payload } = change
  if (payload.kind === 'create') {
    const query = { marker: payload.marker, customerId: payload.customerId, since: change.createdAt }
    const [ticket] = (await desk.findTickets(live.client, query)).toSorted(
      (a, b) => a.createdAt - b.createdAt,
    )
    return ticket && { vendorId: ticket.vendorId, ticket }
  }
  const ticketId = await liveTicketOf(hub, change)
  const noteId = ticketId && (await desk.findNote(live.client, ticketId, noteMarkerOf(change.id)))
  return noteId === undefined ? undefined : { vendorId: noteId }
}

async function liveTicketOf(hub: Hub, change: StoredChange): Promise<string | undefined> {
  const tickets = await ticketsOf(hub.store.db, [change.caseId])
  return tickets.find((ticket) => ticket.foldedInto === null && ticket.connectionId === change.connectionId)
    ?.vendorId
}

async function settled(hub: Hub, change: StoredChange, done: Done, byLookup: boolean): Promise<void> {
  const now = hub.outside.now()
  await hub.store.transaction(async (tx) => {
    if (done.ticket !== undefined)
      await putTicket(tx, toTicket(change.caseId, change.connectionId, done.ticket, now))
    // No state is expected: whoever knows that it was done is right, whatever another process thought meanwhile.
    const { vendorId } = done
    await setChange(tx, change.id, {
      state: 'sent',
      vendorId,
      error: null,
      settledByLookup: byLookup || change.settledByLookup,
    })
  })
}

export function toTicket(caseId: string, connectionId: string, seen: DeskTicket, now: number): Ticket {
  const { vendorId, number, url } = seen
  const id = idOf('tkt', connectionId, vendorId)
  return {
    id,
    caseId,
    connectionId,
    vendorId,
    number,
    marker: markerOf(caseId),
    url,
    foldedInto: null,
    createdAt: now,
  }
}

async function becomeAmbiguous(hub: Hub, change: StoredChange, error: string, now: number): Promise<void> {
  const patch = { state: 'ambiguous' as const, ambiguities: change.ambiguities + 1, lookups: 0, error }
  await setChange(
    hub.store.db,
    change.id,
    { ...patch, sentAt: now, dueAt: now + (lookupSteps[0] ?? 0) },
    'sending',
  )
  hub.log('warn', 'a ticket change is ambiguous: it will be looked up', { change: change.id, reason: error })
}
