import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { type Raised, type SandboxOptions, referenceOf } from '../sandbox-vendor.ts'
import { type Happening, type World, seenBy } from '../world.ts'
import { accountIdOf, appOf, verdictOfSeverity } from './demo.ts'
import { readRange } from './fields.ts'
import { type Entry, Shelf, between, createdOf, resolvedOf } from './shelf.ts'
import { contains, isNothing, rangeOf, sortOf } from './sandbox-query.ts'

/** How often each verdict was given: informational, suspicious, malicious. */
type Counts = [number, number, number]

const firstId = 13_000_000
const reopensAfter = 3_600_000

/** The sandbox's incidents: they appear and are resolved as the world's clock goes on. */
export class Incidents {
  readonly #world: World
  readonly #options: SandboxOptions
  readonly #all = new Shelf()
  readonly #shelves = new Map<number, Shelf>()
  readonly #byId = new Map<number, Entry>()
  /** What was shown, by app: events are read from it. */
  readonly #byApp = new Map<number, Shelf>()
  /** Verdicts by account and app; account 0 is all of them. */
  readonly counts = new Map<number, Map<number, Counts>>()
  readonly #sorted = new Map<string, { version: number; rows: readonly Entry[] }>()
  #toShow: Happening[] = []
  #toResolve: Happening[] = []
  /** In order of `at`: what is resolved first is reopened first. */
  readonly #toReopen: { at: number; id: number }[] = []
  #nextShown = 0
  #nextResolved = 0
  #known = 0
  #lag = 0

  constructor(world: World, options: SandboxOptions) {
    this.#world = world
    this.#options = options
  }

  /** Cheap when nothing is due: a few comparisons. */
  advance(): void {
    const lag = Number(this.#options.switches['indexLagSeconds'] ?? 0) * 1000
    if (this.#world.happenings.length !== this.#known || lag !== this.#lag) this.#plan(lag)
    const now = this.#options.now()
    const first = this.#nextShown
    const isDue = (one: Happening | undefined): boolean => one !== undefined && listedAt(one, lag) <= now
    while (isDue(this.#toShow[this.#nextShown])) this.#nextShown++
    this.#show(this.#toShow.slice(first, this.#nextShown), now)
    for (
      let due;
      (due = this.#toResolve[this.#nextResolved]) !== undefined && endOf(due) <= now;
      this.#nextResolved++
    ) {
      this.#resolve(due)
    }
    for (let due; (due = this.#toReopen[0]) !== undefined && due.at <= now; this.#toReopen.shift())
      this.#reopen(due.id, due.at)
  }

  get(id: number): Entry | undefined {
    return this.#isWithdrawn(id) ? undefined : this.#byId.get(id)
  }

  events(appId: number): Shelf {
    return this.#byApp.get(appId) ?? new Shelf()
  }

  raised(): Raised[] {
    return [...this.#byId.values()].map(({ id, happening }) => ({
      reference: referenceOf('rocketcyber', 'incidents', String(id)),
      customerName: happening.customer.name,
      attack: happening.attack,
      story: happening.story,
      shownAt: happening.shownAt,
    }))
  }

  find(call: Call): { rows: readonly Entry[]; descending: boolean } {
    const sort = sortOf(call, ['createdAt', 'title', 'accountId'])
    let rows = this.#narrow(call)
    if (call.switches['withdrawn'] !== 'none') rows = rows.filter((row) => !this.#isWithdrawn(row.id))
    for (const [name, textOf] of textFilters) {
      const words = call.query[name] as string[] | undefined // the query schema has just shown it
      if (words !== undefined)
        rows = isNothing(words) ? [] : rows.filter((row) => contains(textOf(row.happening), words))
    }
    if (sort === undefined || sort.field === 'createdAt')
      return { rows, descending: sort?.descending === true }
    return { rows: this.#sort(rows, sort.field, sort.descending), descending: false }
  }

  /** By whatever is indexed: number, account, status and the two times. */
  #narrow({ query, raw, switches }: Call): readonly Entry[] {
    const accounts = query['accountId'] as number[] | undefined
    const shelves =
      accounts === undefined
        ? [this.#all]
        : accounts.map((account) => this.#shelves.get(account) ?? new Shelf())
    const created = rangeOf(query['createdAt']) ?? seedRange(raw)
    const resolved = rangeOf(query['resolvedAt'])
    const statuses = (query['status'] as string[] | undefined)?.map((word) => word.toLowerCase())
    const ids = query['id'] as number[] | undefined
    if (ids !== undefined) {
      const wanted = new Set(
        ids.map((id) => (switches['idFilter'] === 'off-by-one' ? this.#neighbour(id) : id)),
      )
      return [...wanted].flatMap((id): Entry[] => {
        const entry = this.#byId.get(id)
        if (entry === undefined || accounts?.includes(entry.account) === false) return []
        return fits(entry, created, resolved, statuses) ? [entry] : []
      })
    }
    const lists = shelves.map((shelf) => fromShelf(shelf, created, resolved, statuses))
    if (lists.length === 1 && resolved === undefined) return lists[0] ?? []
    return lists.flat().toSorted((a, b) => a.created - b.created || a.id - b.id)
  }

  #neighbour(id: number): number {
    return this.#byId.has(id + 1) ? id + 1 : id - 1
  }

  #sort(rows: readonly Entry[], field: string, descending: boolean): readonly Entry[] {
    const key = `${field} ${descending}`
    const kept = this.#sorted.get(key)
    const all = rows === this.#all.created
    if (all && kept?.version === this.#all.version) return kept.rows
    const sign = descending ? -1 : 1
    const title = (entry: Entry): string => entry.happening.title
    const sorted = rows.toSorted((a, b) =>
      field === 'title'
        ? sign * (title(a) < title(b) ? -1 : title(a) > title(b) ? 1 : 0)
        : sign * (a.account - b.account),
    )
    if (all) this.#sorted.set(key, { version: this.#all.version, rows: sorted })
    return sorted
  }

  #isWithdrawn(id: number): boolean {
    const list = this.#options.switches['withdrawn'] ?? 'none'
    return list !== 'none' && list.split(',').includes(String(id))
  }

  /** Happenings may be added to a running world: what is still to come is put in order again. */
  #plan(lag: number): void {
    const happenings = this.#world.happenings.flatMap((one) => seenBy(one, 'soc') ?? [])
    const waiting = happenings.filter(({ number }) => !this.#byId.has(firstId + number))
    const unresolved = happenings.filter((one) => {
      const entry = this.#byId.get(firstId + one.number)
      return one.resolvedAt !== null && (entry === undefined || entry.resolved === null)
    })
    this.#toShow = waiting.toSorted((a, b) => listedAt(a, lag) - listedAt(b, lag))
    this.#toResolve = unresolved.toSorted((a, b) => endOf(a) - endOf(b))
    this.#nextShown = 0
    this.#nextResolved = 0
    this.#known = this.#world.happenings.length
    this.#lag = lag
  }

  #show(happenings: readonly Happening[], now: number): void {
    const many = happenings.length > 1000
    const shelved = new Map<Shelf, Entry[]>()
    for (const happening of happenings) {
      const account = accountIdOf(happening.customer)
      const end = endOf(happening)
      const resolved = end <= now ? end : null
      const entry: Entry = {
        id: firstId + happening.number,
        account,
        happening,
        created: happening.at,
        resolved,
      }
      this.#byId.set(entry.id, entry)
      for (const shelf of this.#shelvesOf(entry)) {
        if (!many) shelf.show(entry)
        else if (!shelved.get(shelf)?.push(entry)) shelved.set(shelf, [entry])
      }
      const app = appOf(happening.detector).id
      for (const one of [account, 0]) this.#count(one, app, verdictOfSeverity(happening.severity))
    }
    for (const [shelf, entries] of shelved) shelf.load(entries)
  }

  #shelvesOf({ account, happening }: Entry): Shelf[] {
    const app = appOf(happening.detector).id
    return [this.#all, shelfOf(this.#shelves, account), shelfOf(this.#byApp, app)]
  }

  #count(account: number, app: number, verdict: 0 | 1 | 2): void {
    const apps = this.counts.get(account) ?? new Map<number, Counts>()
    const counts = apps.get(app) ?? [0, 0, 0]
    counts[verdict]++
    this.counts.set(account, apps.set(app, counts))
  }

  #resolve(happening: Happening): void {
    const old = this.#byId.get(firstId + happening.number)
    if (old === undefined || old.resolved !== null) return
    const entry: Entry = { ...old, resolved: endOf(happening) }
    this.#byId.set(entry.id, entry)
    for (const shelf of this.#shelvesOf(entry)) shelf.resolve(old, entry)
    if (this.#options.switches['reopens'] === 'some' && entry.id % 5 === 0)
      this.#toReopen.push({ at: endOf(happening) + reopensAfter, id: entry.id })
  }

  /** Analysts think better of it; then it stays open. */
  #reopen(id: number, at: number): void {
    const old = this.#byId.get(id)
    if (old === undefined || old.resolved === null) return
    const entry: Entry = { ...old, resolved: null, reopened: at }
    this.#byId.set(id, entry)
    for (const shelf of this.#shelvesOf(entry)) shelf.reopen(old, entry)
  }
}

const textFilters: readonly [string, (happening: Happening) => string][] = [
  ['title', (happening) => happening.title],
  ['description', (happening) => happening.description],
]

type Range = { from: number; to: number } | undefined

function fromShelf(
  shelf: Shelf,
  created: Range,
  resolved: Range,
  statuses: string[] | undefined,
): readonly Entry[] {
  const from = created?.from ?? -Infinity
  const to = created?.to ?? Infinity
  if (resolved !== undefined) {
    const rows = between(shelf.resolved, resolvedOf, resolved.from, resolved.to)
    return rows.filter((row) => fits(row, created, undefined, statuses))
  }
  const both = statuses === undefined || (statuses.includes('open') && statuses.includes('resolved'))
  if (both) return between(shelf.created, createdOf, from, to)
  if (statuses.includes('open')) return between(shelf.open, createdOf, from, to)
  return statuses.includes('resolved') ? between(shelf.closed, createdOf, from, to) : []
}

function fits(row: Entry, created: Range, resolved: Range, statuses: string[] | undefined): boolean {
  if (created !== undefined && (row.created < created.from || row.created > created.to)) return false
  if (
    resolved !== undefined &&
    (row.resolved === null || row.resolved < resolved.from || row.resolved > resolved.to)
  )
    return false
  return statuses === undefined || statuses.includes(statusOf(row))
}

function statusOf(row: Entry): string {
  return row.resolved === null ? 'open' : 'resolved'
}

/** The seed document's startDate and endDate. */
export function seedRange(raw: Call['raw']): Range {
  const start = raw.get('startDate')?.at(-1) ?? ''
  const end = raw.get('endDate')?.at(-1) ?? ''
  if (start === '' && end === '') return undefined
  const range = readRange(`${start}|${end}`)
  if (range === undefined)
    throw new Refusal(400, 'bad_request', 'startDate and endDate must be dates or UTC timestamps')
  return range
}

function shelfOf(shelves: Map<number, Shelf>, key: number): Shelf {
  const shelf = shelves.get(key) ?? new Shelf()
  shelves.set(key, shelf)
  return shelf
}

/** `indexLagSeconds`: every third row enters the lists late, with the times that it would have had. */
function listedAt({ number, shownAt }: Happening, lag: number): number {
  return shownAt + (number % 3 === 0 ? lag : 0)
}

/** What is resolved before it is shown is shown resolved. */
function endOf(happening: Happening): number {
  return Math.max(happening.resolvedAt ?? Infinity, happening.shownAt)
}
