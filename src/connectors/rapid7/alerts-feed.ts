import * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import { Walk } from '../../contract/walk.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader, Known } from '../feed.ts'
import { readContext, toAlertReading, withContext } from './alert-reading.ts'
import { timeOf } from './fields.ts'
import { type InvestigationAlert, investigationAlerts } from './investigation-alerts.ts'
import { historyMs, isOpen, openSince, openWords } from './investigations-feed.ts'
import { type Investigation, investigations } from './investigations.ts'
import { organizationOf } from './rrn.ts'
import { type Pass as ScopePass, type Scope, batch, followScopes } from './scopes.ts'
import { siemAlerts } from './siem-alerts.ts'

/**
 * Reads the alerts under investigations: of those whose latest alert is new, newest first, until there is nothing new
 * any more. Alerts that the SIEM interface has are left to its own feed, so that each is one finding.
 */
export const alertsFeed: Feed = {
  name: 'alerts',
  kind: 'findings',
  everyMs: 30 * 60_000,
  read: readAlerts,
  toReading: toAlertReading,
}

const hour = 3_600_000
const day = 24 * hour
/** An alert can be shown long after its own time. */
const reach = { floorMs: 2 * hour, capMs: day }
/** Everything of the last week is read again now and then: an alert may be linked by hand, without a new time. */
const deepEvery = 12 * hour
const deepSpan = 7 * day

const scopeCursor = z.object({
  /** Whether the SIEM feed reads this organization too, as of when. */
  siem: z.object({ offered: z.boolean(), askedAt: z.number() }).optional(),
  /** The last pass that reached its end began here. */
  doneAt: z.number().default(0),
  deepAt: z.number().default(0),
  /** A pass under way: what is newer than `downTo` has been read. */
  pass: z.object({ startedAt: z.number(), downTo: z.number().optional() }).optional(),
})

const cursorSchema = z.object({
  startedAt: z.number().default(0),
  scopes: z.record(z.string(), scopeCursor).default({}),
})

/** `siem`: the SIEM feed reads this organization too. */
type Pass = ScopePass<z.infer<typeof cursorSchema>, z.infer<typeof scopeCursor>> & { siem: boolean }

function readAlerts(reader: FeedReader): AsyncGenerator<Batch> {
  return followScopes(reader, { cursor: cursorSchema, own: scopeCursor }, readScope, { historyMs })
}

async function* readScope(bare: Omit<Pass, 'siem'>): AsyncGenerator<Batch, string | undefined> {
  const pass: Pass = { ...bare, siem: await askSiem(bare.reader, bare.scope, bare.own) }
  yield* turned(pass)
  return yield* recent(pass)
}

/** Asked once a day. Where the interface has gone, its alerts are read from the investigations again. */
async function askSiem(reader: FeedReader, scope: Scope, own: Pass['own']): Promise<boolean> {
  if (own.siem !== undefined && reader.now - own.siem.askedAt < day) return own.siem.offered
  const offered = await hasSiem(reader, scope)
  if (own.siem?.offered === true && !offered) own.doneAt = 0
  own.siem = { offered, askedAt: reader.now }
  return offered
}

/** The smallest possible question. */
async function hasSiem({ client, now }: FeedReader, { settings }: Scope): Promise<boolean> {
  const window = { start_time: new Date(now - 60_000).toISOString() }
  const input = { query: { rrns_only: true, size: 1 } as object, body: { search: window } }
  const outcome = await client.try(siemAlerts.search, input, { settings, priority: 'inventory' })
  if (outcome.ok) return true
  if (outcome.error.status === 404 || outcome.error.status === 403) return false
  throw outcome.error
}

async function* recent(pass: Pass): AsyncGenerator<Batch, string | undefined> {
  const { reader, own, cursor } = pass
  const deep = reader.deep && reader.now - own.deepAt >= deepEvery
  const overlap = reader.overlapMs(reach)
  const oldest = cursor.startedAt - historyMs
  const first = own.doneAt === 0
  const since = first ? oldest : Math.max(oldest, own.doneAt - (deep ? deepSpan : overlap))
  // The first time, what is still open counts whatever its age.
  const wanted = ({ row, at }: Dated): boolean => at > since || (first && at > 0 && isOpen(row))
  own.pass ??= { startedAt: reader.now }
  const { startedAt, downTo = Infinity } = own.pass
  const walk = newestFirst(pass)
  const read = new Set<string>()
  let reached = false
  for await (const page of walk.pages()) {
    const dated = page.rows.map((row) => ({ row, at: timeOf(row.latest_alert_time) ?? 0 }))
    // As asked for: a vendor that mixes them would have the mark pass some.
    const all = dated.toSorted((a, b) => b.at - a.at)
    for (const { row, at } of all.filter((one) => wanted(one) && one.at <= downTo)) {
      // A list that moved is walked again: only what it hid is news.
      if (read.has(row.rrn)) continue
      const gap = yield* alertsOf(pass, row)
      if (gap !== undefined) return gap
      read.add(row.rrn)
      own.pass = { startedAt, downTo: at }
    }
    reached = !first && all.some(({ at }) => at <= since)
    if (reached) break
  }
  delete own.pass
  if (!reached && !walk.complete) return walk.reason ?? 'not read to the end'
  own.doneAt = startedAt
  if (deep) own.deepAt = startedAt
  return undefined
}

interface Dated {
  row: Investigation
  at: number
}

/** Whoever has seen enough asks for no further page. */
function newestFirst({ reader, scope }: Pass): Walk<typeof investigations.list> {
  const query = {
    sort: 'alerts_most_recent_created_time,DESC',
    start_time: openSince(reader.now),
    ...scope.query,
  }
  const options = { ...reader.walking, settings: scope.settings }
  return new Walk(reader.client, investigations.list, { query }, (row) => row.rrn, options)
}

async function* alertsOf(pass: Pass, row: Investigation): AsyncGenerator<Batch, string | undefined> {
  const { reader, scope } = pass
  const input = { params: { id: row.rrn }, query: scope.query }
  const options = { ...reader.walking, settings: scope.settings }
  const walk = new Walk(reader.client, investigationAlerts.list, input, (alert) => alert.id, options)
  for await (const page of walk.pages()) {
    const known = await reader.known(page.rows.map((alert) => alert.id))
    const rows = page.rows.flatMap((alert, i) =>
      changed(pass, row, alert, page.rawOf(i), known.get(alert.id)),
    )
    if (rows.length > 0 || page.rejected.length > 0) yield batch(pass, rows, page.rejected)
  }
  return walk.complete ? undefined : `alerts of ${row.rrn}: ${walk.reason ?? 'not read to the end'}`
}

function changed(
  { reader, scope, siem, cursor }: Pass,
  row: Investigation,
  alert: InvestigationAlert,
  raw: string,
  held: Known | undefined,
): RecordSeed[] {
  const time = timeOf(alert.created_time) ?? timeOf(row.latest_alert_time) ?? reader.now
  // A day of both at the far end of the history, so that nothing falls between the two feeds.
  const bySiem = siem && alert.id.startsWith('rrn:alerts:') && time > cursor.startedAt - historyMs + day
  const body = withContext({ rrn: row.rrn, status: row.status ?? null }, raw)
  if (bySiem || held?.body === body) return []
  const customerId = row.organization_id ?? organizationOf(row.rrn) ?? scope.customerId
  return [{ vendorId: alert.id, customerId, time, open: isOpen(row), body }]
}

/** Alerts are as open as their investigation: those of closed ones are read once more. */
async function* turned(pass: Pass): AsyncGenerator<Batch> {
  const { reader, scope } = pass
  const mine = (await reader.open()).filter(
    (held) => scope.customerId === null || held.customerId === scope.customerId,
  )
  const names = new Set(mine.flatMap((held) => readContext(held.body)?.rrn ?? []))
  if (names.size === 0) return
  const closed = await closedAmong(pass, names)
  for (const row of closed) yield* alertsOf(pass, row)
}

/** One request tells for most: the open set. Only those that are not in it are asked for by name. */
async function closedAmong({ reader, scope }: Pass, names: ReadonlySet<string>): Promise<Investigation[]> {
  const window = { statuses: openWords, start_time: openSince(reader.now) }
  const query = { sort: 'created_time,ASC', ...window, ...scope.query }
  const options = { ...reader.walking, settings: scope.settings }
  const walk = new Walk(reader.client, investigations.list, { query }, (row) => row.rrn, options)
  for await (const page of walk.pages()) if (page.rows.length === 0) break
  if (!walk.complete) return []
  const rows: Investigation[] = []
  for (const name of names) {
    if (walk.keys.has(name)) continue
    const outcome = await reader.client.try(
      investigations.get,
      { params: { id: name }, query: scope.query },
      options,
    )
    if (outcome.ok && !isOpen(outcome.answer.value)) rows.push(outcome.answer.value)
    if (!outcome.ok && !(outcome.error instanceof ApiError && outcome.error.status === 404))
      throw outcome.error
  }
  return rows
}
