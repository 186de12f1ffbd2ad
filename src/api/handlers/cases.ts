import { Refusal } from '../../contract/refusal.ts'
import type { Case, CaseDecision, Edge } from '../../domain/case.ts'
import type { Correction } from '../../domain/correction.ts'
import { isIndicator } from '../../domain/entity.ts'
import { markerOf } from '../../domain/id.ts'
import type { TicketChange } from '../../domain/ticket.ts'
import { commentsOf } from '../../store/case-comments.ts'
import { decisionsOf } from '../../store/case-decisions.ts'
import { casesByIds, listCases } from '../../store/cases.ts'
import { correctionsOf } from '../../store/corrections.ts'
import { edgesOf } from '../../store/edges.ts'
import { type StoredFinding, findingsOfCases } from '../../store/findings.ts'
import type { Db } from '../../store/store.ts'
import { suggestionsOf } from '../../store/suggestions.ts'
import { tasksOfCases } from '../../store/tasks.ts'
import { livingTenantId, tenants } from '../../store/tenants.ts'
import { listChanges } from '../../store/ticket-changes.ts'
import { ticketByMarker, ticketsOf } from '../../store/tickets.ts'
import { type Ask, instant } from '../ask.ts'
import type { CaseAnswer, CaseDetail } from '../operations/cases.ts'
import { type ListPage, type PageQuery, mapPage, readPage } from '../page.ts'
import { toDeliveryAnswer } from './deliveries.ts'
import { toTaskAnswer } from './tasks.ts'
import { toTicketAnswer } from './tickets.ts'

export interface CaseQuery extends PageQuery {
  status?: Case['status'] | undefined
  tenant_id?: string | undefined
}

export async function list({ db }: Ask, query: CaseQuery): Promise<ListPage<CaseAnswer>> {
  const { status, tenant_id: named } = query
  // The id of a tenant that was merged leads to the one that it is now.
  const tenantId = named === undefined ? undefined : await livingTenantId(db, named)
  const filter = { ...(status && { status }), ...(tenantId !== undefined && { tenantId }) }
  const read = (limit: number, before?: { time: number; id: string }) =>
    listCases(db, { ...filter, limit, ...(before && { before }) })
  const scope = `cases ${status ?? ''} ${tenantId ?? ''}`
  const page = await readPage(query, scope, read, (own) => ({ time: own.firstTime, id: own.id }))
  return mapPage(page, (rows) => toAnswers(db, rows))
}

/** `reference` is a case's id, or the marker that its ticket carries. */
export async function get({ db }: Ask, reference: string): Promise<CaseDetail> {
  const own = await findCase(db, reference)
  const [answer] = own === undefined ? [] : await toAnswers(db, [own])
  if (answer === undefined) throw new Refusal(404, 'resource_not_found', `No case ${reference}.`)
  const edges = new Map((await edgesOf(db, answer.id)).map((edge) => [edge.findingId, edge]))
  const findings = await findingsOfCases(db, [answer.id])
  const changes = await listChanges(db, { caseId: answer.id, limit: 1000 })
  const decision = (await decisionsOf(db, [answer.id])).get(answer.id)
  return {
    ...answer,
    findings: findings.map((finding) => toFindingAnswer(finding, edges.get(finding.id))),
    tickets: (await ticketsOf(db, [answer.id])).map(toTicketAnswer),
    tasks: (await tasksOfCases(db, [answer.id])).map(toTaskAnswer),
    deliveries: changes.toSorted(inOrderDecided).map(toDeliveryAnswer),
    comments: (await commentsOf(db, answer.id)).map(({ source, author, body, at }) => ({
      source,
      author,
      body,
      at: instant(at),
    })),
    decision: decision === undefined ? null : toDecisionAnswer(decision),
    corrections: (await correctionsOf(db, answer.id)).map(toCorrectionAnswer),
    related: (await suggestionsOf(db, answer.id)).map((one) => ({
      case_id: one.otherId,
      marker: markerOf(one.otherId),
      reason: one.reason,
      weight: one.weight,
    })),
  }
}

/** By its id, or by the marker that its ticket carries. */
export async function findCase(db: Db, reference: string): Promise<Case | undefined> {
  return (await casesByIds(db, [reference]))[0] ?? (await byMarker(db, reference))
}

function toCorrectionAnswer(one: Correction): CaseDetail['corrections'][number] {
  return {
    id: one.id,
    kind: one.kind,
    at: instant(one.at),
    who: one.who,
    why: one.why,
    into: markerOf(one.caseId),
    from: markerOf(one.otherId),
    findings: one.moves.map((move) => move.findingId),
    undone: one.undoneBy !== null,
  }
}

function toDecisionAnswer({ status, who, reason, at }: CaseDecision): CaseDetail['decision'] {
  return { status, who, reason, at: instant(at) }
}

/** One decision makes a ticket and its first notes at one moment: the ticket comes before. */
function inOrderDecided(a: TicketChange, b: TicketChange): number {
  return (
    a.createdAt - b.createdAt || (a.kind === b.kind ? a.version - b.version : a.kind === 'create' ? -1 : 1)
  )
}

async function byMarker(db: Db, text: string): Promise<Case | undefined> {
  const marker = `[${text.replace(/^\[|\]$/g, '').toUpperCase()}]`
  if (!/^\[WF-\w{10}\]$/.test(marker)) return undefined
  const ticket = await ticketByMarker(db, marker)
  if (ticket !== undefined) return (await casesByIds(db, [ticket.caseId]))[0]
  // No ticket yet: the marker is made from the id, so the cases themselves tell.
  for (let before: { time: number; id: string } | undefined; ;) {
    const rows = await listCases(db, { limit: 500, ...(before && { before }) })
    const found = rows.find((row) => markerOf(row.id) === marker)
    const last = rows.at(-1)
    if (found !== undefined || last === undefined) return found
    before = { time: last.firstTime, id: last.id }
  }
}

async function toAnswers(db: Db, rows: readonly Case[]): Promise<CaseAnswer[]> {
  const names = new Map((await tenants(db)).map((tenant) => [tenant.id, tenant.name]))
  const found = await ticketsOf(
    db,
    rows.map((row) => row.id),
  )
  const tickets = new Map(
    found
      .filter((ticket) => ticket.foldedInto === null && ticket.gone === null)
      .map((ticket) => [ticket.caseId, ticket]),
  )
  return rows.map((row) => {
    const ticket = tickets.get(row.id)
    return {
      id: row.id,
      marker: markerOf(row.id),
      tenant_id: row.tenantId,
      tenant: names.get(row.tenantId) ?? row.tenantId,
      title: row.title,
      severity: row.severity,
      status: row.status,
      first_time: instant(row.firstTime),
      last_time: instant(row.lastTime),
      finding_count: row.findingCount,
      merged_into: row.mergedInto === null ? null : markerOf(row.mergedInto),
      ticket: ticket === undefined ? null : { number: ticket.number, url: ticket.url },
      created_at: instant(row.createdAt),
      updated_at: instant(row.updatedAt),
    }
  })
}

function toFindingAnswer(finding: StoredFinding, edge: Edge | undefined): CaseDetail['findings'][number] {
  return {
    id: finding.id,
    connection: finding.connectionId,
    feed: finding.feed,
    vendor_id: finding.vendorId,
    title: finding.title,
    severity: finding.severity,
    open: finding.open,
    time: instant(finding.time),
    entities: finding.entities.filter(isIndicator),
    reason: edge?.reason ?? '',
    weight: edge?.weight ?? 0,
    record_id: finding.recordId,
  }
}
