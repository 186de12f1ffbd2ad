import type { CaseComment } from '../domain/case.ts'
import { type Finding, isAnother, sameMs } from '../domain/finding.ts'
import { idOf } from '../domain/id.ts'
import { putComments } from '../store/case-comments.ts'
import { putDeadLetter } from '../store/dead-letters.ts'
import { type StoredFinding, findingsByIds } from '../store/findings.ts'
import { heads, recordsByIds } from '../store/records.ts'
import type { Db } from '../store/store.ts'

/**
 * A vendor may use an id again. What comes under it then is another finding, with a case of its own: the first one keeps
 * the id that is made of the vendor's, the later ones' is made of their time as well.
 */

/** A finding whose id another had before. */
export interface Heir {
  finding: Finding
  first: Finding & { caseId?: string | null }
}

/** The id of whatever has the vendor's id first. */
export function firstIdOf({
  connectionId,
  feed,
  vendorId,
}: Pick<Finding, 'connectionId' | 'feed' | 'vendorId'>): string {
  return idOf('fnd', connectionId, feed, vendorId)
}

function ownIdOf({ connectionId, feed, vendorId, born }: Finding): string {
  return idOf('fnd', connectionId, feed, vendorId, Math.floor((born ?? 0) / 1000))
}

/** Asks the database only where something under a known id has another time than before. */
export async function setApart(
  tx: Db,
  given: readonly Finding[],
  before: ReadonlyMap<string, StoredFinding>,
): Promise<{ findings: readonly Finding[]; before: ReadonlyMap<string, StoredFinding>; heirs: Heir[] }> {
  const strange = given.filter((one) => isStrange(one, before.get(one.id)))
  const heirs = heirsAmong(given, before)
  if (strange.length === 0) return { findings: given, before, heirs }
  const records = await recordsByIds(
    tx,
    strange.map((one) => before.get(one.id)?.recordId ?? ''),
  )
  const seenAt = new Map(records.map((one) => [one.id, one.firstSeenAt]))
  const known = new Map((await findingsByIds(tx, strange.map(ownIdOf))).map((one) => [one.id, one]))
  const findings = given.map((finding) => {
    const first = before.get(finding.id)
    if (first === undefined || !strange.includes(finding)) return finding
    const own = apart(finding)
    if (known.has(own.id)) return own
    if (!isAnother({ ...first, seenAt: seenAt.get(first.recordId) ?? 0 }, finding)) return finding
    heirs.push({ finding: own, first })
    return own
  })
  return { findings, before: new Map([...before, ...known]), heirs }
}

/** Those that came in one batch with the first one. */
function heirsAmong(given: readonly Finding[], before: ReadonlyMap<string, StoredFinding>): Heir[] {
  return given.flatMap((finding) => {
    if (finding.apart !== true || before.has(finding.id)) return []
    const id = firstIdOf(finding)
    const first = before.get(id) ?? given.find((one) => one.id === id)
    return first === undefined ? [] : [{ finding, first }]
  })
}

function isStrange(finding: Finding, first: StoredFinding | undefined): boolean {
  return first !== undefined && isAnother({ ...first, seenAt: -Infinity }, finding)
}

/** What the vendor groups under that id is the former's group, not its own. */
export function apart(finding: Finding): Finding {
  const entities = finding.entities.filter((entity) => entity.kind !== 'group')
  return { ...finding, id: ownIdOf(finding), entities, apart: true }
}

/** Both cases say so, and a letter lies until somebody has looked at it: the vendor's other ids are in doubt too. */
export async function tellHeirs(
  tx: Db,
  heirs: readonly Heir[],
  caseOf: (findingId: string) => string | null,
  now: number,
): Promise<void> {
  for (const { finding, first } of heirs) {
    const { connectionId, feed, vendorId, customerId, recordId } = finding
    const said = `${connectionId} has used the id ${feed} ${vendorId} again`
    const [older, younger] = [`"${first.title}" (${when(first)})`, `"${finding.title}" (${when(finding)})`]
    const comments = [
      ...about(
        first,
        caseOf(first.id) ?? first.caseId ?? null,
        `${said}: ${older} will not be heard of any more, ${younger} has it now.`,
      ),
      ...about(finding, caseOf(finding.id), `${said}: ${younger} is not ${older}, which had it before.`),
    ]
    await putComments(
      tx,
      comments.map((one) => ({ ...one, at: now })),
    )
    const reason = `${said}: ${younger} is kept apart from ${older}; replay takes this letter away`
    const letter = { stage: 'identity', ref: recordId, reason, body: null }
    await putDeadLetter(tx, letter, now, { connectionId, feed, customerId })
  }
}

function about(finding: Finding, caseId: string | null, body: string): Omit<CaseComment, 'at'>[] {
  if (caseId === null) return []
  const { id: findingId, connectionId } = finding
  const id = idOf('cmt', caseId, findingId, 'used again', body)
  return [{ id, caseId, source: 'news', connectionId, vendorId: null, author: 'Watchfloor', body }]
}

function when({ time }: Finding): string {
  return new Date(time).toISOString()
}

/** Of these findings those whose id the vendor has given to another since: it must not be told anything of them. */
export async function disinherited(tx: Db, findings: readonly StoredFinding[]): Promise<Set<string>> {
  const gone = new Set<string>()
  for (const group of Map.groupBy(findings, (one) => `${one.connectionId}\n${one.feed}`).values()) {
    const [{ connectionId, feed } = { connectionId: '', feed: '' }] = group
    const ids = group.map((one) => one.vendorId)
    const held = new Map((await heads(tx, connectionId, feed, ids)).map((one) => [one.vendorId, one]))
    for (const one of group) {
      const head = held.get(one.vendorId)
      if (head !== undefined && Math.abs(head.time - one.time) > sameMs) gone.add(one.id)
    }
  }
  return gone
}
