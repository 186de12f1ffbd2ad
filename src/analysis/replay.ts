import type { Finding } from '../domain/finding.ts'
import { type CaseSize, type Known, type Placed, correlate } from './correlate.ts'
import { linksOf } from './links.ts'
import { marksOf, unitedMarks } from './marks.ts'
import type { CorrelationPolicy } from './policy.ts'

const day = 86_400_000

/**
 * In which case each finding would be under a policy, in memory: a day of event time at a time, as if all had arrived in
 * the order in which it happened. Returns the case's id by the finding's.
 */
export function replay(findings: readonly Finding[], policy: CorrelationPolicy): Map<string, string> {
  const memory = new Memory(policy)
  const days = Map.groupBy(findings, (one) => Math.floor(one.time / day))
  const caseOf = new Map<string, string>()
  for (const [, ofDay] of [...days].toSorted(([a], [b]) => a - b)) {
    const { placements } = correlate(ofDay, memory.known(ofDay), policy)
    for (const { finding, caseId } of placements) {
      memory.keep(finding, caseId)
      caseOf.set(finding.id, caseId)
    }
  }
  return caseOf
}

/** What the store would know. */
class Memory {
  readonly #policy: CorrelationPolicy
  readonly #placed = new Map<string, Placed[]>()
  readonly #sizes = new Map<string, CaseSize>()
  /** When each tenant's cases began. */
  readonly #begun = new Map<string, number[]>()

  constructor(policy: CorrelationPolicy) {
    this.#policy = policy
  }

  keep(finding: Finding, caseId: string): void {
    const { tenantId, time } = finding
    const size = this.#sizes.get(caseId)
    if (size === undefined) add(this.#begun, tenantId ?? '', time)
    const links = linksOf(finding, this.#policy)
    this.#sizes.set(caseId, {
      count: (size?.count ?? 0) + 1,
      firstTime: Math.min(size?.firstTime ?? time, time),
      lastTime: Math.max(size?.lastTime ?? time, time),
      marks: unitedMarks(size?.marks, marksOf(links)),
    })
    for (const { key } of links) add(this.#placed, key, { key, caseId, time })
  }

  known(findings: readonly Finding[]): Known {
    const since = Math.min(...findings.map((one) => one.time))
    const history = since - this.#policy.historyDays * day
    const links = new Map(
      findings.flatMap((one) => linksOf(one, this.#policy)).map((link) => [link.key, link]),
    )
    const placed: Placed[] = []
    const seen = new Map<string, number>()
    const cases = new Map<string, number>()
    for (const { key, rule } of links.values()) {
      const all = this.#placed.get(key)
      if (all === undefined) continue
      const window = rule === undefined ? Infinity : this.#policy.kinds[rule].windowMinutes * 60_000
      for (const one of all) if (one.time >= since - window) placed.push(one)
      const inHistory = all.filter((one) => one.time >= history)
      seen.set(key, new Set(inHistory.map((one) => one.caseId)).size)
    }
    for (const tenantId of new Set(findings.map((one) => one.tenantId ?? '')))
      cases.set(tenantId, (this.#begun.get(tenantId) ?? []).filter((time) => time >= history).length)
    const sizes = new Map<string, CaseSize>()
    for (const { caseId } of placed) {
      const size = this.#sizes.get(caseId)
      if (size !== undefined) sizes.set(caseId, size)
    }
    return { placed, sizes, seen, cases }
  }
}

function add<T>(lists: Map<string, T[]>, key: string, one: T): void {
  const list = lists.get(key)
  if (list) list.push(one)
  else lists.set(key, [one])
}
