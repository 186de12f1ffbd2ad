import type { Desk, DeskTicket } from '../connectors/desk.ts'
import { readMarker } from '../domain/id.ts'
import type { Ticket } from '../domain/ticket.ts'
import { getMeta, setMeta } from '../store/meta.ts'
import { liveTickets, putTicket, ticketByMarker, ticketsByVendorIds } from '../store/tickets.ts'
import type { Hub } from './hub.ts'
import { withLease } from './lease.ts'
import { traceLost, toTicket } from './desk-carrier.ts'
import { outboxLease } from './outbox.ts'
import { sweepProjects } from './sweep-projects.ts'
import { sweepTasks } from './sweep-tasks.ts'
import type { Live } from './vendors.ts'

/** Everything of ours this young is looked at again: a stray can come to light late. */
const lookBackMs = 6 * 60 * 60_000

/**
 * Finds strays: two tickets, two tasks or two projects with one marker. The one that we know stays, the others are closed with a word
 * that names it. Returns how many were folded.
 */
export async function sweep(hub: Hub, live: Live): Promise<number | undefined> {
  // It looks for markers too: without them nobody knows a stray.
  if (!hub.protections.markerLookup) return 0
  return withLease(hub, outboxLease(live.connection.id), async () => {
    const { desk, board } = live.connector
    const now = hub.outside.now()
    const key = `sweep:${live.connection.id}`
    const kept = await getMeta(hub.store.db, key)
    const lastAt = kept === undefined ? undefined : Number(kept)
    const tickets = desk === undefined ? 0 : await sweepTickets(hub, live, desk, (lastAt ?? now) - lookBackMs)
    const tasks = board === undefined ? 0 : await sweepTasks(hub, live, board, lastAt)
    const projects = board === undefined ? 0 : await sweepProjects(hub, live, board, lastAt)
    await setMeta(hub.store.db, key, now)
    return tickets + tasks + projects
  })
}

async function sweepTickets(hub: Hub, live: Live, desk: Desk, since: number): Promise<number> {
  const seen = await desk.ticketsSince(live.client, since)
  const held = await ticketsByVendorIds(
    hub.store.db,
    live.connection.id,
    seen.map((one) => one.vendorId),
  )
  const rows = new Map(held.map((one) => [one.vendorId, one]))
  const isDone = (one: Ticket): boolean => one.foldedInto !== null || one.gone !== null
  const standing = Map.groupBy(
    held.filter((one) => !isDone(one)),
    (one) => one.marker,
  )
  let folded = 0
  for (const ticket of seen) {
    const marker = readMarker(ticket.subject)
    const row = rows.get(ticket.vendorId)
    if (marker === undefined || (row !== undefined && isDone(row))) continue
    const isAlone = row?.marker === marker && standing.get(marker)?.length === 1
    if (!isAlone && (await foldStray(hub, live, desk, ticket, marker))) folded++
  }
  return folded
}

/** What bears a marker of ours and is not the ticket that we know under it. */
async function foldStray(
  hub: Hub,
  live: Live,
  desk: Desk,
  stray: DeskTicket,
  marker: string,
): Promise<boolean> {
  const { store, outside, log } = hub
  const known = await ticketByMarker(store.db, marker)
  // A marker that the store does not know belongs to another hub, or is still being settled: not ours to judge.
  // Nor is the twin of a deleted ticket: it may be all that tells of its alert.
  if (known === undefined || known.gone === 'deleted') return false
  const { caseId, connectionId } = known
  const stands = known.gone === null && known.foldedInto === null
  const into = stands ? known : (await liveTickets(store.db, connectionId, [caseId])).get(caseId)
  if (!into || into.vendorId === stray.vendorId) return false
  if (!(await desk.fold(live.client, stray, into))) {
    // Somebody has deleted the one that was to stay: then a stray takes its place, and the next sweep goes on from there.
    await traceLost({ hub, live, desk }, into)
    return false
  }
  const ticket = toTicket(caseId, connectionId, marker, stray, outside.now())
  await putTicket(store.db, { ...ticket, foldedInto: into.id })
  log('warn', 'a stray ticket was folded', { stray: stray.number, into: into.number, marker })
  return true
}
