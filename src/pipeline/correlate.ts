import { type Correlation, type Placement, correlate } from '../analysis/correlate.ts'
import { unitedMarks } from '../analysis/marks.ts'
import { type Case, statusOf } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import { worst } from '../domain/severity.ts'
import { decisionsOf, dropDecisions } from '../store/case-decisions.ts'
import { casesByIds, putCases } from '../store/cases.ts'
import { putEdges } from '../store/edges.ts'
import { dropEntities, putEntities } from '../store/entities.ts'
import { type StoredFinding, casesWithOpenFindings, findingsByIds, putFindings } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { putSuggestions } from '../store/suggestions.ts'
import { type Neighbourhood, activePolicy, neighbourhood } from './neighbourhood.ts'
import { setApart, tellHeirs } from './used-again.ts'

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
  /** What a person's correction has to say to the ticket. */
  said?: readonly { title: string; body: string }[]
}

/** Finding → Case, in the caller's transaction. Findings without a tenant are kept and wait. */
export async function keepCases(tx: Db, given: readonly Finding[], now: number): Promise<CaseNews[]> {
  const ids = given.map((one) => one.id)
  const known = new Map((await findingsByIds(tx, ids)).map((one) => [one.id, one]))
  const { findings: apart, before, heirs } = await setApart(tx, given, known)
  const findings = apart.map((finding) => inItsCase(finding, before.get(finding.id)))
  const mapped = findings.filter((finding) => finding.tenantId !== null)
  const fresh = mapped.filter((finding) => (before.get(finding.id)?.caseId ?? null) === null)
  const { placements, bridges, standing } = await place(tx, fresh)
  const caseOf = new Map(placements.map((one) => [one.finding.id, one.caseId]))
  for (const { id } of mapped) {
    const held = before.get(id)?.caseId ?? null
    if (held !== null) caseOf.set(id, held)
  }
  await keepSightings(tx, mapped, before, caseOf)
  await putFindings(
    tx,
    findings.map((finding) => ({ ...finding, caseId: caseOf.get(finding.id) ?? null })),
  )
  const turned = mapped.filter((finding) => turnedRound(before.get(finding.id), finding))
  const news = await keepNews(tx, { placements, turned, before, standing }, now)
  await putSuggestions(
    tx,
    bridges.map((bridge) => ({ ...bridge, at: now })),
  )
  await tellHeirs(tx, heirs, (id) => caseOf.get(id) ?? null, now)
  return news
}

async function place(
  tx: Db,
  fresh: readonly Finding[],
): Promise<Correlation & Pick<Neighbourhood, 'standing'>> {
  if (fresh.length === 0) return { placements: [], bridges: [], standing: new Map() }
  const policy = await activePolicy(tx)
  const { standing, ...known } = await neighbourhood(tx, fresh, policy)
  return { ...correlate(fresh, known, policy), standing }
}

/** What has moved in time leaves its former place; what says the same as before costs nothing. */
async function keepSightings(
  tx: Db,
  mapped: readonly Finding[],
  before: ReadonlyMap<string, StoredFinding>,
  caseOf: ReadonlyMap<string, string>,
): Promise<void> {
  const changed = mapped.filter((finding) => !saysTheSame(before.get(finding.id), finding))
  await dropEntities(
    tx,
    changed.flatMap((finding) => {
      const former = before.get(finding.id)
      return former === undefined || former.time === finding.time ? [] : sightings(former)
    }),
  )
  await putEntities(
    tx,
    changed.flatMap((finding) =>
      sightings(finding).map((one) => ({ ...one, caseId: caseOf.get(finding.id) ?? '' })),
    ),
  )
}

function saysTheSame(before: StoredFinding | undefined, now: Finding): boolean {
  if (before === undefined || before.caseId === null || before.time !== now.time) return false
  return JSON.stringify(before.entities) === JSON.stringify(now.entities)
}

/** What is in a case belongs to the case's tenant, wherever its customer has moved since; only `refile` moves it. */
function inItsCase(finding: Finding, before: StoredFinding | undefined): Finding & { elsewhere?: boolean } {
  if (before === undefined || before.caseId === null || before.tenantId === finding.tenantId) return finding
  return { ...finding, tenantId: before.tenantId, elsewhere: true }
}

function turnedRound(before: StoredFinding | undefined, now: Finding): boolean {
  return before !== undefined && before.caseId !== null && before.open !== now.open
}

interface Kept {
  placements: readonly Placement[]
  turned: readonly Finding[]
  before: ReadonlyMap<string, StoredFinding>
  /** Cases as they have just been read. */
  standing: ReadonlyMap<string, Case>
}

async function keepNews(
  tx: Db,
  { placements, turned, before, standing }: Kept,
  now: number,
): Promise<CaseNews[]> {
  const news = new Map<string, CaseNews>()
  const fresh = new Set(placements.filter((one) => one.founder).map((one) => one.caseId))
  const ids = [
    ...placements.map((one) => one.caseId).filter((id) => !fresh.has(id)),
    ...turned.map((one) => before.get(one.id)?.caseId ?? ''),
  ]
  const others = ids.filter((id) => !standing.has(id))
  const asked = await casesByIds(tx, [...new Set(others)])
  const known = new Map(
    [...ids.flatMap((id) => standing.get(id) ?? []), ...asked].map((own) => [own.id, own]),
  )
  const entryOf = (own: Case): CaseNews => {
    const fresh = { case: own, was: known.get(own.id), founder: undefined, joined: [], turned: [] }
    const entry = news.get(own.id) ?? fresh
    news.set(own.id, entry)
    return entry
  }
  // The founder of a case is placed first; where two became one, it need not be the earliest.
  for (const placement of placements.toSorted(foundersFirst)) {
    const { finding, caseId, reason, founder } = placement
    const entry = entryOf(known.get(caseId) ?? found(caseId, finding, now))
    entry.case = grown(entry.case, placement, now)
    if (founder) entry.founder = finding
    else entry.joined.push({ finding, reason })
  }
  for (const finding of turned) {
    const own = known.get(before.get(finding.id)?.caseId ?? '')
    if (own !== undefined) entryOf({ ...own, updatedAt: now }).turned.push(finding)
  }
  await putEdges(
    tx,
    placements.map(({ caseId, finding, reason, weight }) => ({
      caseId,
      findingId: finding.id,
      reason,
      weight,
    })),
  )
  await setStatuses(tx, [...news.values()])
  await putCases(
    tx,
    [...news.values()].map((entry) => entry.case),
    known,
  )
  return [...news.values()]
}

function foundersFirst(a: Placement, b: Placement): number {
  return Number(b.founder) - Number(a.founder)
}

/** A case is resolved when the vendor has closed all of its findings, unless a person has decided; see `statusOf`. */
async function setStatuses(tx: Db, news: readonly CaseNews[]): Promise<void> {
  const ids = news.map((entry) => entry.case.id)
  // Most are open by what has just come, and need not be asked for.
  const asked = news.filter((entry) => !hasOpenNews(entry) && entry.founder?.open !== true)
  const open = await casesWithOpenFindings(
    tx,
    asked.map((entry) => entry.case.id),
  )
  const closed = new Set(asked.map((entry) => entry.case.id).filter((id) => !open.has(id)))
  const decisions = await decisionsOf(tx, ids)
  const overtaken: string[] = []
  for (const entry of news) {
    const { id } = entry.case
    const now = { open: !closed.has(id), news: hasOpenNews(entry), decided: decisions.get(id)?.status }
    const next = statusOf(now)
    if (next.status !== entry.case.status) entry.case = { ...entry.case, status: next.status }
    if (next.overtaken) overtaken.push(id)
  }
  if (overtaken.length > 0) await dropDecisions(tx, overtaken)
}

/** A vendor has an alert open that has joined or was reopened just now. */
function hasOpenNews({ joined, turned }: CaseNews): boolean {
  return joined.some(({ finding }) => finding.open) || turned.some((one) => one.open)
}

function found(id: string, finding: Finding, now: number): Case {
  const { tenantId, title, severity, time } = finding
  const status = 'open' as const
  const times = { firstTime: time, lastTime: time, createdAt: now, updatedAt: now }
  return {
    id,
    tenantId: tenantId ?? '',
    title,
    severity,
    status,
    findingCount: 0,
    mergedInto: null,
    marks: [],
    ...times,
  }
}

function grown(own: Case, { finding, marks }: Placement, now: number): Case {
  return {
    ...own,
    severity: worst([own.severity, finding.severity]),
    firstTime: Math.min(own.firstTime, finding.time),
    lastTime: Math.max(own.lastTime, finding.time),
    findingCount: own.findingCount + 1,
    marks: unitedMarks(own.marks, marks),
    updatedAt: now,
  }
}

function sightings(finding: Finding) {
  const { id: findingId, tenantId, time } = finding
  return finding.entities.map((entity) => ({ ...entity, tenantId: tenantId ?? '', findingId, time }))
}
