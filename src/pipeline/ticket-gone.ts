import { idOf } from '../domain/id.ts'
import type { GoneTicket, Ticket } from '../domain/ticket.ts'
import { putComments } from '../store/case-comments.ts'
import { casesByIds } from '../store/cases.ts'
import type { Policies } from '../store/policies.ts'
import { findingsOfCases } from '../store/findings.ts'
import { readAgain } from '../store/records.ts'
import type { Db } from '../store/store.ts'
import { casesWithUntold, refuseUndone } from '../store/ticket-changes.ts'
import {
  liveTickets,
  putTicket,
  setTicket,
  unfold,
  ticketsByVendorIds,
  ticketsMergedInto,
} from '../store/tickets.ts'
import type { CaseNews } from './correlate.ts'
import type { Hub } from './hub.ts'
import { namedAlert } from './tell-correction.ts'
import { decideAgain, decideChanges } from './tickets.ts'
import { type Turn, turnCases } from './turns.ts'

/** A ticket that technicians deleted or merged: found, told on its cases, linked again by rule, never made anew without one. */
export async function keepGone(
  tx: Db,
  hub: Hub,
  { connectionId, feed, report }: { connectionId: string; feed: string; report: GoneTicket },
  policies: Policies,
  now: number,
): Promise<Turn[]> {
  const [ticket] = await ticketsByVendorIds(tx, connectionId, [report.vendorId])
  if (ticket === undefined || ticket.gone !== null) return []
  const merged = (await ticketsMergedInto(tx, [ticket.id])).get(ticket.id) ?? []
  const caseIds = [...new Set([ticket, ...merged].map((one) => one.caseId))]
  const into = report.into && (await survivorOf(tx, ticket, report.into, now))
  await setTicket(tx, ticket.id, {
    gone: into ? 'merged' : 'deleted',
    foldedInto: into?.id ?? ticket.foldedInto,
  })
  // What was merged into this one goes along.
  if (into) for (const one of merged) await setTicket(tx, one.id, { foldedInto: into.id })
  if (into && into.foldedInto !== null) await intoStray(tx, hub, ticket, into, caseIds, now)
  // What the survivor says was not ours to read until now.
  if (into) await readAgain(tx, connectionId, feed, into.vendorId)
  const what = into ? `was merged into ticket #${into.number}` : 'was deleted at the desk'
  const body = `Ticket #${ticket.number} ${what}.`
  hub.log('warn', 'a ticket is gone', { ticket: ticket.number, case: ticket.caseId, what })
  const told = {
    source: 'news' as const,
    connectionId,
    vendorId: ticket.vendorId,
    author: 'the desk',
    body,
    at: now,
  }
  await putComments(
    tx,
    caseIds.map((caseId) => ({ ...told, id: idOf('cmt', caseId, ticket.id, 'gone', now), caseId })),
  )
  if (!into) {
    // Strays that people have merged something into are what they work at now.
    const through = merged.flatMap((one) => one.foldedInto ?? [])
    await unfold(tx, through, ticket.id)
    await withoutTicket(tx, hub, ticket, caseIds, policies, now)
  }
  return into?.agreed.status === 'resolved' ? followSurvivor(tx, ticket, into, caseIds, policies, now) : []
}

/** Merged into a ticket that is resolved already: no report of it will say so again. */
async function followSurvivor(
  tx: Db,
  { connectionId, number }: Ticket,
  into: Ticket,
  caseIds: string[],
  policies: Policies,
  now: number,
): Promise<Turn[]> {
  const live = await liveTickets(tx, connectionId, caseIds)
  const here = (await casesByIds(tx, caseIds)).filter((own) => live.get(own.id)?.id === into.id)
  const reason = `ticket #${number} was merged into ticket #${into.number}, which is resolved`
  const who = into.seen?.assignee ?? 'a technician'
  return turnCases(tx, here, { status: 'resolved', who, reason, at: now }, policies)
}

/** The survivor may be another case's ticket, or one that was never ours until now. */
async function survivorOf(
  tx: Db,
  ticket: Ticket,
  { vendorId, number }: { vendorId: string; number: string },
  now: number,
): Promise<Ticket | undefined> {
  const { connectionId, caseId, marker } = ticket
  const [known] = await ticketsByVendorIds(tx, connectionId, [vendorId])
  if (known?.id === ticket.id) return undefined
  if (known?.foldedInto === ticket.id && known.gone === null) return standsAgain(tx, known, ticket)
  if (known !== undefined) return known
  const id = idOf('tkt', connectionId, vendorId)
  const agreed = { ...ticket.agreed }
  const fresh = { id, caseId, connectionId, vendorId, number, marker, url: null, seen: null, agreed }
  await putTicket(tx, { ...fresh, foldedInto: null, gone: null, createdAt: now })
  return { ...fresh, foldedInto: null, gone: null, createdAt: now }
}

/** We had folded it into the one that somebody has merged into it: theirs is the last word. */
async function standsAgain(tx: Db, stray: Ticket, { agreed: held }: Ticket): Promise<Ticket> {
  const agreed = { ...held, ...stray.agreed }
  await setTicket(tx, stray.id, { foldedInto: null, agreed })
  return { ...stray, foldedInto: null, agreed }
}

/** Merged into a stray that we had folded: work goes on where that leads, and there nobody has been told of this. */
async function intoStray(
  tx: Db,
  hub: Hub,
  { connectionId, number }: Ticket,
  stray: Ticket,
  caseIds: string[],
  now: number,
): Promise<void> {
  const live = await liveTickets(tx, connectionId, caseIds)
  const cases = await casesByIds(tx, caseIds)
  // It led to a ticket that is gone: the stray is what they work at now.
  if (cases.some(({ id }) => live.get(id) === null)) return setTicket(tx, stray.id, { foldedInto: null })
  const findings = Map.groupBy(await findingsOfCases(tx, caseIds), (one) => one.caseId ?? '')
  const news = cases.map((own): CaseNews => {
    const list = (findings.get(own.id) ?? []).map((one) => namedAlert(hub, one)).join('\n\n')
    const body = `Ticket #${number} was merged into #${stray.number}, a duplicate of this one. It told of:\n\n${list}`
    const said = [{ title: 'merged into a duplicate', body }]
    return { case: own, was: own, founder: undefined, joined: [], turned: [], said }
  })
  await decideChanges(tx, hub, news, now)
}

async function withoutTicket(
  tx: Db,
  hub: Hub,
  { connectionId, number }: Ticket,
  caseIds: string[],
  policies: Policies,
  now: number,
): Promise<void> {
  const live = await liveTickets(tx, connectionId, caseIds)
  const bereft = (await casesByIds(tx, caseIds)).filter((one) => live.get(one.id) === null)
  const again = bereft.filter((one) => policies.of(one.tenantId).onDeleted === 'recreate')
  const left = bereft.filter((one) => !again.includes(one))
  await decideAgain(tx, hub, again, { whole: true, now })
  // An alert that the ticket had not been told of when it was deleted must not be lost with it.
  const untold = await casesWithUntold(
    tx,
    connectionId,
    left.map((one) => one.id),
  )
  await decideAgain(
    tx,
    hub,
    left.filter((one) => untold.has(one.id)),
    { whole: false, now },
  )
  const done = left.map((one) => one.id).filter((id) => !untold.has(id))
  await refuseUndone(tx, connectionId, done, `ticket #${number} was deleted at the desk`)
}
