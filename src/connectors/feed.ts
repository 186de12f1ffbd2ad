import type { Client } from '../contract/client.ts'
import type { Asset } from '../domain/asset.ts'
import type { Covered, Gap } from '../domain/coverage.ts'
import type { ApiActivity } from '../domain/event.ts'
import type { Reading } from '../domain/finding.ts'
import type { Reach } from '../domain/horizon.ts'
import type { RecordSeed, VendorRecord } from '../domain/record.ts'
import type { TaskReport } from '../domain/task.ts'
import type { TicketReport } from '../domain/ticket.ts'

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
  /** JSON. It is written down before the reader goes on, so the reader may change one object from batch to batch. */
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
