import { idOf } from './id.ts'

/** A Case as seen in a ticketing vendor. */
export interface Ticket {
  id: string
  caseId: string
  connectionId: string
  vendorId: string
  number: string
  marker: string
  url: string | null
  /** A stray that was folded into another ticket of the same case names it here. */
  foldedInto: string | null
  createdAt: number
}

/**
 * One decided change to a ticket: the write-ahead row of the one-ticket protocol. Unique by (case, kind, version).
 *
 * `pending → sending → sent | refused`; anything unclear is `ambiguous`, which only a look-up settles.
 */
export interface TicketChange {
  id: string
  caseId: string
  connectionId: string
  kind: ChangeKind
  version: number
  payload: ChangePlan
  state: ChangeState
  /** Requests sent for it. */
  attempts: number
  /** Look-ups made since it became ambiguous. */
  lookups: number
  /** How often it was ambiguous, ever. */
  ambiguities: number
  /** True when a look-up, not an answer, showed that it had been done. */
  settledByLookup: boolean
  /** Not before this time, epoch ms. */
  dueAt: number
  sentAt: number | null
  vendorId: string | null
  error: string | null
  createdAt: number
}

export type ChangeKind = 'create' | 'note'
export type ChangeState = 'pending' | 'sending' | 'ambiguous' | 'sent' | 'refused'

export interface TicketDraft {
  kind: 'create'
  marker: string
  /** The ticketing vendor's customer id. */
  customerId: string
  subject: string
  /** Plain text. */
  body: string
  severity: string
  hostname: string | null
}

export interface NoteDraft {
  kind: 'note'
  subject: string
  body: string
}

/** A draft as decided. The vendor's prose, pages of it, is added when it is sent. */
export type ChangePlan = (TicketDraft | NoteDraft) & {
  /** The Record whose description and remediation are told. */
  quotes?: string
}

export function changeIdOf(caseId: string, kind: ChangeKind, version: number): string {
  return idOf('chg', caseId, kind, version)
}

/** The change's own marker, at the end of a comment's subject: look-ups match it whole. */
export function noteMarkerOf(changeId: string): string {
  return `[${changeId}]`
}
