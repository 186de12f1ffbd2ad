import { idOf } from './id.ts'
import type { Severity } from './severity.ts'

/** Findings that belong together: one attack at one Tenant. */
export interface Case {
  id: string
  tenantId: string
  title: string
  severity: Severity
  status: CaseStatus
  firstTime: number
  lastTime: number
  findingCount: number
  /** The case into which a person merged it; it then has no findings. */
  mergedInto: string | null
  /** What tells it from other attacks: its files, public addresses, domains and users, each as `kind:value`. */
  marks: readonly string[]
  createdAt: number
  updatedAt: number
}

export type CaseStatus = 'open' | 'resolved'

/** Why a Finding is in its Case. */
export interface Edge {
  caseId: string
  findingId: string
  reason: string
  /** What the shared entities weigh; 0 where the reason is another. */
  weight: number
}

/** What was said on a case: by a technician at the ticket, or by somebody here. */
export interface CaseComment {
  id: string
  caseId: string
  /** `ticket`: a technician wrote it there. `hub`: written here, told to the ticket. `news`: what became of the ticket. */
  source: 'ticket' | 'hub' | 'news'
  connectionId: string | null
  vendorId: string | null
  author: string
  body: string
  at: number
}

/** A person's word on a case: it stands until there is news of the attack itself. */
export interface CaseDecision {
  caseId: string
  status: CaseStatus
  who: string
  reason: string
  at: number
}

/**
 * What a case's status is. `open`: a vendor has a finding of it open. `news`: one has joined or was reopened just now.
 * `decided`: a person's word. Who resolved a case is overtaken by news; who reopened one is not by a vendor's closing.
 */
export function statusOf(now: { open: boolean; news: boolean; decided: CaseStatus | undefined }): {
  status: CaseStatus
  overtaken: boolean
} {
  const overtaken = now.decided === 'resolved' && now.news
  const decided = overtaken ? undefined : now.decided
  return { status: decided ?? (now.open ? 'open' : 'resolved'), overtaken }
}

/** A case is named by the finding that founded it. */
export function caseIdOf(tenantId: string, founderId: string): string {
  return idOf('case', tenantId, founderId)
}
