import { idOf } from './id.ts'
import type { Fields } from './merge.ts'
import type { Severity } from './severity.ts'

/** A Case as seen in a ticketing vendor. */
export interface Ticket {
  id: string
  caseId: string
  connectionId: string
  vendorId: string
  number: string
  marker: string
  url: string | null
  /** A stray, or a ticket that a technician merged, names the ticket that it went into. */
  foldedInto: string | null
  /** It is no longer there: a technician deleted it, or merged it into another. */
  gone: 'deleted' | 'merged' | null
  /** How the vendor showed it last; null until it was read. */
  seen: TicketSight | null
  /** What both sides held when they last agreed. */
  agreed: Agreed
  createdAt: number
}

/** The fields that are merged. `status` is `open` or `resolved`; `marker`: whether the subject carries it. */
export type TicketField = 'status' | 'priority' | 'marker' | 'customer'

/**
 * `handed`: somebody changed the priority at the ticket; it is theirs from then on. `home`: the ticketing customer under
 * which it was made.
 */
export type Agreed = Fields<TicketField> & { readonly handed?: boolean; readonly home?: string }

/** A ticket at one moment, in the vendor's words. */
export interface TicketSight {
  /** The account's own word. */
  status: string
  /** What the word means; `other`: a word that we do not know, kept and shown. */
  phase: TicketPhase
  priority: string | null
  customerId: string
  assignee: string | null
  /** The vendor's clock, epoch ms. */
  updatedAt: number
}

export type TicketPhase = 'new' | 'working' | 'waiting' | 'closed' | 'other'

/** A ticket as a ticketing vendor reports it: what a Record of its tickets feed tells. */
export type TicketReport = StandingTicket | GoneTicket

export interface StandingTicket {
  vendorId: string
  number: string
  subject: string
  sight: TicketSight
  /** As far as the Record holds them, oldest first. */
  comments: TicketComment[]
  gone?: never
}

/** It is not there any more; merged into another ticket where that is known. */
export interface GoneTicket {
  vendorId: string
  gone: 'deleted' | 'merged'
  into: { vendorId: string; number: string } | null
}

export interface TicketComment {
  vendorId: string
  subject: string
  body: string
  author: string
  /** The vendor's clock, epoch ms. */
  at: number
}

/**
 * One decided change to a ticket, or to what the ticket is about at another vendor: the write-ahead row of the
 * one-ticket protocol. Unique by (case, kind, version).
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

export const changeKinds = [
  'create',
  'note',
  'status',
  'reopen',
  'priority',
  'subject',
  'worksheet',
  'alert',
  'write-back',
  'project',
  'task',
  'task-status',
] as const

/**
 * A second `create` of a case is a follow-up ticket. `alert` raises or clears, `write-back` goes to where a finding came
 * from. `project`, `task` and `task-status` go to a board; a tenant's project is made for the case that first needs it.
 */
export type ChangeKind = (typeof changeKinds)[number]
export type ChangeState = 'pending' | 'sending' | 'ambiguous' | 'sent' | 'refused'

/** Who sees what we write; absent: technicians only, and nobody is mailed. */
export interface Audience {
  public: boolean
  email: boolean
}

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
  audience?: Audience
}

export interface NoteDraft {
  kind: 'note'
  subject: string
  body: string
  audience?: Audience
}

/** Fields of the ticket: an idempotent write. One kind a field, so that deliveries read well. */
export interface FieldsDraft {
  kind: 'status' | 'reopen' | 'priority' | 'subject'
  subject: string
  set: TicketFields
}

/** Absent: stays as it is. */
export interface TicketFields {
  status?: 'open' | 'resolved'
  severity?: Severity
  /** The marker that the subject has to carry; its words stay. */
  marker?: string
}

export interface AlertDraft {
  kind: 'alert'
  subject: string
  /** Stands in the alert, so that a look-up finds it. */
  marker: string
  raise: boolean
  customerId: string
  hostname: string | null
  body: string
}

export interface WorksheetDraft {
  kind: 'worksheet'
  subject: string
  template: string
  /** Ends with the change's marker. */
  title: string
}

/** What the vendor of a finding is told. */
export interface WriteBackDraft {
  kind: 'write-back'
  subject: string
  feed: string
  /** The finding's id at its vendor. */
  findingId: string
  customerId: string | null
  /** Absent: as the vendor's analysts left it. */
  disposition?: 'malicious' | 'benign'
  /** Ends with the marker. */
  comment: string
  marker: string
}

export interface ProjectPlan {
  kind: 'project'
  subject: string
  tenantId: string
  /** The board's customer id. */
  customerId: string
  name: string
  marker: string
}

export interface TaskPlan {
  kind: 'task'
  /** What is to be done. */
  subject: string
  taskId: string
  marker: string
  /** Plain text; the ticket's number is added when it is sent. */
  body: string
  severity: Severity
}

export interface TaskStatusPlan {
  kind: 'task-status'
  subject: string
  taskId: string
  marker: string
  done: boolean
}

export type BoardPlan = ProjectPlan | TaskPlan | TaskStatusPlan
export type DeskDraft = TicketDraft | NoteDraft | FieldsDraft | AlertDraft | WorksheetDraft | WriteBackDraft
export type Draft = DeskDraft | BoardPlan

/** A draft as decided. The vendor's prose, pages of it, is added when it is sent. */
export type ChangePlan = Draft & {
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

/** The first words of a ticket of ours: its subject at the vendor is the vendor's. */
const opening = /^Source: [\w-]+\/[\w-]+\/\S+$|^Case: \[WF-[0-9A-Z]{10}\]$/m

/** Comments of ours, known by what they say, whoever's hands they went through: also after a merge. */
export function isOurs({ subject, body }: Pick<TicketComment, 'subject' | 'body'>): boolean {
  if (/\[chg_[0-9a-f]{24}\]$|\[fold \S+ into \S+\]$/.test(subject.trimEnd())) return true
  return subject === 'Initial Issue' && opening.test(body)
}
