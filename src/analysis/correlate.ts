import { caseIdOf } from '../domain/case.ts'
import type { Entity } from '../domain/entity.ts'
import type { Finding } from '../domain/finding.ts'

/** Findings on one device this near in event time belong to one attack. */
export const nearMs = 60 * 60_000
/** A case grows no further: one busy device must not chain a customer's whole week into one ticket. */
export const maxFindings = 50

/** A finding that already is in a case, by one of the devices or groups in question. */
export interface Placed extends Entity {
  tenantId: string
  findingId: string
  caseId: string
  time: number
}

export interface Placement {
  finding: Finding
  caseId: string
  reason: string
  /** It is the first of its case. */
  founder: boolean
}

/**
 * Puts each new finding into a case: that of what its vendor groups it with, else the nearest one in event time at the
 * same customer on the same device, else one of its own. Never the title. A pure function of the findings, of their
 * placed neighbours and of the cases' sizes.
 */
export function correlate(
  findings: readonly Finding[],
  placed: readonly Placed[],
  sizesBefore: ReadonlyMap<string, number>,
): Placement[] {
  const sizes = new Map(sizesBefore)
  const byLink = new Map<string, Placed[]>()
  for (const one of placed) add(byLink, one)
  return findings
    .toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    .map((finding) => {
      const placement = place(finding, byLink, sizes)
      sizes.set(placement.caseId, (sizes.get(placement.caseId) ?? 0) + 1)
      for (const link of joinable(finding)) add(byLink, toPlaced(finding, link, placement.caseId))
      return placement
    })
}

function place(finding: Finding, byLink: Map<string, Placed[]>, sizes: Map<string, number>): Placement {
  let best: Candidate | undefined
  for (const link of joinable(finding)) {
    for (const one of byLink.get(keyOf(finding.tenantId ?? '', link)) ?? []) {
      const gap = Math.abs(one.time - finding.time)
      if ((link.kind === 'host' && gap > nearMs) || (sizes.get(one.caseId) ?? 0) >= maxFindings) continue
      if (best === undefined || isBetter({ one, gap }, best)) best = { one, gap }
    }
  }
  if (best === undefined) {
    const caseId = caseIdOf(finding.tenantId ?? '', finding.id)
    return { finding, caseId, reason: 'first finding of the case', founder: true }
  }
  return { finding, caseId: best.one.caseId, reason: reasonFor(best), founder: false }
}

function reasonFor({ one, gap }: Candidate): string {
  if (one.kind === 'group') return 'the vendor says that they belong together'
  return `same device ${one.value}, ${Math.round(gap / 60_000)} min apart`
}

interface Candidate {
  one: Placed
  gap: number
}

/** What the vendor groups, then the nearer; of equally near ones always the same, in whatever order they came. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.one.kind !== b.one.kind) return a.one.kind === 'group'
  if (a.gap !== b.gap) return a.gap < b.gap
  if (a.one.caseId !== b.one.caseId) return a.one.caseId < b.one.caseId
  return a.one.value < b.one.value
}

/** A finding of nobody's is joined with nothing. */
function joinable(finding: Finding): Entity[] {
  return finding.tenantId === null ? [] : linksOf(finding)
}

/** What a finding can be joined by. */
export function linksOf(finding: Pick<Finding, 'entities'>): Entity[] {
  return finding.entities.filter(({ kind, value }) => (kind === 'host' || kind === 'group') && value !== '')
}

function toPlaced(finding: Finding, { kind, value }: Entity, caseId: string): Placed {
  return { tenantId: finding.tenantId ?? '', kind, value, findingId: finding.id, caseId, time: finding.time }
}

function add(byLink: Map<string, Placed[]>, one: Placed): void {
  const key = keyOf(one.tenantId, one)
  const list = byLink.get(key)
  if (list) list.push(one)
  else byLink.set(key, [one])
}

function keyOf(tenantId: string, { kind, value }: Entity): string {
  return `${tenantId}\n${kind}\n${value}`
}
