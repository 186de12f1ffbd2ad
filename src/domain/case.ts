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
  createdAt: number
  updatedAt: number
}

export type CaseStatus = 'open' | 'resolved'

/** Why a Finding is in its Case. */
export interface Edge {
  caseId: string
  findingId: string
  reason: string
}

/** A case is named by the finding that founded it. */
export function caseIdOf(tenantId: string, founderId: string): string {
  return idOf('case', tenantId, founderId)
}
