import { Refusal } from '../../contract/refusal.ts'
import { type Call, Reply } from '../../contract/server.ts'
import type { SandboxOptions } from '../sandbox-vendor.ts'
import { invalid } from './api.ts'
import type { Organisation, TokenIdentity } from './sandbox-tokens.ts'

/** A row as the API shows it. Rows are never changed, only replaced. */
export type Row = { readonly id: number } & Readonly<Record<string, unknown>>

interface Kept {
  row: Row
  organisation: Organisation
  /** The sandbox's clock, for the lag of lists. */
  madeAt: number
  /** What a search looks through, in lower case. */
  words?: readonly string[] | undefined
}

/** What an organisation has, by id, and the rows as they were last told: that list stays as it is. */
interface Shelf {
  kept: Kept[]
  told: readonly Row[] | undefined
}

/** One resource of all organisations: ids rise by one and are never used again. */
export class Table {
  readonly #kept = new Map<number, Kept>()
  readonly #shelves = new Map<Organisation, Shelf>()
  #last: number

  constructor(first: number) {
    this.#last = first - 1
  }

  add(organisation: Organisation, fields: Record<string, unknown>, madeAt: number): Row {
    const row = Object.freeze({ id: ++this.#last, ...fields })
    const kept = { row, organisation, madeAt }
    this.#kept.set(row.id, kept)
    this.#open(organisation).kept.push(kept)
    return row
  }

  /** Undefined for an id of another organisation, and for what is no id at all. */
  get(organisation: Organisation, id: unknown): Row | undefined {
    const number = typeof id === 'number' || /^[1-9]\d*$/.test(String(id)) ? Number(id) : 0
    const kept = this.#kept.get(number)
    return kept?.organisation === organisation ? kept.row : undefined
  }

  replace(before: Row, changes: Record<string, unknown>): Row {
    const kept = this.#kept.get(before.id)
    if (kept === undefined) return before
    kept.row = Object.freeze({ ...kept.row, ...changes, id: before.id })
    kept.words = undefined
    this.#open(kept.organisation)
    return kept.row
  }

  remove(row: Row): void {
    const kept = this.#kept.get(row.id)
    if (kept === undefined) return
    this.#kept.delete(row.id)
    const shelf = this.#open(kept.organisation)
    shelf.kept.splice(shelf.kept.indexOf(kept), 1)
  }

  madeAt(row: Row): number {
    return this.#kept.get(row.id)?.madeAt ?? 0
  }

  /** In order of id; made anew only after a write. */
  all(organisation: Organisation): readonly Row[] {
    const shelf = this.#shelves.get(organisation)
    if (shelf === undefined) return []
    return (shelf.told ??= shelf.kept.map(({ row }) => row))
  }

  /** Those whose name or description holds the text, without regard to case; in order of id. */
  holding(organisation: Organisation, text: string): readonly Row[] {
    const wanted = text.toLowerCase()
    const found: Row[] = []
    for (const kept of this.#shelves.get(organisation)?.kept ?? []) {
      kept.words ??= wordsOf(kept.row)
      if (kept.words.some((word) => word.includes(wanted))) found.push(kept.row)
    }
    return found
  }

  /** For a write. */
  #open(organisation: Organisation): Shelf {
    const shelf: Shelf = this.#shelves.get(organisation) ?? { kept: [], told: undefined }
    this.#shelves.set(organisation, shelf)
    shelf.told = undefined
    return shelf
  }
}

function wordsOf(row: Row): readonly string[] {
  return [row['name'], row['description']].map((text) => wordOf(text).toLowerCase())
}

/** The account behind the sandbox: every table, and what all behaviours need. */
export class Store {
  readonly projects = new Table(41)
  readonly tasks = new Table(701)
  readonly users = new Table(11)
  readonly clients = new Table(301)
  readonly contacts = new Table(901)
  readonly files = new Table(5001)
  readonly signOffs = new Table(8001)
  /** The highest position handed out, by project. */
  readonly positions = new Map<number, number>()
  readonly #options: SandboxOptions

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  get now(): number {
    return this.#options.now()
  }

  /** Whole seconds, as the vendor's times are. */
  stamp(): string {
    return stampOf(this.now)
  }
}

export function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Identify() of this sandbox makes no other identity. */
export function organisationOf(call: Pick<Call, 'identity'>): Organisation {
  return (call.identity as TokenIdentity).organisation
}

/** Ids may be sent as they are shown: as numbers, or as texts of them. */
export function bodyOf(call: Call): Record<string, unknown> {
  const body = (call.body ?? {}) as Record<string, unknown> // every body schema is an object
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, /_ids?$/.test(name) ? asNumbers(value) : value]),
  )
}

function asNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNumbers)
  return typeof value === 'string' && /^[1-9]\d*$/.test(value) ? Number(value) : value
}

export function found(row: Row | undefined, what: string): Row {
  if (row === undefined) throw new Refusal(404, 'not_found', `${what} not found.`)
  return row
}

/** Refuses with the fields that are wrong, when any is. */
export function refuseWrong(call: Call, problems: Record<string, string | false | undefined>): void {
  const issues = Object.entries(problems).flatMap(([field, issue]) => (issue ? [{ field, issue }] : []))
  if (issues.length > 0) throw invalid(issues, call.op, call.switches)
}

/** The writable fields of a body. A PUT of a replacing server falls back to the defaults for what is left out. */
export function writtenFields(
  call: Call,
  defaults: Readonly<Record<string, unknown>>,
  replaces = call.op.method === 'PUT' && call.switches['put'] === 'replace',
): Record<string, unknown> {
  const body = bodyOf(call)
  const given = Object.keys(defaults).filter((name) => body[name] !== undefined)
  const written = Object.fromEntries(given.map((name) => [name, body[name]]))
  return call.op.method === 'POST' || replaces ? { ...defaults, ...written } : written
}

export function deletedReply(call: Call): unknown {
  return call.switches['framework-codes'] === 'on' ? new Reply(204, undefined) : { message: 'Deleted.' }
}

/** Filters of a list as the account has them: some servers know none. */
export function filtersOf(call: Call): Record<string, string | undefined> {
  const given = Object.entries(call.query).filter(([name]) => name !== 'page')
  if (call.switches['filters'] === 'ignored') return {}
  if (call.switches['filters'] === 'refused') {
    refuseWrong(call, Object.fromEntries(given.map(([name]) => [name, 'is not a filter'])))
  }
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

/** A field as text; what is no text is empty. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
