import { isObject } from '../../contract/errors.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { digest } from '../../domain/id.ts'
import { uuidOf } from './sandbox-ids.ts'
import { here } from './sandbox-keys.ts'
import { type Leql, readLeql, readTimeRange } from './sandbox-leql.ts'
import { linkBase } from './sandbox-links.ts'
import { type Entry, type Log, auditLogsOf, logsOf, logsetOf } from './sandbox-log-events.ts'
import { type Organization, notFound } from './sandbox-organization.ts'
import { badRequest, bodyOf, textOr } from './sandbox-query.ts'

/** What a search is about; it stays the same while it is looked at, and through its pages. */
interface Search {
  organizationId: string
  logs: readonly Log[]
  statement: string
  from: number
  to: number
  perPage: number
  recent: boolean
  /** The last sequence number of the page before. */
  after: string | undefined
  /** `/audit`, or nothing. */
  area: string
}

interface Job {
  search: Search
  left: number
  looks: number
  lookedAt: number
}

/** A query that nobody looks at is forgotten. */
const forgottenAfter = 60_000

/** Searching the logs: at once, or later under an id that nobody can guess. */
export class LogSearch {
  readonly #jobs = new Map<string, Job>()
  readonly #start: number
  readonly #random: () => number

  constructor(start: number, random: () => number) {
    this.#start = start
    this.#random = random
  }

  logs(organization: Organization, area: string): Log[] {
    return area === '/audit' ? auditLogsOf(organization, this.#start) : logsOf(organization)
  }

  begin(call: Call, search: Search): unknown {
    const polls = Number(call.switches['polls'] ?? 2)
    if (!(polls > 0)) return finished(call, search)
    this.#forget(call.now)
    const seed = digest(`${search.organizationId} ${this.#random()} ${this.#jobs.size} ${call.now}`)
    const id = `${uuidOf(seed)}:1:${seed.slice(0, 40)}:`
    const job = { search, left: polls - 1, looks: 0, lookedAt: call.now }
    this.#jobs.set(id, job)
    return new Reply(202, waiting(call, id, job))
  }

  look(call: Call): unknown {
    const id = call.params['queryId'] ?? ''
    const job = this.#jobs.get(id)
    if (
      job === undefined ||
      job.search.organizationId !== here(call).id ||
      call.now - job.lookedAt > forgottenAfter
    )
      throw notFound('query')
    job.lookedAt = call.now
    job.looks++
    if (job.left <= 0) return finished(call, job.search)
    job.left--
    return new Reply(call.switches['pollStatus'] === '202' ? 202 : 200, waiting(call, id, job))
  }

  running(call: Call): unknown {
    const own = [...this.#jobs].filter(([, { search }]) => search.organizationId === here(call).id)
    return { queries: own.map(([id, { search }]) => ({ id, statement: search.statement })) }
  }

  #forget(now: number): void {
    for (const [id, job] of this.#jobs) if (now - job.lookedAt > forgottenAfter) this.#jobs.delete(id)
  }
}

function during({ from, to }: Search): Record<string, unknown> {
  return { from, to }
}

function waiting(call: Call, id: string, { search, looks, left }: Job): unknown {
  const { statement, logs, area } = search
  return {
    logs: logs.map((log) => log.id),
    id,
    progress: Math.round((looks / (looks + left + 1)) * 100),
    events: [],
    leql: { statement, during: during(search) },
    links: [{ rel: relOf(call, 'Self'), href: `${linkBase(call)}${area}/query/${id}` }],
  }
}

function relOf({ switches }: Call, name: string): string {
  return switches['linkNames'] === 'self' ? name.toLowerCase() : name
}

function finished(call: Call, search: Search): unknown {
  const leql = readLeql(search.statement)
  const { statement, logs } = search
  const head = {
    logs: logs.map((log) => log.id),
    ...(call.switches['finished'] === 'progress' && { progress: 100 }),
    leql: { statement, during: during(search) },
  }
  const entries = entriesOf(call, search, leql)
  if (leql.statistics !== undefined)
    return { ...head, statistics: leql.statistics(entries), search_stats: statsOf(entries) }
  const rest =
    search.after === undefined
      ? entries
      : entries.slice(entries.findIndex((one) => one.sequence === search.after) + 1)
  const page = rest.slice(0, search.perPage)
  const more = rest.length > page.length || (call.switches['nextLink'] === 'present' && page.length > 0)
  const last = page.at(-1)
  const links =
    more && last !== undefined
      ? { links: [{ rel: relOf(call, 'Next'), href: nextHref(call, search, last.sequence) }] }
      : {}
  return withRawNumbers({ ...head, events: page.map((entry) => print(call, entry)), ...links })
}

function entriesOf(call: Call, search: Search, leql: Leql): Entry[] {
  const all = search.logs.flatMap((log) =>
    log.entries(here(call), search.from, search.to).filter((one) => leql.matches(one)),
  )
  const sorted = all.toSorted((a, b) => a.time - b.time || (a.sequence < b.sequence ? -1 : 1))
  return search.recent ? sorted.toReversed() : sorted
}

function statsOf(entries: readonly Entry[]): Record<string, unknown> {
  const bytes = entries.reduce((sum, entry) => sum + entry.message.length, 0)
  const count = entries.length
  return {
    bytes_all: bytes,
    bytes_checked: bytes,
    events_all: count,
    events_checked: count,
    events_matched: count,
    duration_ms: 1,
    index_factor: 0,
  }
}

function print(call: Call, entry: Entry): Record<string, unknown> {
  const { logId, time, sequence } = entry
  const plain = call.switches['messages'] === 'mixed' && time % 2 === 0
  const context = `${linkBase(call)}/query/context/${sequence}?per_page=50&timestamp=${time}&log_keys=${logId}&context_type=SURROUND`
  return {
    log_id: logId,
    message: plain ? `<13>1 ${entry.message.slice(1, -1)}` : entry.message,
    timestamp: time,
    sequence_number: `#${sequence}#`,
    sequence_number_str: sequence,
    labels: [],
    links: [{ rel: 'Context', href: context }],
  }
}

/** JSON text in which sequence numbers are numbers, though no double can hold them. */
function withRawNumbers(body: unknown): Reply {
  const text = JSON.stringify(body).replace(/"#(\d+)#"/g, '$1')
  return new Reply(200, text, { 'content-type': 'application/json; charset=utf-8' })
}

function nextHref(call: Call, search: Search, after: string): string {
  const { logs, statement, from, to, perPage, recent, area } = search
  const values = {
    query: statement,
    from,
    to,
    per_page: perPage,
    most_recent_first: recent,
    sequence_number: after,
  }
  const query = new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return `${linkBase(call)}${area}/query/logs/${logs.map((log) => log.id).join(':')}?${query.toString()}`
}

/** What the parameters (or a body, or a saved query) ask for. One form of the time must be there. */
export function searchOf(call: Call, logs: readonly Log[], area: string, leql?: unknown): Search {
  const given = isObject(leql) ? leql : {}
  const spans = isObject(given['during']) ? given['during'] : {}
  const { query } = call
  const range = query['time_range'] ?? spans['time_range']
  const [from, to] = [query['from'] ?? spans['from'], query['to'] ?? spans['to']]
  const both = typeof from === 'number' && typeof to === 'number'
  if (typeof range === 'string' && both) throw badRequest('time_range and from/to exclude each other')
  if (typeof range !== 'string' && !both) throw badRequest('time_range, or from and to, is required')
  const span =
    typeof range === 'string' ? readTimeRange(range, call.now) : { from: Number(from), to: Number(to) }
  const statement = textOr(query['query'], textOr(given['statement'], ''))
  readLeql(statement)
  return {
    organizationId: here(call).id,
    logs,
    statement,
    ...span,
    perPage: Math.min(500, typeof query['per_page'] === 'number' ? query['per_page'] : 50),
    recent: query['most_recent_first'] === true,
    after: textOr(query['sequence_number'], undefined),
    area,
  }
}

/** Logs by their ids, with colons between. */
export function logsNamed(all: readonly Log[], ids: readonly string[]): Log[] {
  return ids
    .filter((id) => id !== '')
    .map((id) => {
      const log = all.find((one) => one.id === id)
      if (log === undefined) throw notFound('log')
      return log
    })
}

export function logQueryBehaviours(searches: LogSearch): Record<string, Behaviour> {
  const own = (call: Call, ids: readonly string[], area = ''): Log[] =>
    logsNamed(searches.logs(here(call), area), ids)
  const byPath =
    (area: string): Behaviour =>
    (call) =>
      searches.begin(call, searchOf(call, own(call, (call.params['ids'] ?? '').split(':'), area), area))
  const byBody =
    (area: string): Behaviour =>
    (call) => {
      const { logs, leql } = bodyOf(call)
      return searches.begin(
        call,
        searchOf(call, own(call, Array.isArray(logs) ? logs.map(String) : [], area), area, leql),
      )
    }
  const ofSet = (call: Call, matches: boolean): unknown => {
    if (!matches) throw notFound('log set')
    return searches.begin(call, searchOf(call, logsOf(here(call)), ''))
  }
  const saved = (call: Call, ids?: readonly string[]): unknown => {
    const row = here(call)
      .table('saved_query')
      .get(call.params['savedId'] ?? call.params['id'] ?? '')
    if (row === undefined) throw notFound('saved query')
    const logs = ids ?? (Array.isArray(row['logs']) ? row['logs'].map(String) : [])
    return searches.begin(call, searchOf(call, own(call, logs), '', row['leql']))
  }
  return {
    'log-query.logs': byPath(''),
    'log-query.logset': (call) => ofSet(call, logsetOf(here(call)).id === call.params['id']),
    'log-query.logset-by-name': (call) =>
      ofSet(call, logsetOf(here(call)).name === call.query['logset_name']),
    'log-query.post': byBody(''),
    'log-query.poll': (call) => searches.look(call),
    'log-query.running': (call) => searches.running(call),
    'log-query.context': (call) => around(call, own(call, textOr(call.query['log_keys'], '').split(':'))),
    'log-query.saved': (call) => saved(call),
    'log-query.saved-on': (call) => saved(call, (call.params['ids'] ?? '').split(':')),
    'audit-query.logs': byPath('/audit'),
    'audit-query.post': byBody('/audit'),
    'audit-query.poll': (call) => searches.look(call),
    'audit-query.running': (call) => searches.running(call),
  }
}

/** What stands before and after an event, at once. */
function around(call: Call, logs: readonly Log[]): unknown {
  const at = typeof call.query['timestamp'] === 'number' ? call.query['timestamp'] : call.now
  const type = textOr(call.query['context_type'], 'SURROUND').toUpperCase()
  const [before, after] = [type === 'AFTER' ? 0 : 3_600_000, type === 'BEFORE' ? 1 : 3_600_000]
  const search = searchOf(
    { ...call, query: { from: at - before, to: at + after, per_page: call.query['per_page'] } },
    logs,
    '',
  )
  return finished(call, search)
}
