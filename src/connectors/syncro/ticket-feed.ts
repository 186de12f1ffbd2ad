import * as z from 'zod'

import { Walk } from '../../contract/walk.ts'
import { readMarker } from '../../domain/id.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader, Known } from '../feed.ts'
import { allOfIt } from '../whole-list.ts'
import { toReport } from './ticket-report.ts'
import { readTicket, seedOf, trace } from './ticket-trace.ts'
import { type TicketRow, tickets } from './tickets.ts'

/**
 * What happens to our tickets. There is no feed of changes: the list is asked for what was updated since the youngest
 * change seen, less an overlap; a quiet cycle is one request and no query. Lists carry the first comment only, so what
 * has moved is read one by one. Deletes and merges show in no list: the open ones are counted now and then.
 */
const minute = 60_000
/** A ticket may come to lists ten minutes late, and clocks differ. */
const overlap = 15 * minute
const firstLook = 7 * 24 * 60 * minute
const countEvery = 2 * 60 * minute

const cursorSchema = z.object({
  /** The youngest `updated_at` of a list that was seen whole, epoch ms. */
  mark: z.number().default(0),
  /** `updated_at` of what stands in the overlap, by id: seen is seen. */
  seen: z.record(z.string(), z.string()).default({}),
  countedAt: z.number().default(0),
})

type Cursor = z.infer<typeof cursorSchema>

export const ticketsFeed: Feed = {
  name: 'tickets',
  kind: 'tickets',
  everyMs: 2 * minute,
  read,
  toReport,
}

async function* read(reader: FeedReader): AsyncGenerator<Batch> {
  const cursor = cursorSchema.parse(reader.cursor ?? { mark: reader.now - firstLook, countedAt: reader.now })
  const from = cursor.mark - reader.overlapMs({ floorMs: overlap, capMs: overlap })
  const { rows, gap, rejected } = await listed(reader, from)
  const news = rows.filter((row) => cursor.seen[row.id] !== row.updated_at)
  const { seeds, lagging } = await changed(reader, news)
  const next = gap === undefined ? moved(cursor, rows, lagging) : cursor
  yield {
    rows: seeds,
    cursor: next,
    rejected,
    ...(gap === undefined ? { covered: allOfIt } : { incomplete: gap }),
  }
  if (reader.now - next.countedAt >= countEvery) yield* count(reader, next)
}

async function listed(reader: FeedReader, from: number) {
  const query = { since_updated_at: new Date(from).toISOString() }
  const walk = new Walk(reader.client, tickets.list, { query }, (row) => String(row.id), {
    ...reader.walking,
    priority: 'open',
  })
  const rows = new Map<number, { row: TicketRow; raw: string }>()
  const rejected: { raw: string; reason: string }[] = []
  for await (const page of walk.pages()) {
    for (const [i, row] of page.rows.entries()) rows.set(row.id, { row, raw: page.rawOf(i) })
    rejected.push(...page.rejected)
  }
  const gap = walk.complete ? undefined : (walk.reason ?? 'not seen whole')
  return { rows: [...rows.values()].map(({ row, raw }) => ({ ...row, raw })), gap, rejected }
}

type Row = TicketRow & { raw: string }

interface Changed {
  seeds: RecordSeed[]
  /** Rows whose ticket, read by itself, does not know yet what the list knows: they count as not seen. */
  lagging: ReadonlySet<Row>
}

/** Ours by their marker, or because we know them: a technician may have taken the marker away. */
async function changed(reader: FeedReader, news: Row[]): Promise<Changed> {
  const unmarked = news.filter((row) => readMarker(row.subject ?? '') === undefined)
  const known = unmarked.length === 0 ? new Map() : await reader.ours(unmarked.map((row) => String(row.id)))
  const seeds: RecordSeed[] = []
  const lagging = new Set<Row>()
  for (const row of news) {
    if (readMarker(row.subject ?? '') === undefined && !known.has(String(row.id))) continue
    // Untouched since it was made: its row tells everything.
    if (row.updated_at === row.created_at) seeds.push(seedOf(row, row.raw))
    else {
      const found = await readTicket(reader.client, String(row.id), 'open')
      if (found === undefined) continue
      seeds.push(found.seed)
      if (updatedAt(found.seed) + 1000 <= (Date.parse(row.updated_at ?? '') || 0)) lagging.add(row)
    }
  }
  return { seeds, lagging }
}

/** The mark follows the vendor's own clock, and stands still while nothing happens. */
function moved(cursor: Cursor, all: Row[], lagging: ReadonlySet<Row>): Cursor {
  const rows = all.filter((row) => !lagging.has(row))
  const times = rows.map((row) => Date.parse(row.updated_at ?? '') || 0)
  const mark = Math.max(cursor.mark, ...times)
  const inside = rows.filter((_, i) => (times[i] ?? 0) >= mark - overlap)
  return { ...cursor, mark, seen: Object.fromEntries(inside.map((row) => [row.id, row.updated_at ?? ''])) }
}

/** Those that we hold as open and that the list of the open does not name are looked up one by one. */
async function* count(reader: FeedReader, cursor: Cursor): AsyncGenerator<Batch> {
  const next = { ...cursor, countedAt: reader.now }
  const ours = await reader.open()
  if (ours.length === 0) {
    yield { rows: [], cursor: next }
    return
  }
  const query = { status: 'Not Closed' }
  const walk = new Walk(reader.client, tickets.list, { query }, (row) => String(row.id), {
    priority: 'inventory',
  })
  for await (const page of walk.pages()) void page
  const missing = ours.filter((one) => !walk.keys.has(one.vendorId))
  const markers = await reader.ours(missing.map((one) => one.vendorId))
  for (const one of missing) {
    const marker = markers.get(one.vendorId)
    if (marker === undefined) continue
    const { vendorId, customerId } = one
    const lost = { vendorId, marker, customerId: customerId ?? '', since: updatedAt(one) }
    yield { rows: await trace(reader.client, lost), cursor }
  }
  yield { rows: [], cursor: next }
}

function updatedAt({ vendorId, body }: Pick<Known, 'vendorId' | 'body'>): number {
  const report = toReport({ vendorId, body })
  return report.gone === undefined ? report.sight.updatedAt : 0
}
