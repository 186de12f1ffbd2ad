import type { Finding } from '../domain/finding.ts'
import { markerOf } from '../domain/id.ts'
import {
  type ChangeKind,
  type ChangePlan,
  type TicketChange,
  changeIdOf,
  noteMarkerOf,
} from '../domain/ticket.ts'
import { casesWithoutTicket } from '../store/cases.ts'
import { customersOf } from '../store/customers.ts'
import { findingsOfCases } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { lastVersions, putChanges } from '../store/ticket-changes.ts'
import type { CaseNews } from './correlate.ts'
import type { Hub } from './hub.ts'
import { bodyOf, joinedBody, subjectOf, turnedBody } from './ticket-text.ts'

/** Case → TicketChange: decides what to tell the ticketing vendor, in the transaction that keeps the case. */
export async function decideChanges(tx: Db, hub: Hub, news: readonly CaseNews[], now: number): Promise<void> {
  const routes = await routesOf(tx, hub)
  const relevant = news.filter((entry) => routes.has(entry.case.tenantId))
  const noted = relevant
    .filter((entry) => entry.joined.length + entry.turned.length > 0)
    .map((entry) => entry.case.id)
  const versions = noted.length === 0 ? new Map<string, number>() : await lastVersions(tx, noted, 'note')
  const changes: TicketChange[] = []
  for (const entry of relevant) {
    const route = routes.get(entry.case.tenantId)
    if (route === undefined) continue
    const { connectionId } = route
    const vendorOf = (finding: Finding): string => vendorOfFinding(hub, finding)
    const caseId = entry.case.id
    if (entry.founder !== undefined) {
      const body = bodyOf(entry.founder, vendorOf(entry.founder))
      changes.push(
        toChange(
          caseId,
          connectionId,
          'create',
          1,
          now,
          draftOf(entry, entry.founder, route.customerId, body),
        ),
      )
    }
    let version = versions.get(caseId) ?? 0
    const note = (title: string, body: string, quotes: { quotes?: string } = {}): void => {
      version++
      const subject = `Watchfloor: ${title} ${noteMarkerOf(changeIdOf(caseId, 'note', version))}`
      changes.push(
        toChange(caseId, connectionId, 'note', version, now, { kind: 'note', subject, body, ...quotes }),
      )
    }
    for (const { finding, reason } of entry.joined) {
      note('further alert', joinedBody(finding, reason, vendorOf(finding)), { quotes: finding.recordId })
    }
    for (const finding of entry.turned)
      note(finding.open ? 'reopened' : 'alert closed', turnedBody(finding, vendorOf(finding)))
  }
  await putChanges(tx, changes)
}

/** Cases whose tenant had no ticketing customer when they arose, and has one now. */
export async function decideWaiting(tx: Db, hub: Hub, now: number): Promise<void> {
  const routes = await routesOf(tx, hub)
  const waiting = await casesWithoutTicket(tx, [...routes.keys()])
  if (waiting.length === 0) return
  const byCase = Map.groupBy(
    await findingsOfCases(
      tx,
      waiting.map((one) => one.id),
    ),
    (finding) => finding.caseId ?? '',
  )
  const news = waiting.map((own): CaseNews => {
    const [founder, ...others] = byCase.get(own.id) ?? []
    return {
      case: own,
      founder,
      joined: others.map((finding) => ({ finding, reason: 'same case' })),
      turned: [],
    }
  })
  await decideChanges(tx, hub, news, now)
}

interface Route {
  connectionId: string
  customerId: string
}

/** Which ticketing customer stands for each tenant; the first ticketing connection that knows the tenant has it. */
async function routesOf(tx: Db, hub: Hub): Promise<Map<string, Route>> {
  const routes = new Map<string, Route>()
  for (const live of hub.live.filter((one) => one.connector.desk !== undefined)) {
    const connectionId = live.connection.id
    for (const { tenantId, vendorId } of await customersOf(tx, connectionId)) {
      if (tenantId !== null && !routes.has(tenantId))
        routes.set(tenantId, { connectionId, customerId: vendorId })
    }
  }
  return routes
}

function draftOf(entry: CaseNews, founder: Finding, customerId: string, body: string): ChangePlan {
  const hostname = founder.entities.find((entity) => entity.kind === 'host')?.value ?? null
  const { id, severity } = entry.case
  const draft = { marker: markerOf(id), customerId, subject: subjectOf(entry.case), body, severity, hostname }
  return { kind: 'create', ...draft, quotes: founder.recordId }
}

function toChange(
  caseId: string,
  connectionId: string,
  kind: ChangeKind,
  version: number,
  now: number,
  payload: ChangePlan,
): TicketChange {
  return {
    id: changeIdOf(caseId, kind, version),
    caseId,
    connectionId,
    kind,
    version,
    payload,
    state: 'pending',
    attempts: 0,
    lookups: 0,
    ambiguities: 0,
    settledByLookup: false,
    dueAt: now,
    sentAt: null,
    vendorId: null,
    error: null,
    createdAt: now,
  }
}

function vendorOfFinding(hub: Hub, finding: Finding): string {
  return hub.live.find((one) => one.connection.id === finding.connectionId)?.connection.vendor ?? 'unknown'
}
