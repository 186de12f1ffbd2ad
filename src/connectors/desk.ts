import type { Client, Outcome } from '../contract/client.ts'
import type { RecordSeed } from '../domain/record.ts'
import type {
  AlertDraft,
  NoteDraft,
  TicketDraft,
  TicketFields,
  TicketSight,
  WorksheetDraft,
} from '../domain/ticket.ts'

/** A ticketing vendor as the outbox sees it. */
export interface Desk {
  /** For how long after a request a ticket may stay invisible to look-ups, ms. */
  visibilityMs: number
  create(client: Client, draft: TicketDraft): Promise<Outcome<unknown> & { ticket?: DeskTicket }>
  note(client: Client, ticketId: string, draft: NoteDraft): Promise<Outcome<unknown> & { noteId?: string }>
  /** Every ticket of the customer with this marker in its subject, made since then. Throws ApiError. */
  findTickets(
    client: Client,
    query: { marker: string; customerId: string; since: number },
  ): Promise<DeskTicket[]>
  /** The note whose subject ends with this marker. Throws ApiError. */
  findNote(client: Client, ticketId: string, marker: string): Promise<string | undefined>
  /** For the sweep: all tickets made since then that carry any marker of ours. Throws ApiError. */
  ticketsSince(client: Client, since: number): Promise<DeskTicket[]>
  /**
   * Closes a stray with a note that names the ticket that stays. False when that one is not there any more: somebody may
   * have merged it into this very stray, which then stays as it is. Repeatable. Throws ApiError.
   */
  fold(client: Client, stray: DeskTicket, into: Pick<DeskTicket, 'vendorId' | 'number'>): Promise<boolean>
  /** Sets fields in the account's own words and leaves the others as they are. Repeatable. */
  change(
    client: Client,
    ticketId: string,
    fields: TicketFields,
  ): Promise<Outcome<unknown> & { ticket?: DeskTicket }>
  /** The ticket, if it has these fields already; undefined when it has not. Throws ApiError. */
  holds(client: Client, ticketId: string, fields: TicketFields): Promise<DeskTicket | undefined>
  /** A ticket that is not where it was: Records for the tickets feed that tell where it went. Throws ApiError. */
  trace(client: Client, lost: LostTicket): Promise<RecordSeed[]>
  /** What the account calls things. Throws ApiError. */
  vocabulary(client: Client): Promise<Vocabulary>
  /** The desk watches devices too. */
  alarms?: Alarms
  worksheets?: Worksheets
}

export interface LostTicket {
  vendorId: string
  marker: string
  customerId: string
  /** When it was last seen, by the vendor's clock. */
  since: number
}

export interface Vocabulary {
  statuses: string[]
  priorities: string[]
  worksheets: string[]
}

/** Alerts on devices. A raise is a POST like any other; to clear one is repeatable. */
export interface Alarms {
  raise(client: Client, draft: AlertDraft): Promise<Outcome<unknown> & { alertId?: string }>
  /** The open alert that carries the marker. Throws ApiError. */
  find(client: Client, marker: string): Promise<string | undefined>
  clear(client: Client, alertId: string): Promise<Outcome<unknown>>
}

export interface Worksheets {
  attach(
    client: Client,
    ticketId: string,
    draft: WorksheetDraft,
  ): Promise<Outcome<unknown> & { worksheetId?: string }>
  /** Throws ApiError. */
  find(client: Client, ticketId: string, title: string): Promise<string | undefined>
}

export interface DeskTicket {
  vendorId: string
  number: string
  subject: string
  customerId: string
  createdAt: number
  closed: boolean
  url: string | null
  sight: TicketSight
}
