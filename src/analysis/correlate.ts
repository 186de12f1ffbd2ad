import { caseIdOf } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'

/** Findings on one device this near in event time belong to one attack. */
export const nearMs = 60 * 60_000
/** A case grows no further: one busy device must not chain a customer's whole week into one ticket. */
export const maxFindings = 50

/** A finding that already is in a case, on one of the devices in question. */
export interface Placed {
  tenantId: string
  host: string
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
 * Puts each new finding into a case: the nearest one in event time at the same customer on the same device, or one of
 * its own. Never the title. A pure function of the findings, of their placed neighbours and of the cases' sizes.
 */
export function correlate(
  findings: readonly Finding[],
  placed: readonly Placed[],
  sizesBefore: ReadonlyMap<string, number>,
): Placement[] {
  const sizes = new Map(sizesBefore)
  const byHost = new Map<string, Placed[]>()
  for (const one of placed) add(byHost, one)
  return findings
    .toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    .map((finding) => {
      const placement = place(finding, byHost, sizes)
      sizes.set(placement.caseId, (sizes.get(placement.caseId) ?? 0) + 1)
      for (const host of joinableHosts(finding)) add(byHost, toPlaced(finding, host, placement.caseId))
      return placement
    })
}

function place(finding: Finding, byHost: Map<string, Placed[]>, sizes: Map<string, number>): Placement {
  let best: Candidate | undefined
  for (const host of joinableHosts(finding)) {
    for (const one of byHost.get(hostKey(finding.tenantId ?? '', host)) ?? []) {
      const gap = Math.abs(one.time - finding.time)
      if (gap > nearMs || (sizes.get(one.caseId) ?? 0) >= maxFindings) continue
      if (best === undefined || isBetter({ one, gap }, best)) best = { one, gap }
    }
  }
  if (best === undefined) {
    const caseId = caseIdOf(finding.tenantId ?? '', finding.id)
    return { finding, caseId, reason: 'first finding of the case', founder: true }
  }
  const minutes = Math.round(best.gap / 60_000)
  return {
    finding,
    caseId: best.one.caseId,
    reason: `same device ${best.one.host}, ${minutes} min apart`,
    founder: false,
  }
}

interface Candidate {
  one: Placed
  gap: number
}

/** Nearer first; of equally near ones always the same, in whatever order they came. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.gap !== b.gap) return a.gap < b.gap
  if (a.one.caseId !== b.one.caseId) return a.one.caseId < b.one.caseId
  return a.one.host < b.one.host
}

/** A finding of nobody's is joined with nothing. */
function joinableHosts(finding: Finding): string[] {
  return finding.tenantId === null ? [] : hostsOf(finding)
}

export function hostsOf(finding: Pick<Finding, 'entities'>): string[] {
  const hosts = finding.entities.filter(({ kind, value }) => kind === 'host' && value !== '')
  return hosts.map(({ value }) => value)
}

function toPlaced(finding: Finding, host: string, caseId: string): Placed {
  return { tenantId: finding.tenantId ?? '', host, findingId: finding.id, caseId, time: finding.time }
}

function add(byHost: Map<string, Placed[]>, one: Placed): void {
  const key = hostKey(one.tenantId, one.host)
  const list = byHost.get(key)
  if (list) list.push(one)
  else byHost.set(key, [one])
}

function hostKey(tenantId: string, host: string): string {
  return `${tenantId}\n${host}`
}
