import {
  type CoverageFacts,
  type CoverageState,
  type Light,
  type OpenGap,
  stateOf,
  targetOf,
} from '../../domain/coverage.ts'
import { type Horizon, noHorizon, quantile } from '../../domain/horizon.ts'
import type { Run } from '../../domain/run.ts'
import { type Span, join, until } from '../../domain/span.ts'
import type { Customer } from '../../domain/tenant.ts'
import { connections } from '../../store/connections.ts'
import { listCoverage } from '../../store/coverage.ts'
import { customersOf } from '../../store/customers.ts'
import { countUnreadRows } from '../../store/dead-letters.ts'
import { countQuarantinedByFeed } from '../../store/findings.ts'
import { openGaps } from '../../store/gaps.ts'
import { listHorizons } from '../../store/horizons.ts'
import { latestRuns } from '../../store/runs.ts'
import { type Ask, type FeedFact, instant, instantOrNull } from '../ask.ts'
import type { CoverageAnswer } from '../operations/coverage.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

export interface CoverageQuery extends PageQuery {
  connection?: string | undefined
  feed?: string | undefined
  /** The vendor's id; `all` for the rows that stand for all customers of a connection. */
  customer?: string | undefined
  state?: Light | undefined
}

export async function list(ask: Ask, query: CoverageQuery): Promise<ListPage<CoverageAnswer>> {
  const { connection, feed, customer, state } = query
  const rows = (await coverageOf(ask)).filter(
    (row) =>
      (connection === undefined || row.connection === connection) &&
      (feed === undefined || row.feed === feed) &&
      (customer === undefined || (row.customer ?? 'all') === customer) &&
      (state === undefined || row.state === state),
  )
  const scope = `coverage ${JSON.stringify([connection, feed, customer, state])}`
  return cutPage(query, scope, rows, (row) => JSON.stringify([row.connection, row.feed, row.customer]))
}

/** Of every feed of every connection, and of every customer whose findings it reads. */
async function coverageOf(ask: Ask): Promise<CoverageAnswer[]> {
  const ledger = await readLedger(ask)
  const customers = Map.groupBy(await customersOf(ask.db), (one) => one.connectionId)
  return ledger.feeds.flatMap((place) => {
    const own = place.feed.kind === 'findings' ? (customers.get(place.connection) ?? []) : []
    return [undefined, ...own].map((customer) => toAnswer(ledger, place, customer, ask.now))
  })
}

/** The state of each feed, all customers together: what health and the pages show, by the same rule. */
export async function feedStates(ask: Pick<Ask, 'db' | 'now' | 'feedsOf'>): Promise<FeedState[]> {
  const ledger = await readLedger(ask)
  return ledger.feeds.map((place) => {
    const facts = factsOf(ledger, place, undefined)
    const { late } = ledger.horizon(place)
    return { ...place, run: ledger.run(place), late, ...stateOf(facts, ask.now) }
  })
}

interface Place {
  connection: string
  vendor: string
  feed: FeedFact
}

export interface FeedState extends Place, CoverageState {
  run: Run | undefined
  /** What a plain cursor would have lost. */
  late: number
}

interface Counted {
  connectionId: string
  feed: string
  customerId: string | null
  count: number
}

interface Ledger {
  feeds: Place[]
  run(place: Place): Run | undefined
  gaps(place: Place): OpenGap[]
  spans(
    place: Place,
  ): { customerId: string | null; spans: Span[]; declared: number | null; seen: number | null }[]
  horizon(place: Place): Horizon
  quarantined(place: Place): Counted[]
  unread(place: Place): Counted[]
}

async function readLedger({ db, feedsOf }: Pick<Ask, 'db' | 'feedsOf'>): Promise<Ledger> {
  const feeds = (await connections(db)).flatMap(({ id, vendor }) =>
    feedsOf(vendor).map((feed) => ({ connection: id, vendor, feed })),
  )
  const runs = byFeed(await latestRuns(db))
  const horizons = byFeed(await listHorizons(db))
  return {
    feeds,
    run: (place) => runs(place)[0],
    gaps: byFeed(await openGaps(db)),
    spans: byFeed(await listCoverage(db)),
    horizon: (place) => horizons(place)[0]?.horizon ?? noHorizon,
    quarantined: byFeed(await countQuarantinedByFeed(db)),
    unread: byFeed(await countUnreadRows(db)),
  }
}

function byFeed<T extends { connectionId: string; feed: string }>(rows: T[]): (place: Place) => T[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.connectionId, row.feed]))
  return ({ connection, feed }) => groups.get(JSON.stringify([connection, feed.name])) ?? []
}

/** What concerns all customers concerns each; what concerns one concerns it, and the feed as a whole. */
function factsOf(ledger: Ledger, place: Place, customer: Customer | undefined): CoverageFacts {
  const mine = (one: { customerId: string | null }): boolean =>
    customer === undefined || one.customerId === customer.vendorId
  const sum = (rows: Counted[]): number => rows.filter(mine).reduce((total, row) => total + row.count, 0)
  return {
    run: ledger.run(place),
    targetMs: targetOf(place.feed),
    gaps: ledger.gaps(place).filter((gap) => gap.customerId === null || mine(gap)),
    quarantined: sum(ledger.quarantined(place)),
    deadLetters: sum(ledger.unread(place)),
    unlinked: customer?.tenantId === null,
  }
}

function toAnswer(ledger: Ledger, place: Place, customer: Customer | undefined, now: number): CoverageAnswer {
  const facts = factsOf(ledger, place, customer)
  const { light, reason } = stateOf(facts, now)
  const { run } = facts
  const parts = ledger
    .spans(place)
    .filter((one) => one.customerId === null || one.customerId === customer?.vendorId)
  const own = parts.find((one) => one.customerId === (customer?.vendorId ?? null))
  const spans = until(join(parts.flatMap((one) => one.spans)), run?.wholeAt ?? 0)
  const gaps = ledger.gaps(place).filter((gap) => facts.gaps.includes(gap))
  return {
    connection: place.connection,
    vendor: place.vendor,
    feed: place.feed.name,
    customer: customer?.vendorId ?? null,
    customer_name: customer?.name ?? null,
    state: light,
    reason,
    read: spans.map(({ from, to }) => ({ from: from === 0 ? null : instant(from), to: instant(to) })),
    declared: own?.declared ?? null,
    seen: own?.seen ?? null,
    gaps: [...gaps.map(toGap), ...sinceFailing(run)],
    whole_at: instantOrNull(run?.wholeAt ?? null),
    age_seconds: run?.wholeAt == null ? null : Math.round((now - run.wholeAt) / 1000),
    target_seconds: Math.round(facts.targetMs / 1000),
    quarantined: facts.quarantined,
    dead_letters: facts.deadLetters,
    late: customer === undefined ? toLate(ledger.horizon(place)) : null,
  }
}

function toGap(gap: OpenGap): CoverageAnswer['gaps'][number] {
  const { what, from, to, reason, since, tries } = gap
  return {
    what,
    from: instantOrNull(from),
    to: instantOrNull(to),
    reason,
    since: instant(since),
    tries,
  }
}

/** A feed that fails has read nothing since it was last whole. */
function sinceFailing(run: Run | undefined): CoverageAnswer['gaps'] {
  if (run?.outcome !== 'failed') return []
  const from = instantOrNull(run.wholeAt)
  const reason = run.error ?? 'no reason given'
  return [{ what: 'all', from, to: null, reason, since: from ?? instant(run.startedAt), tries: run.turns }]
}

function toLate(horizon: Horizon): CoverageAnswer['late'] {
  const counted = horizon.delays.reduce((sum, count) => sum + count, 0)
  if (counted === 0 && horizon.late === 0) return null
  const seconds = (share: number): number => Math.round(quantile(horizon, share) / 1000)
  return {
    counted,
    half_within_seconds: seconds(0.5),
    most_within_seconds: seconds(0.999),
    lost_by_plain_cursor: horizon.late,
  }
}
