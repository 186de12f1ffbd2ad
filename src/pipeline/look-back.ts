import { type Difference, type Partition, type Tally, differences, tally } from '../analysis/compare.ts'
import type { CorrelationPolicy } from '../analysis/policy.ts'
import { replay } from '../analysis/replay.ts'
import { correctionsSince } from '../store/corrections.ts'
import { type StoredFinding, findingsSince } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { changeKey, lastVersions } from '../store/ticket-changes.ts'
import { activePolicy } from './neighbourhood.ts'

export interface LookBack {
  days: number
  /** As the findings stand now, with what people put right. */
  happened: Tally
  /** As they were put together before anybody put anything right. */
  automatic: Tally
  /** The policy in force, replayed: what differs from `automatic` came of the order in which things arrived. */
  active: Tally
  /** The policy in question, replayed. */
  other: Tally
  /** Between how the findings stand now and how they would under the policy in question. */
  differences: Difference[]
}

/** What another policy would have made of the findings that are kept. Reads only; all else is in memory. */
export async function lookBack(
  db: Db,
  policy: CorrelationPolicy,
  days: number,
  now: number,
): Promise<LookBack> {
  const since = now - days * 86_400_000
  const findings = (await findingsSince(db, since)).filter((one) => one.tenantId !== null)
  // Corrections are made after the fact: any may concern what is looked at.
  const corrections = await correctionsSince(db, since)
  const happened = new Map(findings.map((one) => [one.id, one.caseId ?? '']))
  const ticketed = await ticketedOf(db, findings)
  const told = (partition: Partition): Tally => tally(partition, ticketed, corrections)
  const automatic = new Map(happened)
  // Newest first: the oldest move of a finding is written last, and says where it was first.
  for (const { moves } of corrections)
    for (const { findingId, from } of moves) if (automatic.has(findingId)) automatic.set(findingId, from)
  const other = replay(findings, policy)
  return {
    days,
    happened: told(happened),
    automatic: told(automatic),
    active: told(replay(findings, await activePolicy(db))),
    other: told(other),
    differences: differences(happened, other),
  }
}

/** Whether a finding's tenant has tickets at all. */
async function ticketedOf(
  db: Db,
  findings: readonly StoredFinding[],
): Promise<(findingId: string) => boolean> {
  const caseIds = [...new Set(findings.map((one) => one.caseId ?? ''))]
  const changes = await lastVersions(db, caseIds)
  const isTold = (caseId: string): boolean => changes.has(changeKey(caseId, 'create'))
  const tenantIds = new Set(findings.filter((one) => isTold(one.caseId ?? '')).map((one) => one.tenantId))
  const tenantOf = new Map(findings.map((one) => [one.id, one.tenantId]))
  return (findingId) => tenantIds.has(tenantOf.get(findingId) ?? null)
}
