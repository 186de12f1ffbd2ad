/** How fresh a budget keeps what is read through it, from what its cycles were measured to cost. Pure. */

export interface FeedLoad {
  connection: string
  feed: string
  /** Open incidents go first; the rest has what they leave. */
  first: boolean
  everyMs: number
  /** Of one cycle, as measured: requests, and how long it took, ms. */
  requests: number
  lastsMs: number
}

export interface Forecast {
  customers: number
  /** Of the limit, what all cycles together use; above 1 they cannot all be had. */
  use: number
  feeds: FeedForecast[]
  /** The oldest that an open incident can be when it is first seen, ms; null where none are read. */
  openLateMs: number | null
  /** Freshness that was wanted and cannot be had, one line each. */
  warnings: string[]
}

export interface FeedForecast extends FeedLoad {
  /** From one cycle to the next, ms: longer than wanted when the budget does not suffice. */
  cycleMs: number
  lateMs: number
}

export interface Limit {
  requests: number
  windowMs: number
}

/** What is kept free for others: `headroom` of the budget in the contract language. */
const shares = { first: 0.95, rest: 0.8 }

/** `from` customers were there when the loads were measured, `to` shall be: all of a cycle but its first request grows with them. */
export function forecast(
  limit: Limit,
  loads: readonly FeedLoad[],
  { from, to }: { from: number; to: number },
): Forecast {
  const grown = loads.map((load) => scaled(load, from > 0 ? to / from : 1))
  const capacity = limit.requests / limit.windowMs
  const [urgent, rest] = [grown.filter((one) => one.first), grown.filter((one) => !one.first)]
  const used = demand(urgent)
  const left = Math.max(capacity * shares.rest - used, capacity * (1 - shares.first))
  const feeds = [
    ...urgent.map((one) => forecastOf(one, limit, used / (capacity * shares.first), shares.first)),
    ...rest.map((one) => forecastOf(one, limit, demand(rest) / left, shares.rest)),
  ]
  const late = feeds.filter((one) => one.first).map((one) => one.lateMs)
  return {
    customers: to,
    use: demand(grown) / capacity,
    feeds,
    openLateMs: late.length === 0 ? null : Math.max(...late),
    warnings: feeds.filter((one) => one.cycleMs > one.everyMs).map((one) => warning(one, to)),
  }
}

function scaled(load: FeedLoad, factor: number): FeedLoad {
  const growing = Math.max(0, load.requests - 1)
  const requests = load.requests - growing + growing * factor
  return { ...load, requests, lastsMs: (load.lastsMs * requests) / Math.max(load.requests, 1e-9) }
}

/** Requests a millisecond. */
function demand(loads: readonly FeedLoad[]): number {
  return loads.reduce((sum, one) => sum + one.requests / one.everyMs, 0)
}

function forecastOf(load: FeedLoad, limit: Limit, stretch: number, share: number): FeedForecast {
  // What does not fit into one window waits for the next.
  const windows = Math.max(0, Math.ceil(load.requests / (limit.requests * share)) - 1)
  const lastsMs = Math.max(load.lastsMs, windows * limit.windowMs)
  const cycleMs = Math.max(load.everyMs * Math.max(1, stretch), windows * limit.windowMs)
  return { ...load, cycleMs, lateMs: cycleMs + lastsMs }
}

function warning({ connection, feed, everyMs, cycleMs }: FeedForecast, customers: number): string {
  const [wanted, had] = [everyMs, cycleMs].map((ms) => Math.round(ms / 1000))
  return `${connection} ${feed}: wanted every ${wanted} s; with ${customers} customers the limit allows it every ${had} s`
}
