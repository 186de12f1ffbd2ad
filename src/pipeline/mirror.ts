import type { Feed } from '../connectors/feed.ts'
import type { CaseComment } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import { type Owner, merge } from '../domain/merge.ts'
import type { VendorRecord } from '../domain/record.ts'
import {
  type Agreed,
  type StandingTicket,
  type Ticket,
  type TicketComment,
  type TicketField,
  type TicketReport,
  isOurs,
} from '../domain/ticket.ts'
import { putComments } from '../store/case-comments.ts'
import { casesByIds } from '../store/cases.ts'
import { type Policies, readPolicies } from '../store/policies.ts'
import type { Db } from '../store/store.ts'
import { type StoredChange, onTheirWay } from '../store/ticket-changes.ts'
import { holdTickets, liveTickets, setTicket, ticketsMergedInto } from '../store/tickets.ts'
import { ChangeList } from './change-list.ts'
import type { Hub } from './hub.ts'
import { keepGone } from './ticket-gone.ts'
import { type Turn, decideTurns, turnCases } from './turns.ts'

/** What the desk reports → case: the way back of a ticket. Who wrote what is told apart by what was written. */

/** Who owns what: see section 6 of the design. The customer is theirs: a ticket that they move has moved. */
const owners = {
  status: 'both',
  priority: 'theirs',
  marker: 'ours',
  customer: 'theirs',
} as const satisfies Record<TicketField, Owner>

export interface Reported {
  connectionId: string
  feed: string
  report: TicketReport
}

/** Pure; throws on a record that it cannot read. */
export function toReported(record: VendorRecord, feed: Feed): Reported {
  if (feed.toReport === undefined) throw new Error(`feed ${feed.name} has no tickets`)
  return { connectionId: record.connectionId, feed: feed.name, report: feed.toReport(record) }
}

/** In the caller's transaction. Of several versions of one ticket each has its say, in the order read. */
export async function mirrorTickets(tx: Db, hub: Hub, all: readonly Reported[], now: number): Promise<void> {
  if (all.length === 0) return
  const policies = await readPolicies(tx)
  const turns: Turn[] = []
  // Tickets that are gone come first: their cases may go on at a ticket that is reported with them.
  const gone = new Set(all.filter(({ report }) => report.gone !== undefined).map(keyOf))
  for (const { connectionId, feed, report } of all.filter((one) => gone.has(keyOf(one)))) {
    if (report.gone === undefined)
      turns.push(...(await mirrorStanding(tx, hub, connectionId, [report], policies, now)))
    else turns.push(...(await keepGone(tx, hub, { connectionId, feed, report }, policies, now)))
  }
  const standing = all.flatMap(({ connectionId, report }) =>
    report.gone !== undefined || gone.has(keyOf({ connectionId, report })) ? [] : [{ connectionId, report }],
  )
  for (const [connectionId, ofOne] of Map.groupBy(standing, (one) => one.connectionId)) {
    const reports = ofOne.map((one) => one.report)
    turns.push(...(await mirrorStanding(tx, hub, connectionId, reports, policies, now)))
  }
  await decideTurns(tx, hub, turns, policies, now)
}

function keyOf({ connectionId, report }: Pick<Reported, 'connectionId' | 'report'>): string {
  return `${connectionId} ${report.vendorId}`
}

/** What we know of the tickets that are reported. */
interface Held {
  /** As they are now, by the vendor's id. */
  tickets: Map<string, Ticket>
  /** What was merged into each. */
  merged: Map<string, Ticket[]>
  /** What is on its way to any of their cases, as decided. */
  flying: StoredChange[]
}

async function hold(
  tx: Db,
  hub: Hub,
  connectionId: string,
  reports: readonly StandingTicket[],
): Promise<Held> {
  const vendorIds = reports.map((one) => one.vendorId)
  const tickets = await holdTickets(tx, connectionId, vendorIds)
  const merged = await ticketsMergedInto(
    tx,
    tickets.filter((one) => !isStray(one)).map((one) => one.id),
  )
  const caseIds = [...new Set([...tickets, ...[...merged.values()].flat()].map((one) => one.caseId))]
  const flying = hub.protections.echoCheck && caseIds.length > 0 ? await onTheirWay(tx, caseIds) : []
  const byVendorId = new Map(tickets.map((one) => [one.vendorId, one]))
  return { tickets: byVendorId, merged, flying }
}

/** In the order read; what is known of them is asked for once. */
async function mirrorStanding(
  tx: Db,
  hub: Hub,
  connectionId: string,
  reports: readonly StandingTicket[],
  policies: Policies,
  now: number,
): Promise<Turn[]> {
  const turns: Turn[] = []
  let held = await hold(tx, hub, connectionId, reports)
  for (const report of reports) {
    const before = held.tickets.get(report.vendorId)
    turns.push(...(await mirrorOne(tx, hub, held, connectionId, report, policies, now)))
    // One that is back is merged into no other any more.
    const isBack = before?.gone !== held.tickets.get(report.vendorId)?.gone
    if (isBack) held = await hold(tx, hub, connectionId, reports)
  }
  return turns
}

async function mirrorOne(
  tx: Db,
  hub: Hub,
  held: Held,
  connectionId: string,
  report: StandingTicket,
  policies: Policies,
  now: number,
): Promise<Turn[]> {
  const ticket = held.tickets.get(report.vendorId)
  // Another hub's, or one whose making is not settled yet: it is read again once it is. A folded stray has no say.
  if (ticket === undefined || isStray(ticket)) return []
  const merged = held.merged.get(ticket.id) ?? []
  const caseIds = [...new Set([ticket, ...merged].map((one) => one.caseId))]
  const theirs = hub.protections.echoCheck ? report.comments.filter((one) => !isOurs(one)) : report.comments
  await putComments(
    tx,
    caseIds.flatMap((caseId) => theirs.map((one) => toComment(caseId, connectionId, one))),
  )
  const known = ticket.seen?.updatedAt ?? 0
  // What was on its way while we wrote is older than what we know; what is gone comes back only with something new.
  if (report.sight.updatedAt < known || (ticket.gone !== null && report.sight.updatedAt === known)) return []
  return mirrorFields(tx, held, { ticket, report, caseIds, theirs, policies, now })
}

function isStray({ foldedInto, gone }: Ticket): boolean {
  return foldedInto !== null && gone === null
}

function toComment(caseId: string, connectionId: string, one: TicketComment): CaseComment {
  const { vendorId, author, body, at } = one
  // By the comment, not by the ticket: a merge takes comments along.
  const id = idOf('cmt', caseId, connectionId, vendorId)
  return { id, caseId, source: 'ticket', connectionId, vendorId, author, body, at }
}

interface Sighting {
  ticket: Ticket
  report: StandingTicket
  caseIds: string[]
  /** What others than we wrote. */
  theirs: TicketComment[]
  policies: Policies
  now: number
}

async function mirrorFields(tx: Db, held: Held, sighting: Sighting): Promise<Turn[]> {
  const { ticket, report, caseIds, now } = sighting
  const { connectionId } = ticket
  const flying = held.flying.filter((one) => caseIds.includes(one.caseId))
  const { sight, subject } = report
  const theirs = {
    status: sight.phase === 'closed' ? 'resolved' : 'open',
    // Which word our own change made of it, only its answer will tell.
    priority: flying.some(sets('severity')) ? undefined : sight.priority,
    marker: subject.includes(ticket.marker),
    customer: sight.customerId,
  }
  // A ticket from before anything was remembered of it was open when it was made.
  const before: Agreed = { ...theirs, status: 'open', ...ticket.agreed }
  const ours = { ...before, status: pushed(flying) ?? before.status, marker: true }
  const { take, push, agreed } = merge<TicketField>(ours, theirs, before, owners)
  const handed = ticket.agreed.handed === true || 'priority' in take
  const { home } = ticket.agreed
  const kept: Agreed = { ...agreed, ...(handed && { handed }), ...(home !== undefined && { home }) }
  const patch = { seen: sight, agreed: kept, ...(ticket.gone && { gone: null, foldedInto: null }) }
  await setTicket(tx, ticket.id, patch)
  held.tickets.set(ticket.vendorId, { ...ticket, ...patch })
  if (push.marker === true && !flying.some(sets('marker'))) await restoreMarker(tx, ticket, now)
  if (typeof take.customer === 'string') await tellMoved(tx, sighting, take.customer)
  return 'status' in take ? turned(tx, sighting, connectionId, take.status === 'resolved') : []
}

function sets(field: 'severity' | 'marker' | 'status'): (change: StoredChange) => boolean {
  return ({ payload }) => 'set' in payload && payload.set[field] !== undefined
}

/** The status that we last sent, while nobody knows whether it arrived. */
function pushed(flying: readonly StoredChange[]): string | undefined {
  const last = flying.findLast(sets('status'))?.payload
  return last !== undefined && 'set' in last ? last.set.status : undefined
}

async function restoreMarker(tx: Db, { caseId, connectionId, marker }: Ticket, now: number): Promise<void> {
  const changes = await ChangeList.open(tx, [caseId], now)
  const subject = `Subject: the marker ${marker} was taken out`
  changes.add(caseId, connectionId, 'subject', () => ({ kind: 'subject', subject, set: { marker } }))
  await changes.put()
}

async function tellMoved(
  tx: Db,
  { ticket, caseIds, report, now }: Sighting,
  customer: string,
): Promise<void> {
  const body = `Ticket #${ticket.number} was moved to the ticketing customer ${customer}.`
  const where = { source: 'news' as const, connectionId: ticket.connectionId, vendorId: ticket.vendorId }
  const told = { ...where, author: report.sight.assignee ?? 'the desk', body, at: now }
  await putComments(
    tx,
    caseIds.map((caseId) => ({
      ...told,
      id: idOf('cmt', caseId, ticket.id, 'moved', customer, now),
      caseId,
    })),
  )
}

/** A technician has resolved or reopened the ticket: the case follows, where its customer's policy lets it. */
async function turned(
  tx: Db,
  { ticket, report, caseIds, theirs, policies, now }: Sighting,
  connectionId: string,
  resolved: boolean,
): Promise<Turn[]> {
  const live = await liveTickets(tx, connectionId, caseIds)
  const last = theirs.at(-1)
  const who = last?.author || report.sight.assignee || 'a technician'
  const reason = resolved
    ? (last?.body ?? `ticket #${ticket.number} was set to ${report.sight.status}`)
    : `ticket #${ticket.number} was set to ${report.sight.status}`
  // Work on the others goes on at another ticket.
  const here = (await casesByIds(tx, caseIds)).filter((own) => live.get(own.id)?.id === ticket.id)
  return turnCases(tx, here, { status: resolved ? 'resolved' : 'open', who, reason, at: now }, policies)
}
