import { linksOf } from '../analysis/links.ts'
import { marksOf, unitedMarks } from '../analysis/marks.ts'
import { defaultPolicy } from '../analysis/policy.ts'
import type { Case } from '../domain/case.ts'
import type { Correction, CorrectionKind, Move } from '../domain/correction.ts'
import { idOf, markerOf } from '../domain/id.ts'
import { worst } from '../domain/severity.ts'
import { casesByIds, putCases } from '../store/cases.ts'
import { correctionsOf, putCorrection } from '../store/corrections.ts'
import { dropEdges, edgesOf, putEdges } from '../store/edges.ts'
import { putEntities } from '../store/entities.ts'
import { type StoredFinding, findingsByIds, findingsOfCases, putFindings } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { ticketsOf } from '../store/tickets.ts'

/** A person's merge, split, move or undo. It changes who is in which case; `tellCorrection` says it to the tickets. */

export interface By {
  who: string
  why: string
  now: number
}

/** What cannot be done, and what to do instead, in one line for people. */
export class CorrectionError extends Error {
  override name = 'CorrectionError'
}

export interface Corrected {
  correction: Correction
  moved: StoredFinding[]
  /** The case that gained, as it is now. */
  into: Case
  /** The case that lost. */
  from: Case
  /** Both as they were; undefined for one that did not exist. */
  was: { into: Case | undefined; from: Case }
}

/** Of two cases one goes on: the one with the older ticket, else the older one. */
export async function mergeCases(tx: Db, a: string, b: string, by: By): Promise<Corrected> {
  const [one, other] = [await standing(tx, a), await standing(tx, b)]
  if (one.id === other.id) throw new CorrectionError(`${nameOf(one.id)} cannot be merged with itself`)
  if (one.tenantId !== other.tenantId)
    throw new CorrectionError(
      `${nameOf(one.id)} and ${nameOf(other.id)} belong to different tenants: only cases of one tenant can be merged`,
    )
  const [into, from] = await olderFirst(tx, one, other)
  const findings = await findingsOfCases(tx, [from.id])
  return correct(tx, 'merge', { into, from }, findings, by)
}

/** Takes findings out of a case and makes them one of their own. */
export async function splitCase(
  tx: Db,
  caseId: string,
  findingIds: readonly string[],
  by: By,
): Promise<Corrected> {
  const from = await standing(tx, caseId)
  const taken = await findingsIn(tx, from, findingIds)
  const [first] = taken
  if (first === undefined) throw new CorrectionError('name at least one finding to split off')
  if (taken.length === from.findingCount)
    throw new CorrectionError(`these are all findings of ${nameOf(from.id)}: nothing would stay in it`)
  const id = idOf('case', from.tenantId, 'split', from.id, by.now, ...taken.map((one) => one.id))
  const into: Case = { ...from, id, title: first.title, createdAt: by.now, findingCount: 0 }
  return correct(tx, 'split', { into, from }, taken, by)
}

export async function moveFinding(tx: Db, findingId: string, caseId: string, by: By): Promise<Corrected> {
  const [finding] = await findingsByIds(tx, [findingId])
  if (finding === undefined || finding.caseId === null)
    throw new CorrectionError(
      `no finding ${findingId} is in a case: "watchfloor case ID --json" shows their ids`,
    )
  const [from, into] = [await standing(tx, finding.caseId), await standing(tx, caseId)]
  if (from.id === into.id) throw new CorrectionError(`${findingId} is in ${nameOf(into.id)} already`)
  if (from.tenantId !== into.tenantId)
    throw new CorrectionError(`${nameOf(into.id)} belongs to another tenant: a finding stays with its own`)
  if (from.findingCount === 1)
    throw new CorrectionError(
      `it is the only finding of ${nameOf(from.id)}: use "watchfloor case merge ${bare(into.id)} ${bare(from.id)}"`,
    )
  return correct(tx, 'move', { into, from }, [finding], by)
}

/** Takes back the last correction of a case that still stands. */
export async function undoCorrection(tx: Db, caseId: string, by: By): Promise<Corrected> {
  const all = await correctionsOf(tx, caseId)
  const last = all.find((one) => one.kind !== 'undo' && one.undoneBy === null)
  if (last === undefined)
    throw new CorrectionError(`nobody has changed ${nameOf(caseId)}: there is nothing to undo`)
  const findings = await findingsByIds(
    tx,
    last.moves.map((move) => move.findingId),
  )
  const strayed = findings.find((one) => one.caseId !== last.caseId)
  if (strayed !== undefined)
    throw new CorrectionError(
      `the ${last.kind} cannot be undone: ${strayed.id} has since gone to ${nameOf(strayed.caseId ?? '')}; undo that first`,
    )
  const [into, from] = [await existing(tx, last.otherId), await existing(tx, last.caseId)]
  return correct(tx, 'undo', { into, from }, findings, by, last)
}

interface Sides {
  into: Case
  from: Case
}

async function correct(
  tx: Db,
  kind: CorrectionKind,
  { into, from }: Sides,
  findings: readonly StoredFinding[],
  by: By,
  undone?: Correction,
): Promise<Corrected> {
  const reasons = new Map((await edgesOf(tx, from.id)).map((edge) => [edge.findingId, edge.reason]))
  const former = new Map(undone?.moves.map((move) => [move.findingId, move.reason]))
  const moves = findings.map(({ id }): Move => {
    return { findingId: id, from: from.id, to: into.id, reason: reasons.get(id) ?? '' }
  })
  const ids = findings.map((one) => one.id)
  const company = await findingsOfCases(tx, [kind === 'merge' ? into.id : from.id])
  const others = company.map((one) => one.id).filter((id) => !ids.includes(id))
  const { who, why, now } = by
  const correction: Correction = {
    id: idOf('cor', kind, from.id, into.id, now, ...ids),
    kind,
    caseId: into.id,
    otherId: from.id,
    moves,
    others,
    who,
    why,
    at: now,
    undoes: undone?.id ?? null,
    undoneBy: null,
  }
  const reason = reasonOf(kind, from.id, by)
  await relocate(tx, findings, { into, from }, (id) => former.get(id) ?? reason)
  const after = {
    into: await recounted(tx, { ...into, mergedInto: null }, now, isOpenStill(from, findings)),
    from: await recounted(tx, from, now, false),
  }
  if (after.from.findingCount === 0) after.from = { ...after.from, status: 'resolved', mergedInto: into.id }
  await putCases(tx, [after.into, after.from])
  await putCorrection(tx, correction)
  const was = { into: kind === 'split' ? undefined : into, from }
  return { correction, moved: findings.map((one) => ({ ...one, caseId: into.id })), ...after, was }
}

async function relocate(
  tx: Db,
  findings: readonly StoredFinding[],
  { into, from }: Sides,
  reasonFor: (findingId: string) => string,
): Promise<void> {
  const ids = findings.map((one) => one.id)
  await putFindings(
    tx,
    findings.map((one) => ({ ...one, caseId: into.id })),
  )
  await putEntities(
    tx,
    findings.flatMap(({ id: findingId, tenantId, time, entities }) =>
      entities.map((entity) => ({ ...entity, tenantId: tenantId ?? '', findingId, time, caseId: into.id })),
    ),
  )
  await dropEdges(tx, [from.id], ids)
  await putEdges(
    tx,
    ids.map((findingId) => ({ caseId: into.id, findingId, reason: reasonFor(findingId), weight: 0 })),
  )
}

/** What was open for its people stays open in the case that it comes to. */
function isOpenStill(from: Case, findings: readonly StoredFinding[]): boolean {
  return from.status === 'open' && findings.some((one) => one.open)
}

/** A case that a person has resolved is not opened by what was in it before; `opens`: by what has come to it, it is. */
async function recounted(tx: Db, own: Case, now: number, opens: boolean): Promise<Case> {
  const findings = await findingsOfCases(tx, [own.id])
  const times = findings.map((one) => one.time)
  const isOpen = findings.some((one) => one.open) && (opens || own.status === 'open')
  return {
    ...own,
    severity: worst(findings.map((one) => one.severity)),
    status: isOpen ? 'open' : 'resolved',
    firstTime: times.length === 0 ? own.firstTime : Math.min(...times),
    lastTime: times.length === 0 ? own.lastTime : Math.max(...times),
    findingCount: findings.length,
    marks: findings.reduce(
      (marks, one) => unitedMarks(marks, marksOf(linksOf(one, defaultPolicy))),
      [] as readonly string[],
    ),
    updatedAt: now,
  }
}

function reasonOf(kind: CorrectionKind, from: string, { who, why }: By): string {
  const words = { merge: 'merged with', split: 'split from', move: 'moved from', undo: 'brought back from' }
  return `${words[kind]} ${nameOf(from)} by ${who}${why === '' ? '' : `: ${why}`}`
}

async function olderFirst(tx: Db, a: Case, b: Case): Promise<[Case, Case]> {
  const tickets = await ticketsOf(tx, [a.id, b.id])
  const since = (own: Case): number =>
    tickets.find((one) => one.caseId === own.id && one.foldedInto === null && one.gone === null)?.createdAt ??
    Infinity
  // Infinity − Infinity is not a number, and goes on to the next.
  const order =
    since(a) - since(b) || a.createdAt - b.createdAt || a.firstTime - b.firstTime || (a.id < b.id ? -1 : 1)
  return order < 0 ? [a, b] : [b, a]
}

async function findingsIn(tx: Db, own: Case, ids: readonly string[]): Promise<StoredFinding[]> {
  const all = await findingsOfCases(tx, [own.id])
  const stranger = ids.find((id) => !all.some((one) => one.id === id))
  if (stranger !== undefined)
    throw new CorrectionError(
      `${stranger} is no finding of ${nameOf(own.id)}: "watchfloor case ${bare(own.id)} --json" shows their ids`,
    )
  return all.filter((one) => ids.includes(one.id))
}

async function existing(tx: Db, caseId: string): Promise<Case> {
  const [own] = await casesByIds(tx, [caseId])
  if (own === undefined) throw new CorrectionError(`no case ${caseId}: "watchfloor cases" lists them`)
  return own
}

async function standing(tx: Db, caseId: string): Promise<Case> {
  const own = await existing(tx, caseId)
  if (own.mergedInto !== null)
    throw new CorrectionError(
      `${nameOf(own.id)} was merged into ${nameOf(own.mergedInto)}: work with that one`,
    )
  return own
}

export function nameOf(caseId: string): string {
  return bare(caseId)
}

function bare(caseId: string): string {
  return markerOf(caseId).slice(1, -1)
}
