import { linksOf } from '../analysis/links.ts'
import { marksOf, unitedMarks } from '../analysis/marks.ts'
import { defaultPolicy } from '../analysis/policy.ts'
import type { Case } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import { worst } from '../domain/severity.ts'
import type { CustomerKey } from '../domain/tenant.ts'
import { casesByIds, casesOfTenants, dropCases, putCases } from '../store/cases.ts'
import { tenantLinks } from '../store/customers.ts'
import { dropEdges } from '../store/edges.ts'
import { dropEntitiesOf, putEntities } from '../store/entities.ts'
import {
  type StoredFinding,
  casesElsewhere,
  countQuarantined,
  findingsOfCases,
  moveFindings,
  releaseQuarantined,
} from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { moveWaitingTasks } from '../store/tasks.ts'
import { cancelUnsent, createsOf } from '../store/ticket-changes.ts'
import { keepCases } from './correlate.ts'
import type { Hub } from './hub.ts'
import type { TenantOf } from './quarantine.ts'
import { decideTasks, decideWaitingTasks } from './tasks.ts'
import { decideChanges, decideWaiting } from './tickets.ts'

/** What came of a changed mapping. */
export interface Refiled {
  /** Findings that waited and now have a tenant. */
  freed: number
  /** Cases that went to another tenant. */
  moved: number
  /** Findings that left a case which no ticket tells of. */
  taken: number
  /** Findings whose ticket stands under another customer than their own: for a person. */
  elsewhere: number
}

/**
 * Puts findings and cases in order after the mapping has changed, in the caller's transaction. A case with a ticket
 * belongs to whoever its ticket's customer is, with all that is in it: a ticket cannot be moved. A case without one goes
 * with its first finding, and what belongs to others leaves it and is correlated anew. So no ticket is ever raised twice.
 */
export async function refile(
  tx: Db,
  hub: Hub,
  changed: readonly CustomerKey[],
  former: readonly string[],
  now: number,
): Promise<Refiled> {
  const tenantOf = await tenantLinks(tx)
  const cases = await casesConcerned(tx, changed, former)
  const plans = await planned(
    tx,
    cases.filter((one) => one.mergedInto === null),
    tenantOf,
  )
  const freed = await release(tx, changed, tenantOf)
  const taken: StoredFinding[] = []
  for (const plan of plans) taken.push(...(await carryOut(tx, plan, tenantOf, now)))
  await putCases(
    tx,
    plans.flatMap((plan) => plan.after ?? []),
  )
  await dropCases(
    tx,
    plans.flatMap((plan) => (plan.after === undefined ? plan.own.id : [])),
  )
  const alone = taken.map((finding) => {
    const tenantId = tenantOf(finding.connectionId, finding.customerId ?? '')
    return { ...finding, tenantId, elsewhere: false }
  })
  const loose = [...freed, ...alone.filter((finding) => finding.tenantId !== null)]
  await followTheirCase(tx, cases)
  const news = await keepCases(tx, loose, now)
  await decideChanges(tx, hub, news, now)
  await decideTasks(tx, hub, news, now)
  await decideWaiting(tx, hub, now)
  await decideWaitingTasks(tx, hub, changed, now)
  return {
    freed: freed.length,
    moved: plans.filter(({ own, after }) => after !== undefined && after.tenantId !== own.tenantId).length,
    taken: taken.length,
    elsewhere: plans.reduce((sum, plan) => sum + plan.stay.filter((one) => isElsewhere(one, plan)).length, 0),
  }

  function isElsewhere(finding: Finding, { after }: Plan): boolean {
    return tenantOf(finding.connectionId, finding.customerId ?? '') !== after?.tenantId
  }
}

async function casesConcerned(
  tx: Db,
  changed: readonly CustomerKey[],
  former: readonly string[],
): Promise<Case[]> {
  const elsewhere: string[] = []
  for (const { connectionId, vendorId } of changed)
    elsewhere.push(...(await casesElsewhere(tx, connectionId, vendorId)))
  const all = [...(await casesOfTenants(tx, former)), ...(await casesByIds(tx, elsewhere))]
  return [...new Map(all.map((one) => [one.id, one])).values()]
}

/** What was merged into another case holds nothing: it goes where that case went. */
async function followTheirCase(tx: Db, cases: readonly Case[]): Promise<void> {
  const merged = cases.filter((one) => one.mergedInto !== null)
  const next = new Map(merged.map((one) => [one.id, one.mergedInto ?? '']))
  const endOf = (id: string): string => (next.has(id) ? endOf(next.get(id) ?? '') : id)
  const ends = await casesByIds(
    tx,
    merged.map((one) => endOf(one.id)),
  )
  const tenants = new Map(ends.map((one) => [one.id, one.tenantId]))
  await putCases(
    tx,
    merged.map((one) => ({ ...one, tenantId: tenants.get(endOf(one.id)) ?? one.tenantId })),
  )
}

interface Plan {
  own: Case
  /** Undefined when nothing is left of it. */
  after: Case | undefined
  stay: StoredFinding[]
  leave: StoredFinding[]
}

/** What becomes of each case; what was decided but not sent for those that change is taken back first. */
async function planned(tx: Db, cases: readonly Case[], tenantOf: TenantOf): Promise<Plan[]> {
  const ids = cases.map((one) => one.id)
  const held = Map.groupBy(await findingsOfCases(tx, ids), (one) => one.caseId ?? '')
  const creates = new Map((await createsOf(tx, ids)).map((one) => [one.caseId, one]))
  const drafts = cases.map((own) => planFree(own, held.get(own.id) ?? [], tenantOf))
  const unsettled = drafts.filter(isChange).flatMap(({ own }) => (creates.has(own.id) ? own.id : []))
  const freed = await cancelUnsent(tx, unsettled)
  return drafts.flatMap((plan) => {
    const create = creates.get(plan.own.id)
    if (create === undefined || freed.has(plan.own.id)) return isChange(plan) ? plan : []
    const customer = create.payload.kind === 'create' ? create.payload.customerId : ''
    const home = tenantOf(create.connectionId, customer) ?? plan.own.tenantId
    return {
      own: plan.own,
      after: { ...plan.own, tenantId: home },
      stay: [...plan.stay, ...plan.leave],
      leave: [],
    }
  })
}

function isChange({ own, after, leave }: Plan): boolean {
  return leave.length > 0 || after?.tenantId !== own.tenantId
}

/** A case without a ticket goes with the oldest of its findings that belongs to anybody. */
function planFree(own: Case, findings: readonly StoredFinding[], tenantOf: TenantOf): Plan {
  const belongs = (one: StoredFinding): string | null => tenantOf(one.connectionId, one.customerId ?? '')
  const home = findings.map(belongs).find((tenantId) => tenantId !== null)
  const stay = findings.filter((one) => home !== undefined && belongs(one) === home)
  const leave = findings.filter((one) => !stay.includes(one))
  return { own, stay, leave, after: home == null ? undefined : recounted({ ...own, tenantId: home }, stay) }
}

function recounted(own: Case, findings: readonly Finding[]): Case {
  const times = findings.map((one) => one.time)
  return {
    ...own,
    severity: worst(findings.map((one) => one.severity)),
    // What a person has closed stays closed.
    status: findings.some((one) => one.open) ? own.status : 'resolved',
    firstTime: Math.min(...times),
    lastTime: Math.max(...times),
    findingCount: findings.length,
    marks: findings.reduce(
      (marks, one) => unitedMarks(marks, marksOf(linksOf(one, defaultPolicy))),
      [] as readonly string[],
    ),
  }
}

/** Returns the findings that stand alone again. */
async function carryOut(tx: Db, plan: Plan, tenantOf: TenantOf, now: number): Promise<StoredFinding[]> {
  const { own, after, stay, leave } = plan
  if (after !== undefined) {
    if (after.tenantId !== own.tenantId || leave.length > 0) plan.after = { ...after, updatedAt: now }
    const ownCustomer = (one: StoredFinding): string | null =>
      tenantOf(one.connectionId, one.customerId ?? '')
    for (const elsewhere of [false, true]) {
      const these = stay.filter((one) => (ownCustomer(one) !== after.tenantId) === elsewhere)
      await moveFindings(tx, idsOf(these), { tenantId: after.tenantId, elsewhere })
    }
    await moveEntities(tx, own, after.tenantId, stay)
  }
  if (after?.tenantId !== own.tenantId) await moveWaitingTasks(tx, [own.id], after?.tenantId ?? null)
  await dropEdges(tx, [own.id], idsOf(leave))
  await moveEntities(tx, own, null, leave)
  await moveFindings(tx, idsOf(leave), { tenantId: null, elsewhere: false, caseId: null })
  return leave
}

/** Entities belong to a tenant. Those of a finding that stands alone are written again with its next case. */
async function moveEntities(
  tx: Db,
  { id: caseId, tenantId: from }: Case,
  to: string | null,
  findings: readonly StoredFinding[],
): Promise<void> {
  if (from === to || findings.length === 0) return
  await dropEntitiesOf(tx, from, idsOf(findings))
  if (to === null) return
  const sightings = findings.flatMap(({ id: findingId, time, entities }) =>
    entities.map((entity) => ({ ...entity, tenantId: to, findingId, caseId, time })),
  )
  await putEntities(tx, sightings)
}

async function release(
  tx: Db,
  changed: readonly CustomerKey[],
  tenantOf: TenantOf,
): Promise<StoredFinding[]> {
  const waiting = await countQuarantined(tx)
  const free: StoredFinding[] = []
  for (const { connectionId, vendorId } of changed) {
    const tenantId = tenantOf(connectionId, vendorId)
    const waits = waiting.some((one) => one.connectionId === connectionId && one.customerId === vendorId)
    if (tenantId !== null && waits)
      free.push(...(await releaseQuarantined(tx, connectionId, vendorId, tenantId)))
  }
  return free
}

function idsOf(findings: readonly Finding[]): string[] {
  return findings.map((one) => one.id)
}
