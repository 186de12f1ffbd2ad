import { type Placement, correlate, linksOf, nearMs } from '../analysis/correlate.ts'
import { type Case, statusOf } from '../domain/case.ts'
import type { Entity } from '../domain/entity.ts'
import type { Finding } from '../domain/finding.ts'
import { worst } from '../domain/severity.ts'
import { decisionsOf, dropDecisions } from '../store/case-decisions.ts'
import { casesByIds, putCases } from '../store/cases.ts'
import { putEdges } from '../store/edges.ts'
import { dropEntities, neighbours, putEntities } from '../store/entities.ts'
import { type StoredFinding, casesWithOpenFindings, findingsByIds, putFindings } from '../store/findings.ts'
import type { Db } from '../store/store.ts'

/** What became of one case in this batch. */
export interface CaseNews {
  case: Case
  /** As it was before; undefined for a new one. */
  was: Case | undefined
  /** The finding that founded it, when it is new. */
  founder: Finding | undefined
  joined: { finding: Finding; reason: string }[]
  /** Findings that the vendor has resolved or reopened. */
  turned: Finding[]
}

/** Finding → Case, in the caller's transaction. Findings without a tenant are kept and wait. */
export async function keepCases(tx: Db, findings: readonly Finding[], now: number): Promise<CaseNews[]> {
  const before = new Map(
    (
      await findingsByIds(
        tx,
        findings.map((one) => one.id),
      )
    ).map((one) => [one.id, one]),
  )
  const mapped = findings.filter((finding) => finding.tenantId !== null)
  const moved = mapped.filter((finding) => (before.get(finding.id)?.time ?? finding.time) !== finding.time)
  await dropEntities(
    tx,
    moved.flatMap((finding) => sightings(before.get(finding.id) ?? finding)),
  )
  await putEntities(tx, mapped.flatMap(sightings))
  const fresh = mapped.filter((finding) => (before.get(finding.id)?.caseId ?? null) === null)
  const placements = await place(tx, fresh)
  const placed = new Map(placements.map((one) => [one.finding.id, one.caseId]))
  await putFindings(
    tx,
    findings.map((finding) => ({ ...finding, caseId: placed.get(finding.id) ?? null })),
  )
  const turned = mapped.filter((finding) => turnedRound(before.get(finding.id), finding))
  return keepNews(tx, placements, turned, before, now)
}

function turnedRound(before: StoredFinding | undefined, now: Finding): boolean {
  return before !== undefined && before.caseId !== null && before.open !== now.open
}

async function place(tx: Db, fresh: readonly Finding[]): Promise<Placement[]> {
  if (fresh.length === 0) return []
  const keys = fresh.flatMap(({ tenantId, time, ...finding }) =>
    linksOf(finding).map((link) => ({ ...link, tenantId: tenantId ?? '', time, reach: reachOf(link) })),
  )
  const near = await neighbours(tx, keys)
  const cases = await casesByIds(tx, [...new Set(near.map((one) => one.caseId))])
  const sizes = new Map(cases.map((one) => [one.id, one.findingCount]))
  return correlate(fresh, near, sizes)
}

/** What a vendor groups belongs together however far apart. */
function reachOf(link: Entity): number {
  return link.kind === 'group' ? Number.MAX_SAFE_INTEGER / 2 : nearMs
}

async function keepNews(
  tx: Db,
  placements: readonly Placement[],
  turned: readonly Finding[],
  before: Map<string, StoredFinding>,
  now: number,
): Promise<CaseNews[]> {
  const news = new Map<string, CaseNews>()
  const ids = [
    ...placements.map((one) => one.caseId),
    ...turned.map((one) => before.get(one.id)?.caseId ?? ''),
  ]
  const known = new Map((await casesByIds(tx, [...new Set(ids)])).map((one) => [one.id, one]))
  for (const { finding, caseId, reason, founder } of placements) {
    const entry = news.get(caseId) ?? {
      case: known.get(caseId) ?? found(caseId, finding, now),
      was: known.get(caseId),
      founder: undefined,
      joined: [],
      turned: [],
    }
    entry.case = grown(entry.case, finding, now)
    if (founder) entry.founder = finding
    else entry.joined.push({ finding, reason })
    news.set(caseId, entry)
  }
  for (const finding of turned) {
    const own = known.get(before.get(finding.id)?.caseId ?? '')
    if (own === undefined) continue
    const entry = news.get(own.id) ?? {
      case: { ...own, updatedAt: now },
      was: own,
      founder: undefined,
      joined: [],
      turned: [],
    }
    entry.turned.push(finding)
    news.set(own.id, entry)
  }
  await putEdges(
    tx,
    placements.map(({ caseId, finding, reason }) => ({ caseId, findingId: finding.id, reason })),
  )
  await setStatuses(tx, [...news.values()])
  await putCases(
    tx,
    [...news.values()].map((entry) => entry.case),
  )
  return [...news.values()]
}

/** A case is resolved when the vendor has closed all of its findings, unless a person has decided; see `statusOf`. */
async function setStatuses(tx: Db, news: readonly CaseNews[]): Promise<void> {
  const ids = news.map((entry) => entry.case.id)
  const open = await casesWithOpenFindings(tx, ids)
  const decisions = await decisionsOf(tx, ids)
  const overtaken: string[] = []
  for (const entry of news) {
    const { id } = entry.case
    const isNews = entry.joined.some(({ finding }) => finding.open) || entry.turned.some((one) => one.open)
    const next = statusOf({ open: open.has(id), news: isNews, decided: decisions.get(id)?.status })
    entry.case = { ...entry.case, status: next.status }
    if (next.overtaken) overtaken.push(id)
  }
  if (overtaken.length > 0) await dropDecisions(tx, overtaken)
}

function found(id: string, finding: Finding, now: number): Case {
  const { tenantId, title, severity, time } = finding
  const status = 'open' as const
  const times = { firstTime: time, lastTime: time, createdAt: now, updatedAt: now }
  return { id, tenantId: tenantId ?? '', title, severity, status, findingCount: 0, ...times }
}

function grown(own: Case, finding: Finding, now: number): Case {
  return {
    ...own,
    severity: worst([own.severity, finding.severity]),
    firstTime: Math.min(own.firstTime, finding.time),
    lastTime: Math.max(own.lastTime, finding.time),
    findingCount: own.findingCount + 1,
    updatedAt: now,
  }
}

function sightings(finding: Finding) {
  const { id: findingId, tenantId, time } = finding
  return finding.entities.map((entity) => ({ ...entity, tenantId: tenantId ?? '', findingId, time }))
}
