import type { Identity } from '../../contract/auth.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { remembered } from '../../domain/remembered.ts'
import type { SandboxOptions } from '../sandbox-vendor.ts'
import type { World } from '../world.ts'
import { notAuthorized } from './api.ts'
import type { Permission } from './permissions.ts'
import { type Row, Table, TimedTable } from './sandbox-table.ts'

export type { Row, Table } from './sandbox-table.ts'

/** The account behind the sandbox: every table, and what all behaviours need. */
export class Store {
  readonly customers = new Table(34_288_001)
  readonly contacts = new Table(4_378_001)
  readonly phones = new Table(33_808_001)
  readonly assets = new Table(12_313_001)
  readonly tickets = new TimedTable(50_001)
  readonly comments = new Table(900_001)
  readonly lineItems = new Table(123_001)
  readonly timers = new Table(71_001)
  readonly attachments = new Table(81_001)
  readonly worksheets = new Table(61_001)
  readonly alerts = new Table(704_001)
  readonly devices = new Table(5_001)
  /** What a single ticket shows and a list does not, by ticket id. */
  readonly more = new Map<number, TicketMore>()
  /** Comments by ticket, oldest first. */
  readonly talk = new Map<number, Row[]>()
  readonly world: World
  readonly #options: SandboxOptions
  nextNumber = 1001
  /** The last ticket that stood there before anybody asked; the score does not count those. */
  seededUntil = 0

  constructor(world: World, options: SandboxOptions) {
    this.world = world
    this.#options = options
  }

  /** The vendor's clock, which need not be ours. */
  stamp(): string {
    const skew = Number(this.#options.switches['clockSkewSeconds'] ?? 0) * 1000
    return new Date(this.#options.now() + skew).toISOString()
  }

  /** The world's newest customer, as long as nobody has entered it. */
  isYetToCome(row: Row): boolean {
    const { customers, start } = this.world
    const wait = Number(this.#options.switches['lastCustomer'] ?? 0) * 3_600_000
    if (customers.length < 2 || this.#options.now() - start >= wait) return false
    return row['business_name'] === customers.at(-1)?.name
  }
}

export interface TicketMore {
  assetIds: number[]
  signatureName: unknown
  outtakeFormName: unknown
  outtakeFormDate: unknown
  /** Our clock, for the search lag. */
  madeAt: number
}

export function notFound(): Refusal {
  return new Refusal(404, 'not_found', 'Not found')
}

/** A deleted record is 404, or reads back as null. */
export function gone(table: Table, id: unknown, call: Call): null {
  if (call.switches['deletedReads'] === 'null' && table.knew(id)) return null
  throw notFound()
}

/** The sandbox's tokens: who owns them, and which customers they may see. */
export interface TokenIdentity extends Identity {
  userId: number
  token: string
  customers?: ReadonlySet<number>
}

export function tokenOf(call: Call): TokenIdentity {
  return call.identity as TokenIdentity // identify() of this sandbox makes no other
}

export function sees(call: Call, customerId: unknown): boolean {
  const { customers } = tokenOf(call)
  return customers === undefined || customers.has(Number(customerId))
}

export function holds(call: Call, permission: Permission): boolean {
  const { permissions } = call.identity
  return permissions === 'all' || permissions.has(permission)
}

export function demand(call: Call, ...permissions: Permission[]): void {
  for (const permission of permissions) {
    if (!holds(call, permission)) throw new Refusal(401, 'missing_permission', notAuthorized)
  }
}

export function bodyOf(call: Call): Record<string, unknown> {
  return (call.body ?? {}) as Record<string, unknown> // every body schema is an object
}

/** A parameter or field as text; anything else is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

export function blank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** A list in a switch, separated by commas. */
export function words(text: string | undefined): string[] {
  return (text ?? '').split(',').map((word) => word.trim())
}

/** The fields of `names` that the body holds. */
export function pickFields(body: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  )
}

/** `created_after` and its like as the earliest time that is meant; undefined where there is none to go by. */
export function earliest(value: unknown, switches: Record<string, string>): string | undefined {
  if (typeof value !== 'string') return undefined
  if (switches['plainDates'] === 'ignored' && /^\d{4}-\d\d-\d\d$/.test(value)) return undefined
  const from = switches['afterBoundary'] === 'exclusive' ? behind(value) : at(value)
  return from === '' ? undefined : from
}

/** A list is asked for the same times again and again. */
const at = remembered(200, (text) => timeText(Date.parse(text)))
const behind = remembered(200, (text) => timeText(Date.parse(text) + 1))

/** Nothing for what is no time. */
function timeText(time: number): string {
  return Number.isNaN(time) ? '' : new Date(time).toISOString()
}

/** The same as a test of a row's own time. */
export function after(value: unknown, switches: Record<string, string>): (time: unknown) => boolean {
  const from = earliest(value, switches)
  // All times are ISO UTC with milliseconds: they compare as text.
  return from === undefined ? () => true : (time) => typeof time === 'string' && time >= from
}
