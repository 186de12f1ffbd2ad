import * as z from 'zod'

import type { Gap } from '../../domain/coverage.ts'
import type { Batch, FeedReader } from '../feed.ts'
import { timeOf } from './fields.ts'
import type { Incident } from './incidents.ts'

/** How far incidents have been read. */
const filling = z.object({
  account: z.string(),
  page: z.int(),
  pass: z.int(),
  /** Distinct rows of this pass so far. */
  seen: z.int(),
  total: z.int().optional(),
  shrunk: z.boolean(),
  /** Ids of the page before: rows that were pushed on to the next page come again from there. */
  tail: z.array(z.string()),
})

export type Filling = z.infer<typeof filling>

export const cursorSchema = z.object({
  /** When the first back-fill began; until it has ended nothing else is read. */
  startedAt: z.number().default(0),
  live: z.boolean().default(false),
  /** Customers whose history was read. */
  filled: z.array(z.string()).default([]),
  filling: filling.optional(),
  /** The newest creation and resolution seen in sweeps that were whole, by the vendor's clock. */
  marks: z.object({ created: z.number(), resolved: z.number() }).default({ created: 0, resolved: 0 }),
  /** The longest time seen between a row's creation and its publication. */
  lagMs: z.number().default(0),
  /** When all three lists were last read. */
  wholeAt: z.number().default(0),
  /** The last turn brought news. */
  moving: z.boolean().default(false),
  /** When the open set was last asked for. */
  listedAt: z.number().default(0),
  /** When the open set was last read to its end. */
  openAt: z.number().default(0),
  reconciledAt: z.number().default(0),
  reconcileGap: z.string().optional(),
  /** Open incidents that left the open set without a resolution, and when to look them up again. */
  astray: z.record(z.string(), z.object({ nextAt: z.number(), absent: z.boolean() })).default({}),
})

export type Cursor = z.infer<typeof cursorSchema>

export const hour = 3_600_000
export const mostOverlap = 6 * hour

/** One run of the feed. The cursor is changed in place. */
export interface Pass {
  reader: FeedReader
  cursor: Cursor
  accounts: string[]
  /** What could not be read to the end. */
  gaps: Gap[]
}

export function batch(pass: Pass, rows: Batch['rows'], rejected: Batch['rejected'] = []): Batch {
  return { rows, cursor: pass.cursor, ...(rejected.length > 0 && { rejected }) }
}

/** A part of what is read of all customers, since some time or (null) from the start. */
export function gapIn(what: string, reason: string, from: number | null = null): Gap {
  return { customerId: null, what, from, to: null, reason }
}

/** How late rows are published decides how far back the next cycle looks. */
export function noteLag(cursor: Cursor, rows: readonly Incident[]): void {
  for (const row of rows) {
    const created = timeOf(row.createdAt)
    const published = timeOf(row.publishedAt)
    if (created === undefined || published === undefined) continue
    cursor.lagMs = Math.min(mostOverlap, Math.max(cursor.lagMs, published - created))
  }
}

export function noteNewest(marks: Cursor['marks'], rows: readonly Incident[], now: number): void {
  for (const row of rows) {
    // A row from the future must not carry the mark with it.
    marks.created = Math.max(marks.created, Math.min(timeOf(row.createdAt) ?? 0, now))
    marks.resolved = Math.max(marks.resolved, Math.min(timeOf(row.resolvedAt) ?? 0, now))
  }
}
