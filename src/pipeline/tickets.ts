import type { Case } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import { markerOf } from '../domain/id.ts'
import type { Policy } from '../domain/policy.ts'
import { severities } from '../domain/severity.ts'
import { type Audience, type ChangePlan, type Ticket, noteMarkerOf } from '../domain/ticket.ts'
import { casesWithoutTicket } from '../store/cases.ts'
import { findingsOfCases } from '../store/findings.ts'
import { type Policies, readPolicies } from '../store/policies.ts'
import type { Db } from '../store/store.ts'
import { liveTickets } from '../store/tickets.ts'
import { ChangeList } from './change-list.ts'
import type { CaseNews } from './correlate.ts'
import type { Hub } from './hub.ts'
import { type Route, routesFor, routesOf } from './routes.ts'
import { bodyOf, followUpBody, joinedBody, remainderBody, subjectOf, turnedBody } from './ticket-text.ts'

/** Case → TicketChange: decides what to tell the ticketing vendor, in the transaction that keeps the case. */
export async function decideChanges(tx: Db, hub: Hub, news: readonly CaseNews[], now: number): Promise<void> {
  if (news.length === 0) return
  const routeOf = await routesFor(
    tx,
    hub,
    news.map((entry) => entry.case),
  )
  const relevant = news.filter((entry) => routeOf(entry.case) !== undefined)
  if (relevant.length === 0) return
  const policies = await readPolicies(tx)
  const known = relevant.filter((entry) => entry.was !== undefined).map((entry) => entry.case.id)
  const changes = await ChangeList.open(tx, known, now)
  // Its tenant's first ticketing customer came with this very batch: the whole case is told below.
  const isWaiting = ({ was, case: own }: CaseNews): boolean =>
    was !== undefined && !changes.has(own.id, 'create')
  for (const [connectionId, entries] of Map.groupBy(
    relevant.filter((entry) => !isWaiting(entry)),
    (entry) => routeOf(entry.case)?.connectionId ?? '',
  )) {
    const old = entries.filter((entry) => entry.was !== undefined).map((entry) => entry.case.id)
    const tickets = old.length === 0 ? new Map<string, null>() : await liveTickets(tx, connectionId, old)
    for (const entry of entries) {
      const route = routeOf(entry.case)
      const ticket = tickets.get(entry.case.id)
      if (route === undefined) continue
      const policy = policies.of(entry.case.tenantId)
      const desk = { hub, changes, entry, route, policy, ticket: ticket ?? undefined, now }
      // Somebody deleted its ticket: only what that ticket could not tell is worth another.
      if (ticket === null) afresh(desk)
      else decide(desk)
    }
  }
  await changes.put()
  if (relevant.some(isWaiting)) await decideWaiting(tx, hub, now)
}

/** All that one case's decision is made of. */
interface Desk {
  hub: Hub
  changes: ChangeList
  entry: CaseNews
  route: Route
  policy: Policy
  /** Undefined while none has been made yet. */
  ticket: Ticket | undefined
  now: number
}

function decide(desk: Desk): void {
  const { entry } = desk
  if (entry.founder !== undefined) found(desk, entry.founder)
  const { was } = entry
  const reopened = was?.status === 'resolved' && entry.case.status === 'open'
  const told = reopened && !isApartAgain(entry) && needsFollowUp(desk) ? followUp(desk) : undefined
  for (const { finding, reason } of entry.joined) {
    if (finding.id === told) continue
    const body = joinedBody(finding, reason, vendorOf(desk, finding))
    note(desk, 'further alert', body, { quotes: finding.recordId })
  }
  for (const { title, body } of entry.said ?? []) note(desk, title, body)
  for (const finding of entry.turned) {
    // A ticket that is done with is not told that its alerts are, too.
    if (finding.id === told || (!finding.open && was?.status === 'resolved')) continue
    note(desk, finding.open ? 'reopened' : 'alert closed', turnedBody(finding, vendorOf(desk, finding)))
  }
  if (was === undefined) return
  if (reopened) reopen(desk, told !== undefined)
  if (was.status === 'open' && entry.case.status === 'resolved') close(desk)
  if (severities[entry.case.severity] > severities[was.severity]) raise(desk)
}

function found(desk: Desk, founder: Finding): void {
  const { changes, entry, route, policy } = desk
  const { id } = entry.case
  const body = bodyOf(founder, vendorOf(desk, founder), id)
  changes.add(id, route.connectionId, 'create', (_, version) => ({
    ...draftOf(desk, founder, body, version),
    quotes: founder.recordId,
  }))
  if (policy.worksheet !== '') worksheet(desk)
  if (policy.alert) alert(desk, true)
}

function draftOf(
  { entry, route, policy }: Desk,
  founder: Finding,
  body: string,
  version: number,
): ChangePlan {
  const { id, severity } = entry.case
  const hostname = hostOf(founder)
  const marker = markerOf(id, version)
  const draft = {
    marker,
    customerId: route.customerId,
    subject: subjectOf(entry.case, marker),
    body,
    severity,
  }
  return { kind: 'create', ...draft, hostname, ...audienceOf(policy) }
}

function note(
  { changes, entry, route, policy }: Desk,
  title: string,
  body: string,
  more: { quotes?: string } = {},
) {
  changes.add(entry.case.id, route.connectionId, 'note', (id) => ({
    kind: 'note',
    subject: `Watchfloor: ${title} ${noteMarkerOf(id)}`,
    body,
    ...audienceOf(policy),
    ...more,
  }))
}

/** A person has taken back a merge: its ticket, which was resolved for that, is the case's again. */
function isApartAgain({ was, case: own }: CaseNews): boolean {
  return was !== undefined && was.mergedInto !== null && own.mergedInto === null
}

/** A ticket that is still open, or is about to be made, takes the news as it is. */
function isClosed(ticket: Ticket | undefined): ticket is Ticket {
  return ticket?.agreed.status === 'resolved'
}

function needsFollowUp({ policy, ticket, now }: Desk): boolean {
  if (!isClosed(ticket) || policy.onReopen === 'note') return false
  const closedFor = now - (ticket.seen?.updatedAt ?? now)
  return policy.onReopen === 'follow-up' || closedFor > policy.reopenDays * 86_400_000
}

/** Another ticket for a case that comes back. Returns the finding that it tells of, so that no note repeats it. */
function followUp(desk: Desk): string | undefined {
  const { changes, entry, route, ticket } = desk
  const fresh = entry.joined.find(({ finding }) => finding.open)?.finding
  const finding = fresh ?? entry.turned.find((one) => one.open)
  if (finding === undefined || ticket === undefined) return undefined
  const vendor = vendorOf(desk, finding)
  const told = fresh ? bodyOf(finding, vendor, entry.case.id) : turnedBody(finding, vendor)
  changes.add(entry.case.id, route.connectionId, 'create', (_, version) => ({
    ...draftOf(desk, finding, followUpBody(ticket.number, told), version),
    ...(fresh && { quotes: finding.recordId }),
  }))
  return finding.id
}

/** A case whose ticket was deleted gets another when there is an alert that nobody has been told of. */
function afresh(desk: Desk): void {
  const { changes, entry, route } = desk
  const [first, ...others] = entry.joined
  if (first === undefined) return
  const body = bodyOf(first.finding, vendorOf(desk, first.finding), entry.case.id)
  changes.add(entry.case.id, route.connectionId, 'create', (_, version) => ({
    ...draftOf(desk, first.finding, body, version),
    quotes: first.finding.recordId,
  }))
  for (const { finding, reason } of others) {
    const told = joinedBody(finding, reason, vendorOf(desk, finding))
    note(desk, 'further alert', told, { quotes: finding.recordId })
  }
}

function reopen(desk: Desk, followed: boolean): void {
  const { changes, entry, route, policy, ticket } = desk
  if (isApartAgain(entry) || (!followed && isClosed(ticket) && policy.onReopen === 'reopen')) {
    const subject = 'Reopen: the case has news'
    changes.add(entry.case.id, route.connectionId, 'reopen', () => ({
      kind: 'reopen',
      subject,
      set: { status: 'open' },
    }))
  }
  if (policy.alert) alert(desk, true)
}

function close(desk: Desk): void {
  const { changes, entry, route, policy, ticket } = desk
  if (entry.case.mergedInto !== null || (policy.onVendorResolve === 'resolve' && !isClosed(ticket))) {
    const why =
      entry.case.mergedInto === null
        ? 'the vendor has closed every alert of the case'
        : 'it is one with another'
    const subject = `Resolve: ${why}`
    changes.add(entry.case.id, route.connectionId, 'status', () => ({
      kind: 'status',
      subject,
      set: { status: 'resolved' },
    }))
  }
  if (policy.alert) alert(desk, false)
}

/** Whoever changed the priority at the ticket has it from then on. */
function raise({ changes, entry, route, policy, ticket }: Desk): void {
  if (policy.onWorse !== 'raise' || ticket?.agreed.handed === true) return
  const { id, severity } = entry.case
  changes.add(id, route.connectionId, 'priority', () => ({
    kind: 'priority',
    subject: `Priority: the case is ${severity} now`,
    set: { severity },
  }))
}

function worksheet({ changes, entry, route, policy }: Desk): void {
  const template = policy.worksheet
  changes.add(entry.case.id, route.connectionId, 'worksheet', (id) => {
    const subject = `Worksheet: ${template}`
    return { kind: 'worksheet', subject, template, title: `${template} ${noteMarkerOf(id)}` }
  })
}

function alert(desk: Desk, raised: boolean): void {
  const { changes, entry, route } = desk
  const { id } = entry.case
  const first = entry.founder ?? entry.joined[0]?.finding ?? entry.turned[0]
  const hostname = first === undefined ? null : hostOf(first)
  changes.add(id, route.connectionId, 'alert', (changeId) => ({
    kind: 'alert',
    subject: `${raised ? 'Raise' : 'Clear'} an alert: ${subjectOf(entry.case, markerOf(id))}`,
    marker: noteMarkerOf(changeId),
    raise: raised,
    customerId: route.customerId,
    hostname,
    body: subjectOf(entry.case, markerOf(id)),
  }))
}

function hostOf(finding: Finding): string | null {
  return finding.entities.find((entity) => entity.kind === 'host')?.value ?? null
}

/** Hidden and silent is what a draft without an audience is. */
function audienceOf(policy: Policy): { audience?: Audience } {
  return policy.comments === 'public' ? { audience: { public: true, email: policy.email } } : {}
}

function vendorOf({ hub }: Desk, finding: Finding): string {
  return hub.live.find((one) => one.connection.id === finding.connectionId)?.connection.vendor ?? 'unknown'
}

/** Cases whose tenant had no ticketing customer when they arose, and has one now. */
export async function decideWaiting(tx: Db, hub: Hub, now: number): Promise<void> {
  const routes = await routesOf(tx, hub)
  const waiting = await casesWithoutTicket(tx, [...routes.keys()])
  if (waiting.length === 0) return
  await decideChanges(tx, hub, await asNews(tx, waiting), now)
}

/**
 * Another ticket for cases whose ticket was deleted. With `whole` it tells everything that belongs to them; without, it
 * is there for the notes that still wait.
 */
export async function decideAgain(
  tx: Db,
  hub: Hub,
  cases: readonly Case[],
  { whole, now }: { whole: boolean; now: number },
): Promise<void> {
  const routes = await routesOf(tx, hub)
  const ids = cases.map((one) => one.id)
  const [changes, policies] = [await ChangeList.open(tx, ids, now), await readPolicies(tx)]
  for (const entry of await asNews(tx, cases)) {
    const route = routes.get(entry.case.tenantId)
    if (route === undefined) continue
    const policy = { ...policies.of(entry.case.tenantId), alert: false }
    const desk = { hub, changes, entry, route, policy, ticket: undefined, now }
    const { founder } = entry
    if (whole) decide(desk)
    else if (founder !== undefined)
      changes.add(entry.case.id, route.connectionId, 'create', (_, version) =>
        draftOf(desk, founder, remainderBody(entry.case.id), version),
      )
  }
  await changes.put()
}

/** Alerts follow what a person decided of a case. */
export async function decideAlerts(
  tx: Db,
  hub: Hub,
  cases: readonly Case[],
  policies: Policies,
  now: number,
): Promise<void> {
  const alerting = cases.filter((one) => policies.of(one.tenantId).alert)
  if (alerting.length === 0) return
  const routes = await routesOf(tx, hub)
  const ids = alerting.map((one) => one.id)
  const changes = await ChangeList.open(tx, ids, now)
  for (const entry of await asNews(tx, alerting)) {
    const route = routes.get(entry.case.tenantId)
    if (route === undefined) continue
    const policy = policies.of(entry.case.tenantId)
    alert({ hub, changes, entry, route, policy, ticket: undefined, now }, entry.case.status === 'open')
  }
  await changes.put()
}

/** Cases as if they had just come up, with everything that belongs to them. */
async function asNews(tx: Db, cases: readonly Case[]): Promise<CaseNews[]> {
  const ids = cases.map((one) => one.id)
  const byCase = Map.groupBy(await findingsOfCases(tx, ids), (finding) => finding.caseId ?? '')
  return cases.map((own) => {
    const [founder, ...others] = byCase.get(own.id) ?? []
    const joined = others.map((finding) => ({ finding, reason: 'same case' }))
    return { case: own, was: undefined, founder, joined, turned: [] }
  })
}
