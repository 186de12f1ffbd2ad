import * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { Priority } from '../../contract/budget.ts'
import { paceOf } from '../../contract/contract.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Page, Paging } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import type { Covered } from '../../domain/coverage.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, FeedReader, Known } from '../feed.ts'
import { isStale } from '../stale.ts'
import { stampOf } from './fields.ts'

/**
 * Follows a list by the time of its rows' last change, oldest first. Everything before the last row of a page has then
 * been read, so the cursor moves with every page. See notes.md, "How lists are followed".
 */
export interface ChangeList<R> {
  operation: Operation & { paging: Paging; answer: z.ZodType<R> }
  idOf(row: R): string
  /** Epoch ms of the last change. */
  changedAt(row: R): number | undefined
  /** Whether the row is what we hold. */
  isKnown(row: R, body: string, known: Known): boolean
  toSeed(row: R, body: string, tenantId: string, now: number): RecordSeed
  /** Asks for the whole of a row that the list shows in part; undefined when the part must do. */
  complete?: {
    wanted(row: R, now: number): boolean
    read(reader: FeedReader, row: R): Promise<{ row: R; body: string } | undefined>
  }
}

const minute = 60_000
const hour = 60 * minute
const leastOverlap = 15 * minute
const mostOverlap = 6 * hour
const deepEvery = 6 * hour
const deepSpan = 30 * 24 * hour
const wholeEvery = 10 * minute
const plainFor = 24 * hour
/** Details asked for between two commits. */
const chunk = 10

const cursorSchema = z.object({
  /** The newest change that was read, by the vendor's clock. */
  mark: z.number().default(0),
  /** By how much a row has been seen to come late. */
  lagMs: z.number().default(0),
  /** The slow second reading of the last weeks: when it last ended, and how far the present one is. */
  deepAt: z.number().default(0),
  deepMark: z.number().optional(),
  /** Since when and why the list is read whole instead: the vendor takes neither our sort nor our filter. */
  plain: z.object({ reason: z.string(), at: z.number() }).optional(),
  wholeAt: z.number().default(0),
  /** The tenant does not have this list. */
  absent: z.boolean().optional(),
})

type Cursor = z.infer<typeof cursorSchema>

interface Run<R> {
  list: ChangeList<R>
  reader: FeedReader
  cursor: Cursor
  tenantId: string
  /** Requests that this run may still make. */
  left: number
  /** The mark as the run found it. */
  began: number
  /** Something was left out. */
  partial: boolean
}

export async function* readChanges<R>(list: ChangeList<R>, reader: FeedReader): AsyncGenerator<Batch> {
  const cursor = cursorSchema.parse(reader.cursor ?? {})
  const [tenantId] = await reader.customers()
  if (tenantId === undefined) {
    yield {
      rows: [],
      cursor: reader.cursor,
      incomplete: 'no tenant is known yet: this is read after the customers feed',
    }
    return
  }
  // What was refused once may be taken another day.
  if (cursor.plain !== undefined && reader.now - cursor.plain.at >= plainFor) delete cursor.plain
  const run: Run<R> = {
    list,
    reader,
    cursor,
    tenantId,
    left: allowance(reader),
    began: cursor.mark,
    partial: false,
  }
  try {
    yield* cursor.plain === undefined ? follow(run) : readWhole(run)
    delete cursor.absent
  } catch (error) {
    yield* otherwise(run, error)
  }
  yield batch(run, [], { covered: coveredBy(run) })
}

/** Two fifths of what a minute allows: two feeds side by side never wait at the limit, and their leases hold. */
function allowance({ client }: FeedReader): number {
  return Math.max(5, Math.floor(paceOf(client.contract, client.settings).requests * 0.4))
}

const refusedForms = new Set([
  'invalid_filter',
  'invalid_sort',
  'invalid_parameter',
  'invalid_request',
  'bad_request',
])

/** What is not documented may be missing, or may take other parameters. */
async function* otherwise<R>(run: Run<R>, error: unknown): AsyncGenerator<Batch> {
  if (!(error instanceof ApiError)) throw error
  if (error.code === 'endpoint_not_found') {
    run.cursor.absent = true
    return
  }
  if (error.status !== 400 || !refusedForms.has(error.code) || run.cursor.plain !== undefined) throw error
  run.cursor.plain = { reason: error.message, at: run.reader.now }
  yield* readWhole(run)
}

function leftOut<R>(run: Run<R>, what: string, reason: string): Batch {
  run.partial = true
  const gap = { customerId: run.tenantId, what, from: run.cursor.mark, to: null, reason }
  return batch(run, [], { gaps: [gap], incomplete: reason })
}

/** Followed by its changes, a list is read up to now; read whole, up to when that was last done. */
function coveredBy<R>({ cursor, tenantId, partial }: Run<R>): Covered[] {
  if (cursor.absent === true || partial) return []
  if (cursor.plain === undefined) return [{ customerId: tenantId, from: 0, to: null }]
  return cursor.wholeAt === 0 ? [] : [{ customerId: tenantId, from: 0, to: cursor.wholeAt }]
}

function batch<R>({ cursor }: Run<R>, rows: Batch['rows'], more: Partial<Batch> = {}): Batch {
  return { rows, cursor, ...more }
}

async function* follow<R>(run: Run<R>): AsyncGenerator<Batch> {
  const { cursor, reader } = run
  const floorMs = Math.max(leastOverlap, 2 * cursor.lagMs)
  const overlap = reader.overlapMs({ floorMs, capMs: mostOverlap })
  const first = run.began === 0
  const gap = yield* readFrom(
    run,
    first ? undefined : run.began - overlap,
    first ? 'backfill' : 'open',
    (mark) => {
      cursor.mark = Math.max(cursor.mark, mark)
    },
  )
  if (gap !== undefined) {
    yield leftOut(run, first ? 'history' : 'changes', gap)
    return
  }
  // What was read whole a moment ago need not be read a second time.
  if (cursor.deepAt === 0) cursor.deepAt = reader.now
  if (!reader.deep) return
  if (cursor.deepMark === undefined && reader.now - cursor.deepAt < deepEvery) return
  yield* readDeep(run)
}

/** Finds rows that came later than the overlap reaches. It may take several runs. */
async function* readDeep<R>(run: Run<R>): AsyncGenerator<Batch> {
  const { cursor, reader } = run
  cursor.deepMark ??= reader.now - deepSpan
  const gap = yield* readFrom(run, cursor.deepMark, 'backfill', (mark) => {
    cursor.deepMark = Math.max(cursor.deepMark ?? 0, mark)
  })
  if (gap !== undefined) return
  cursor.deepAt = reader.now
  delete cursor.deepMark
}

/** Returns why it did not come to the end. `onMark` is told up to where all has been read. */
async function* readFrom<R>(
  run: Run<R>,
  since: number | undefined,
  priority: Priority,
  onMark: (mark: number) => void,
): AsyncGenerator<Batch, string | undefined> {
  const { list, reader } = run
  const filter =
    since === undefined ? {} : { filter: JSON.stringify({ updated_at: { gte: stampOf(since) } }) }
  // The query's names are those of every list of this vendor.
  const input = { query: { sort: 'updated_at:asc', ...filter } } as never
  const walk = new Walk(reader.client, list.operation, input, list.idOf, {
    ...reader.walking,
    priority,
    maxPasses: 1,
  })
  const order = new Order()
  for await (const page of walk.pages()) {
    run.left--
    order.add(page.rows.map((row) => list.changedAt(row)))
    // Without an order there is no place to go on from: it must be read to its end.
    if (!order.rising) run.left = Infinity
    const done = yield* keep(run, page, () => {
      if (order.rising && order.newest !== undefined) onMark(Math.min(order.newest, reader.now))
    })
    if (!done || (run.left <= 0 && page.next !== undefined)) {
      return `reading goes on in the next run, at ${stampOf(order.newest ?? 0)}`
    }
  }
  if (!walk.complete) return walk.reason ?? 'not read to the end'
  if (!order.rising)
    run.cursor.plain = { reason: 'the list does not come in the order of changes', at: reader.now }
  if (order.newest !== undefined) onMark(Math.min(order.newest, reader.now))
  return undefined
}

/** Whether rows came as asked, oldest change first. Where they did not, only the end of the list is a mark. */
class Order {
  rising = true
  newest: number | undefined

  add(times: readonly (number | undefined)[]): void {
    for (const time of times) {
      if (time === undefined || time < (this.newest ?? 0)) this.rising = false
      if (time !== undefined) this.newest = Math.max(this.newest ?? 0, time)
    }
  }
}

/** Commits what is new on a page, in parts where details must be asked for. False when the run has used up its requests. */
async function* keep<R>(run: Run<R>, page: Page<R>, onKept: () => void): AsyncGenerator<Batch, boolean> {
  const { list, reader, tenantId } = run
  if (reader.heldPages.has(page)) {
    onKept()
    return true
  }
  const { changed, stale } = await changedOn(run, page)
  const seeds: RecordSeed[] = []
  for (const { row, body } of changed) {
    const details = list.complete?.wanted(row, reader.now) === true ? list.complete : undefined
    if (details !== undefined && run.left-- <= 0) {
      yield batch(run, seeds)
      return false
    }
    const whole = (await details?.read(reader, row)) ?? { row, body }
    seeds.push(list.toSeed(whole.row, whole.body, tenantId, reader.now))
    if (details !== undefined && seeds.length >= chunk) yield batch(run, seeds.splice(0))
  }
  onKept()
  if (changed.length + stale === 0 && page.rejected.length === 0) reader.heldPages.add(page)
  yield batch(run, seeds, page.rejected.length > 0 ? { rejected: page.rejected } : {})
  return true
}

async function changedOn<R>(
  run: Run<R>,
  page: Page<R>,
): Promise<{ changed: { row: R; body: string }[]; stale: number }> {
  const { list, reader, cursor, began } = run
  const known = await reader.known(page.rows.map((row) => list.idOf(row)))
  let stale = 0
  const changed = page.rows.flatMap((row, i) => {
    const [held, body] = [known.get(list.idOf(row)), page.rawOf(i)]
    if (held !== undefined && list.isKnown(row, body, held)) return []
    if (isStale(body, held?.body, 'updated_at', reader.now)) {
      stale++
      return []
    }
    // News from before the mark came late; from now on the overlap covers that.
    const late = began - (list.changedAt(row) ?? began)
    if (late > cursor.lagMs) cursor.lagMs = Math.min(late, mostOverlap)
    return [{ row, body }]
  })
  return { changed, stale }
}

/** The last resort: all of it, in the vendor's own order, less often. Nothing is moved on; rows that we hold cost nothing. */
async function* readWhole<R>(run: Run<R>): AsyncGenerator<Batch> {
  const { list, reader, cursor } = run
  if (reader.now - cursor.wholeAt < wholeEvery) return
  run.left = Infinity
  const options = { ...reader.walking, priority: 'backfill', maxPasses: 1 } as const
  const walk = new Walk(reader.client, list.operation, {}, list.idOf, options)
  for await (const page of walk.pages()) yield* keep(run, page, () => {})
  if (walk.complete) cursor.wholeAt = reader.now
  else yield leftOut(run, 'list', walk.reason ?? 'not read to the end')
}
