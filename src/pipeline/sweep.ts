import type { Desk, DeskTicket } from '../connectors/desk.ts'
import { readMarker } from '../domain/id.ts'
import { getMeta, setMeta } from '../store/meta.ts'
import { putTicket, ticketByMarker, ticketsOf } from '../store/tickets.ts'
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
  let folded = 0
  for (const [marker, tickets] of Map.groupBy(seen, (ticket) => readMarker(ticket.subject) ?? '')) {
    if (marker !== '' && tickets.length > 1) folded += await foldStrays(hub, live, desk, marker, tickets)
  }
  return folded
}

async function foldStrays(
  hub: Hub,
  live: Live,
  desk: Desk,
  marker: string,
  tickets: DeskTicket[],
): Promise<number> {
  const known = await ticketByMarker(hub.store.db, marker)
  // A marker that the store does not know belongs to another hub, or is still being settled: not ours to judge.
  if (known === undefined || known.gone !== null) return 0
  const survivor = tickets.find((ticket) => ticket.vendorId === known.vendorId)
  if (survivor === undefined) {
    // Somebody may have deleted it: then one of these takes its place, and the next sweep folds the others into that.
    await traceLost({ hub, live, desk }, known)
    return 0
  }
  const ours = await ticketsOf(hub.store.db, [known.caseId])
  const done = new Set(ours.filter((one) => one.foldedInto !== null).map((one) => one.vendorId))
  let folded = 0
  for (const stray of tickets) {
    if (stray.vendorId === survivor.vendorId || done.has(stray.vendorId)) continue
    const ticket = toTicket(known.caseId, known.connectionId, marker, stray, hub.outside.now())
    // What became of the one that was to stay comes with the tickets feed.
    if (!(await desk.fold(live.client, stray, survivor))) continue
    await putTicket(hub.store.db, { ...ticket, foldedInto: known.id })
    hub.log('warn', 'a stray ticket was folded', { stray: stray.number, into: survivor.number, marker })
    folded++
  }
  return folded
}
