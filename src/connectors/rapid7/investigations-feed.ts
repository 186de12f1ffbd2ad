import * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { Priority } from '../../contract/budget.ts'
import type { Input } from '../../contract/operation.ts'
import { Walk } from '../../contract/walk.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { isStale } from '../stale.ts'
import { timeOf } from './fields.ts'
import { toReading } from './investigation-reading.ts'
import { type Investigation, investigations } from './investigations.ts'
import { organizationOf } from './rrn.ts'
import { type Pass as ScopePass, batch, followScopes } from './scopes.ts'

/**
 * Reads investigations. There is no filter on changes, so the whole open set is read every time; what left it is looked
 * up, what came and went in between is found by reading the last days again. See notes.md.
 */
export const investigationsFeed: Feed = {
  name: 'investigations',
  kind: 'findings',
  everyMs: 10 * 60_000,
  read: readInvestigations,
  toReading,
}

const hour = 3_600_000
const day = 24 * hour
/** How far back the first runs go, in slices of the vendor's own default window. */
export const historyMs = 84 * day
const sliceMs = 28 * day

/** An open investigation may be older than the history. Whole days: the same question has the same address all day. */
export function openSince(now: number): string {
  return iso(now - (now % day) - 730 * day)
}

const scopeCursor = z.object({
  /** History has been read back to here. */
  filledTo: z.number().optional(),
  recentAt: z.number().default(0),
  monthAt: z.number().default(0),
})

const cursorSchema = z.object({
  startedAt: z.number().default(0),
  scopes: z.record(z.string(), scopeCursor).default({}),
  /** Open investigations that left the open set, and when to look them up again. */
  astray: z.record(z.string(), z.object({ nextAt: z.number(), absent: z.boolean() })).default({}),
})

type Query = NonNullable<Input<typeof investigations.list>['query']>

type Pass = ScopePass<z.infer<typeof cursorSchema>, z.infer<typeof scopeCursor>>

function readInvestigations(reader: FeedReader): AsyncGenerator<Batch> {
  return followScopes(reader, { cursor: cursorSchema, own: scopeCursor }, readScope, { historyMs })
}

/** What is open first: that is what somebody waits for. */
async function* readScope(pass: Pass): AsyncGenerator<Batch, string | undefined> {
  const { reader, own } = pass
  const open = yield* sweep(pass, { statuses: openWords, start_time: openSince(reader.now) }, 'open')
  const gaps = open.gap === undefined ? [] : [`open set: ${open.gap}`]
  if (open.gap === undefined) gaps.push(...(yield* departures(pass, open.keys)))
  if (reader.deep) gaps.push(...(yield* again(pass, 'recentAt', hour / 2, 2 * day, 'open')))
  gaps.push(...(yield* backFill(pass)))
  if (own.filledTo !== undefined && reader.deep)
    gaps.push(...(yield* again(pass, 'monthAt', day, sliceMs, 'backfill')))
  return gaps.length === 0 ? undefined : gaps.join('; ')
}

/** All words for "not closed" that the filter takes. An unknown one is found by the windows below. */
export const openWords = ['OPEN', 'INVESTIGATING', 'WAITING']

/** Everything that was created lately, whatever its status: closed and reopened ones are among it. */
async function* again(
  pass: Pass,
  mark: 'recentAt' | 'monthAt',
  everyMs: number,
  spanMs: number,
  priority: Priority,
): AsyncGenerator<Batch, string[]> {
  const { reader, own } = pass
  if (reader.now - own[mark] < everyMs) return []
  // After a rest nothing of it is left out.
  const from = Math.min(reader.now, own[mark] || reader.now) - spanMs
  const { gap } = yield* sweep(pass, { start_time: iso(Math.max(from, reader.now - historyMs)) }, priority)
  if (gap !== undefined) return [`last ${Math.round(spanMs / day)} days: ${gap}`]
  own[mark] = reader.now
  return []
}

/** Slice by slice into the past; a slice that does not reconcile is tried again, those behind it wait. */
async function* backFill(pass: Pass): AsyncGenerator<Batch, string[]> {
  const { cursor, own } = pass
  const end = cursor.startedAt - historyMs
  for (let to = own.filledTo ?? cursor.startedAt; to > end; to = own.filledTo) {
    const from = Math.max(end, to - sliceMs)
    const window = { start_time: iso(from - 1), end_time: iso(to + 1) }
    const { gap } = yield* sweep(pass, window, 'backfill')
    if (gap !== undefined) return [`history from ${iso(from)}: ${gap}`]
    own.filledTo = from
    yield batch(pass, [])
  }
  return []
}

/** In order of creation new rows come at the end and shift nothing. Rows that we hold unchanged are left out. */
async function* sweep(
  pass: Pass,
  query: Query,
  priority: Priority,
): AsyncGenerator<Batch, { keys: Set<string>; gap: string | undefined }> {
  const { reader, scope } = pass
  const asked = { sort: 'created_time,ASC', ...query, ...scope.query }
  const options = { ...reader.walking, priority, settings: scope.settings }
  const walk = new Walk(reader.client, investigations.list, { query: asked }, (row) => row.rrn, options)
  for await (const page of walk.pages()) {
    if (reader.heldPages.has(page)) continue
    const known = await reader.known(page.rows.map((row) => row.rrn))
    const isOld = (row: Investigation, i: number): boolean =>
      isOldVersion(page.rawOf(i), known.get(row.rrn)?.body, reader.now)
    const rows = page.rows.flatMap((row, i) => changed(pass, row, page.rawOf(i), known.get(row.rrn)?.body))
    if (rows.length > 0 || page.rejected.length > 0) yield batch(pass, rows, page.rejected)
    else if (!page.rows.some(isOld)) reader.heldPages.add(page)
  }
  return { keys: walk.keys, gap: walk.complete ? undefined : (walk.reason ?? 'not read to the end') }
}

function changed(
  { reader, scope }: Pass,
  row: Investigation,
  body: string,
  held: string | undefined,
): RecordSeed[] {
  if (held !== undefined && lasting(held) === lasting(body)) return []
  if (isOldVersion(body, held, reader.now)) return []
  const customerId = row.organization_id ?? organizationOf(row.rrn) ?? scope.customerId
  return [
    { vendorId: row.rrn, customerId, time: timeOf(row.created_time) ?? reader.now, open: isOpen(row), body },
  ]
}

/** Looking at an investigation changes when it was last looked at: that alone makes no new record. */
function lasting(body: string): string {
  return body.replace(/"last_accessed"\s*:\s*"[^"]*"/, '')
}

/** By the only time in the row that a change moves; a look moves it too. */
function isOldVersion(body: string, held: string | undefined, now: number): boolean {
  if (held === undefined || lasting(held) === lasting(body)) return false
  return isStale(body, held, 'last_accessed', now)
}

/** An unknown word counts as open: better looked at than missed. */
export function isOpen({ status }: { status?: string | null | undefined }): boolean {
  return status?.toUpperCase() !== 'CLOSED'
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** Those that left the open set are looked up by name; what is not there any more stays open and is reported. */
async function* departures(pass: Pass, listed: ReadonlySet<string>): AsyncGenerator<Batch, string[]> {
  const { reader, cursor, scope } = pass
  const mine = (await reader.open()).filter(
    (held) => scope.customerId === null || held.customerId === scope.customerId,
  )
  const gone = mine.filter((held) => !listed.has(held.vendorId))
  for (const { vendorId } of mine) if (listed.has(vendorId)) delete cursor.astray[vendorId]
  const due = gone.filter((held) => (cursor.astray[held.vendorId]?.nextAt ?? 0) <= reader.now)
  for (const held of due) {
    const found = await lookUp(pass, held.vendorId)
    const rows = found === undefined ? [] : changed(pass, found.row, found.body, held.body)
    const settled = rows.some((row) => !row.open)
    if (settled) delete cursor.astray[held.vendorId]
    else cursor.astray[held.vendorId] = { nextAt: reader.now + hour, absent: found === undefined }
    if (rows.length > 0) yield batch(pass, rows)
  }
  const absent = gone
    .filter((held) => cursor.astray[held.vendorId]?.absent === true)
    .map((held) => held.vendorId)
  return absent.length === 0
    ? []
    : [`kept open, though Rapid7 no longer has them: ${absent.slice(0, 10).join(', ')}`]
}

async function lookUp(
  { reader, scope }: Pass,
  id: string,
): Promise<{ row: Investigation; body: string } | undefined> {
  const input = { params: { id }, query: scope.query }
  const outcome = await reader.client.try(investigations.get, input, { settings: scope.settings })
  if (outcome.ok) return { row: outcome.answer.value, body: outcome.answer.text }
  if (outcome.error instanceof ApiError && outcome.error.status === 404) return undefined
  throw outcome.error
}
