import * as z from 'zod'

import type { Page } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { isStale } from '../stale.ts'
import { timeOf } from './fields.ts'
import { historyMs, isOpen } from './investigations-feed.ts'
import { organizationOf } from './rrn.ts'
import { type Pass as ScopePass, batch, followScopes } from './scopes.ts'
import { type SiemAlert, siemAlerts } from './siem-alerts.ts'
import { toSiemReading } from './siem-reading.ts'

/**
 * Reads SIEM alerts, where the organization has them: what is new by time, what is still open by name. More than one
 * page is read as names first: deep pages of whole alerts have been seen to fail.
 */
export const siemFeed: Feed = {
  name: 'siem-alerts',
  kind: 'findings',
  everyMs: 10 * 60_000,
  read: readSiem,
  toReading: toSiemReading,
}

const hour = 3_600_000
const day = 24 * hour
/** An alert can be shown long after its own time. */
const reach = { floorMs: 2 * hour, capMs: day }
/** Everything of the last week is read again now and then: some come to be shown later than the overlap reaches. */
const deepEvery = 12 * hour
const deepSpan = 7 * day
const sliceMs = 28 * day
const openEvery = hour / 2
const handful = 100

const scopeCursor = z.object({
  doneAt: z.number().default(0),
  openAt: z.number().default(0),
  deepAt: z.number().default(0),
})
const cursorSchema = z.object({
  startedAt: z.number().default(0),
  scopes: z.record(z.string(), scopeCursor).default({}),
})

type Pass = ScopePass<z.infer<typeof cursorSchema>, z.infer<typeof scopeCursor>>

function readSiem(reader: FeedReader): AsyncGenerator<Batch> {
  const schemas = { cursor: cursorSchema, own: scopeCursor }
  return followScopes(reader, schemas, readScope, { historyMs, optional: true })
}

/** Window after window, none longer than the vendor takes; the mark stands behind the last that reconciled. */
async function* readScope(pass: Pass): AsyncGenerator<Batch, string | undefined> {
  const { reader, own, cursor } = pass
  const first = cursor.startedAt - historyMs
  // What is read for the first time is as deep as can be.
  if (own.doneAt === 0) own.deepAt = reader.now
  const deep = reader.deep && reader.now - own.deepAt >= deepEvery
  const overlap = deep ? deepSpan : reader.overlapMs(reach)
  for (let from = Math.max(first, own.doneAt - overlap); from < reader.now; from += sliceMs) {
    const to = Math.min(from + sliceMs, reader.now + hour)
    const gap = yield* readWindow(pass, from, to)
    if (gap !== undefined) return gap
    own.doneAt = Math.min(to, reader.now)
  }
  if (deep) own.deepAt = reader.now
  if (reader.now - own.openAt < openEvery) return undefined
  const gap = yield* readOpen(pass)
  own.openAt = reader.now
  return gap
}

async function* readWindow(pass: Pass, from: number, to: number): AsyncGenerator<Batch, string | undefined> {
  const { reader, scope } = pass
  const body = { search: { start_time: iso(from), end_time: iso(to) } }
  const options = { ...reader.walking, settings: scope.settings }
  const page = await reader.client.call(siemAlerts.search, { body }, options)
  const count = page.rows.length + page.rejected.length
  if (page.next === undefined && (page.total ?? count) === count) return yield* keep(pass, page)
  const input = { body, query: { rrns_only: true } }
  const walk = new Walk(reader.client, siemAlerts.search, input, nameOf, options)
  for await (const names of walk.pages()) if (names.rows.length === 0) break
  if (!walk.complete) return walk.reason ?? 'not read to the end'
  return yield* byName(pass, [...walk.keys])
}

function nameOf(row: string | SiemAlert): string {
  return typeof row === 'string' ? row : row.rrn
}

/** What is open may have been closed since: asked for by name. */
async function* readOpen(pass: Pass): AsyncGenerator<Batch, string | undefined> {
  const { reader, scope } = pass
  const held = await reader.open()
  const mine = held.filter((one) => scope.customerId === null || one.customerId === scope.customerId)
  return yield* byName(
    pass,
    mine.map((one) => one.vendorId),
  )
}

async function* byName(pass: Pass, names: readonly string[]): AsyncGenerator<Batch, string | undefined> {
  const { reader, scope } = pass
  const missing: string[] = []
  for (let i = 0; i < names.length; i += handful) {
    const rrns = names.slice(i, i + handful)
    const walk = new Walk(reader.client, siemAlerts.byRrns, { body: { rrns } }, nameOf, {
      ...reader.walking,
      settings: scope.settings,
    })
    for await (const page of walk.pages()) yield* keep(pass, page)
    missing.push(...rrns.filter((name) => !walk.keys.has(name)))
  }
  return missing.length === 0 ? undefined : `listed, but not handed out: ${missing.slice(0, 10).join(', ')}`
}

async function* keep(pass: Pass, page: Page<string | SiemAlert>): AsyncGenerator<Batch, undefined> {
  const { reader } = pass
  if (reader.heldPages.has(page)) return undefined
  const known = await reader.known(page.rows.map(nameOf))
  const rows = page.rows.flatMap((row, i) => changed(pass, row, page.rawOf(i), known.get(nameOf(row))?.body))
  if (rows.length > 0 || page.rejected.length > 0) yield batch(pass, rows, page.rejected)
  else if (!page.rows.some((row, i) => isOld(page.rawOf(i), known.get(nameOf(row))?.body, reader.now)))
    reader.heldPages.add(page)
  return undefined
}

function changed(
  { reader, scope }: Pass,
  row: string | SiemAlert,
  body: string,
  held: string | undefined,
): RecordSeed[] {
  if (typeof row === 'string' || held === body || isOld(body, held, reader.now)) return []
  const customerId = row.organization?.id ?? organizationOf(row.rrn) ?? scope.customerId
  const time = timeOf(row.alerted_at) ?? timeOf(row.created_at) ?? reader.now
  return [{ vendorId: row.rrn, customerId, time, open: isOpen(row), body }]
}

function isOld(body: string, held: string | undefined, now: number): boolean {
  return isStale(body, held, 'updated_at', now)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
