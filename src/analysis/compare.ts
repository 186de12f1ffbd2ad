import type { Correction } from '../domain/correction.ts'

/** How findings stand in cases: the case's id by the finding's. */
export type Partition = ReadonlyMap<string, string>

export interface Tally {
  findings: number
  cases: number
  /** Cases of tenants that have a ticketing customer. */
  tickets: number
  /** Findings that people took out of a case, and that are with something that they were taken from. */
  wrongMerges: number
  /** Findings that people brought to others, and that are with none of those. */
  wrongSplits: number
  /** 1 − cases / findings. */
  noiseReduction: number
}

/** A case as it stands whose findings another policy would put differently. */
export interface Difference {
  kind: 'joined' | 'divided'
  /** `joined`: the cases that would be one. `divided`: the one case. */
  cases: string[]
  /** `divided`: into so many. */
  parts: number
  findings: number
}

/** Judged by what people put right, and still stands: `corrections` without those that were undone. */
export function tally(
  partition: Partition,
  ticketed: (findingId: string) => boolean,
  corrections: readonly Correction[],
): Tally {
  const members = membersOf(partition)
  const ids = [...members.values()]
  const judged = corrections.filter((one) => one.kind !== 'undo' && one.undoneBy === null)
  const [apart, together] = [
    judged.filter((one) => one.kind !== 'merge'),
    judged.filter((one) => one.kind === 'merge'),
  ]
  return {
    findings: partition.size,
    cases: members.size,
    tickets: ids.filter(([first]) => first !== undefined && ticketed(first)).length,
    wrongMerges: apart.reduce((sum, one) => sum + countWith(partition, one.moves, one.others), 0),
    wrongSplits: together.reduce(
      (sum, one) => sum + known(partition, one.moves) - countWith(partition, one.moves, one.others),
      0,
    ),
    noiseReduction: partition.size === 0 ? 0 : 1 - members.size / partition.size,
  }
}

function known(partition: Partition, moves: readonly { findingId: string }[]): number {
  return moves.filter(({ findingId }) => partition.has(findingId)).length
}

/** How many of the moved findings are in a case with one of the others. */
function countWith(
  partition: Partition,
  moves: readonly { findingId: string }[],
  others: readonly string[],
): number {
  const cases = new Set(others.map((id) => partition.get(id)))
  return moves.filter(({ findingId }) => {
    const own = partition.get(findingId)
    return own !== undefined && cases.has(own)
  }).length
}

/** What would be joined and what divided, the largest first. */
export function differences(before: Partition, after: Partition): Difference[] {
  const out: Difference[] = []
  for (const ids of membersOf(after).values()) {
    const cases = [...new Set(ids.map((id) => before.get(id) ?? ''))].filter((id) => id !== '')
    if (cases.length > 1)
      out.push({ kind: 'joined', cases: cases.toSorted(), parts: 1, findings: ids.length })
  }
  for (const [caseId, ids] of membersOf(before)) {
    const parts = new Set(ids.map((id) => after.get(id)).filter((id) => id !== undefined)).size
    if (parts > 1) out.push({ kind: 'divided', cases: [caseId], parts, findings: ids.length })
  }
  return out.toSorted((a, b) => b.findings - a.findings || (a.cases.join() < b.cases.join() ? -1 : 1))
}

function membersOf(partition: Partition): Map<string, string[]> {
  const members = new Map<string, string[]>()
  for (const [findingId, caseId] of partition) {
    const list = members.get(caseId)
    if (list) list.push(findingId)
    else members.set(caseId, [findingId])
  }
  return members
}
