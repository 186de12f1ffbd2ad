import type { Identity } from '../contract/auth.ts'
import type { ApiError } from '../contract/api-error.ts'
import type { Client, Outcome } from '../contract/client.ts'
import type { Contract } from '../contract/contract.ts'
import type { Operation } from '../contract/operation.ts'
import type { Refusal } from '../contract/refusal.ts'
import type { Behaviour } from '../contract/server.ts'
import type { WireRequest } from '../contract/wire.ts'
import type { Covered, Gap } from '../domain/coverage.ts'
import type { Asset } from '../domain/asset.ts'
import type { ApiActivity } from '../domain/event.ts'
import type { Reading } from '../domain/finding.ts'
import type { Reach } from '../domain/horizon.ts'
import type { RecordSeed, VendorRecord } from '../domain/record.ts'
import type { Severity } from '../domain/severity.ts'
import type { TaskReport } from '../domain/task.ts'
import type {
  AlertDraft,
  NoteDraft,
  TicketDraft,
  TicketFields,
  TicketReport,
  TicketSight,
  WorksheetDraft,
  WriteBackDraft,
} from '../domain/ticket.ts'
import type { World } from './world.ts'

/** A vendor: everything that the rest of the program knows about it. */
export interface Connector {
  contract: Contract
  feeds: readonly Feed[]
  /** Present when the vendor holds tickets. */
  desk?: Desk
  /** Present when what it has raised can be closed there over its interface. */
  origin?: Origin
  /** Present when the vendor holds projects and tasks. */
  board?: Board
  /** What `watchfloor doctor` tries, in order. Never writes. */
  probes: readonly Probe[]
  sandbox: SandboxVendor
  /** Its oddities in Markdown: the registry reads them from the folder's notes.md. */
  notes?: string
}

/** One resource of one connection that is read again and again. */
export interface Feed {
  name: string
  kind: 'customers' | 'findings' | 'inventory' | 'audit' | 'tickets' | 'tasks'
  everyMs: number
  /** Older than this is stale, ms; two missed turns and a minute when it is not said. */
  freshMs?: number
  /** Reads what is new since the cursor. Each batch is committed together with the cursor that it carries. */
  read(reader: FeedReader): AsyncGenerator<Batch>
  /** `customers`: the customer that a record tells of. The connection's settings may name it where the vendor does not. */
  toCustomer?(
    record: VendorRecord,
    settings?: Readonly<Record<string, string>>,
  ): { vendorId: string; name: string; domains?: string[] } | undefined
  /** `inventory`: what the record shows of its customer, lower case: devices by first label, domains of people. Pure. */
  toTraces?(record: VendorRecord): { hosts?: string[]; domains?: string[] }
  /** `findings`: the record in OCSF, with its entities. Pure. */
  toReading?(record: VendorRecord): Reading
  /** `findings`: false for a record that is kept but holds nothing to look into. Default: each is a finding. Pure. */
  isFinding?(record: VendorRecord): boolean
  /** `inventory`: what the record names; undefined where it names nothing. Pure. */
  toAsset?(record: VendorRecord): Asset | undefined
  /** `audit`: what somebody did at the vendor, in OCSF. Pure. */
  toActivity?(record: VendorRecord): ApiActivity
  /** `tickets`: how one of our tickets stands. Pure. */
  toReport?(record: VendorRecord): TicketReport
  /** `tasks`: how a task stands, ours or not. Pure. */
  toTaskReport?(record: VendorRecord, settings?: Readonly<Record<string, string>>): TaskReport
}

/** What a feed may use. */
export interface FeedReader {
  client: Client
  /** What the feed's last committed batch left, or undefined on the first run. */
  cursor: unknown
  now: number
  /** The vendor ids of the customers that the connection's customers feed has seen. */
  customers(): Promise<string[]>
  /** The latest state that we hold of these, by vendor id. */
  known(vendorIds: string[]): Promise<Map<string, Known>>
  /** Everything of this feed that we hold as open. */
  open(): Promise<Known[]>
  /**
   * Pages of which every row is held unchanged; the feed adds to it. The client hands out the same page for as long as
   * the vendor sends the same bytes, so that a quiet look at a list asks the database nothing.
   */
  heldPages: WeakSet<object>
  /** How far behind the newest row a read must begin, ms, by what is known of this feed's delays. 0: a plain cursor. */
  overlapMs(reach: Reach): number
  /** Whether the past is read again now and then, for what came later than that. */
  deep: boolean
  /** Those of the tickets that are ours, with the marker that each was given, whatever has become of it. */
  ours(vendorIds: string[]): Promise<Map<string, string>>
  /** What every walk over a list takes. */
  walking: { trusting: boolean }
}

export interface Known {
  vendorId: string
  customerId: string | null
  open: boolean
  body: string
}

export interface Batch {
  rows: RecordSeed[]
  cursor: unknown
  /** Rows that could not be read, for the dead letters. */
  rejected?: { raw: string; reason: string }[]
  /** `customers`: every customer on the list, with the batch that ends a walk which has seen all of it. */
  listed?: string[]
  /** Set when the walk did not reconcile: the run is `incomplete`. The batch's cursor must then not pass the gap. */
  incomplete?: string
  /** What is covered once this batch is committed. */
  covered?: readonly Covered[]
  /** What this run has found that it cannot cover: the run is `incomplete` then, too. */
  gaps?: readonly Gap[]
  /** Rows of the past that are read for the first time: that they come late says nothing. */
  history?: boolean
}

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
  /** Closes a stray with a note that names the ticket that stays. Repeatable. Throws ApiError. */
  fold(client: Client, stray: DeskTicket, into: DeskTicket): Promise<void>
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

/** A vendor of findings that can be told what became of them. Off until the connection's settings allow it. */
export interface Origin {
  /** Whose findings can be closed. */
  feeds: readonly string[]
  allowed(settings: Readonly<Record<string, string>>): boolean
  /** Status, and the comment unless it is there. Repeatable. */
  close(client: Client, draft: WriteBackDraft): Promise<Outcome<unknown>>
  /** Whether it stands as the draft wants it, comment included. Throws ApiError. */
  closed(client: Client, draft: WriteBackDraft): Promise<boolean>
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

/**
 * A vendor of projects and tasks as the outbox sees it. Markers stand in descriptions. A create is one request that is
 * never repeated here: after an unclear answer only a look-up tells, and it may need `visibilityMs` to see.
 */
export interface Board {
  /** For how long after a request a project or task may stay invisible to look-ups, ms. */
  visibilityMs: number
  /** The project that carries the marker, made when a look-up finds none. */
  ensureProject(client: Client, draft: ProjectDraft): Promise<Result<BoardProject>>
  /** Every project with this marker, oldest first. Throws ApiError, also when the list was not seen whole. */
  findProjects(client: Client, marker: string): Promise<BoardProject[]>
  createTask(client: Client, draft: TaskDraft): Promise<Result<BoardTask>>
  /** Every task with this marker, oldest first, wherever it was moved to. Throws like `findProjects`. */
  findTasks(client: Client, query: { marker: string; projectId?: string }): Promise<BoardTask[]>
  /** Changes what the patch names and keeps everything else as it is at that moment. Repeatable. */
  updateTask(client: Client, taskId: string, patch: TaskPatch): Promise<Result<BoardTask>>
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: ApiError }

export interface ProjectDraft {
  /** The vendor's customer id. */
  customerId: string
  name: string
  marker: string
}

export interface TaskDraft {
  projectId: string
  name: string
  /** Plain text; the marker is added to it. */
  description: string
  marker: string
  severity: Severity
  /** `YYYY-MM-DD` */
  dueDate?: string
  assigneeIds?: readonly string[]
}

/** Absent: stays as it is. */
export interface TaskPatch {
  name?: string
  description?: string
  done?: boolean
  severity?: Severity
  dueDate?: string | null
  assigneeIds?: readonly string[]
}

export interface BoardProject {
  vendorId: string
  name: string
  customerId: string | null
  description: string
  createdAt: number
}

export interface BoardTask {
  vendorId: string
  projectId: string | null
  name: string
  description: string
  /** The vendor's own word. */
  status: string
  done: boolean
  assigneeIds: string[]
  createdAt: number
  updatedAt: number | null
}

/** One question to a real connection, asked without side effects. */
export interface Probe {
  name: string
  /** The operation that it leans on, for the report. */
  operation: Operation
  run(client: Client): Promise<ProbeResult>
}

export interface ProbeResult {
  /** `skip`: cannot be asked without writing, or the vendor has no route for it. */
  state: 'ok' | 'warn' | 'fail' | 'skip'
  detail: string
  /** What to do about it. */
  mend?: string
}

/** A vendor's side of the sandbox. */
export interface SandboxVendor {
  /** Path prefixes under which the API is served: `/rocketcyber/v3`. */
  mounts: readonly string[]
  /** Host names that lead here too: `api-us.rocketcyber.com`; `*.syncromsp.com` is any one label. */
  hosts: readonly string[]
  /** The contract's further bases, each under prefixes and hosts of its own. */
  surfaces?: Readonly<Record<string, { mounts: readonly string[]; hosts: readonly string[] }>>
  /** Connection settings (without baseUrl) that fit the demo account. */
  settings: Record<string, string>
  open(world: World, options: SandboxOptions): SandboxState
}

export interface SandboxOptions {
  now(): number
  random(): number
  switches: Record<string, string>
}

export interface DemoKey {
  name: string
  value: string
  note: string
  /** Settings of a connection with this key, where they depend on the world. */
  settings?: Record<string, string>
}

/** The state of one vendor's sandbox, and the truth about it that only the score may see. */
export interface SandboxState {
  keys: readonly DemoKey[]
  behaviours: Readonly<Record<string, Behaviour>>
  /** Without a request only the key's own rights are asked for. */
  identify(key: string, request?: WireRequest): Identity | Refusal | undefined
  /** Lets everything happen that the world holds up to now. Called before every request. */
  advance(): void
  headers?(request: WireRequest, requestId: string): Record<string, string>
  newRequestId?(request: WireRequest): string
  /** Ground truth of a detection vendor: what it has shown so far. */
  raised?(): Raised[]
  /** Ground truth of a ticketing vendor: what stands in it. */
  filed?(): Filed[]
  /** How the people of the account work at the vendor's own screen. Needs no key, and no permission is asked for. */
  people?: DeskPeople
}

/** What technicians see and do in a ticketing vendor; tickets and tasks alike. Nothing here goes through the API. */
export interface DeskPeople {
  /** What was made since the sandbox began and still stands, oldest first, closed ones too. */
  tickets(): DeskWork[]
  /** The account's own words, the most urgent first. */
  priorities(): readonly string[]
  /** False when the vendor has no such deed, or there is nothing to do it to any more. */
  act(ticketId: string, deed: Deed): boolean
}

export interface DeskWork {
  id: string
  subject: string
  customerName: string
  /** The vendor's own words. */
  status: string
  priority: string | null
  closed: boolean
  createdAt: number
}

/** `by` is the e-mail address of a technician of the world. */
export type Deed = { by: string } & (
  | { kind: 'answer'; text: string; hidden?: boolean }
  | { kind: 'resolve'; text: string }
  | { kind: 'reopen' }
  /** Into another ticket, which takes over what was said; the merged one is gone. */
  | { kind: 'merge'; into: string }
  | { kind: 'delete' }
  /** To another customer, by its name in the world. */
  | { kind: 'move'; customerName: string }
  | { kind: 'prioritise'; priority: string }
)

/**
 * `reference` is the line that a ticket about it must hold, as `referenceOf` writes it. `attack` is the same for
 * everything that one cause brought about, at whichever vendor; `story` is its kind: `ransomware`, `noise`.
 */
export interface Raised {
  reference: string
  customerName: string
  attack: string
  story: string
  shownAt: number
}

export interface Filed {
  ticketId: string
  customerName: string
  /** Subject and comments. */
  text: string
  comments: { id: string; subject: string; body: string }[]
  /** Closed as a stray of another ticket. */
  folded: boolean
  createdAt: number
}

/** How a ticket names what it is about, so that people and the score can walk back: `Source: vendor/feed/id`. */
export function referenceOf(vendor: string, feed: string, vendorId: string): string {
  return `Source: ${vendor}/${feed}/${vendorId}`
}
