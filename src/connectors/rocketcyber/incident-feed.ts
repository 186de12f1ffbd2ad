import * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { Priority } from '../../contract/budget.ts'
import type { Input } from '../../contract/operation.ts'
import type { Page } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import { digest } from '../../domain/id.ts'
import type { Batch, Feed, FeedReader, Known } from '../connector.ts'
import { attribute } from './attribution.ts'
import { range, timeOf } from './fields.ts'
import { toReading } from './incident-reading.ts'
import { type Incident, listIncidents, statedCustomer, toSeed } from './incidents.ts'

/**
 * Reads incidents. There is no feed of changes and rows do not say whose they are, so the history is read customer by
 * customer, and what happens since then in three cheap walks over all of them: what is open, what was created lately,
 * what was resolved lately. See notes.md, "How incidents are followed".
 */
export const incidentsFeed: Feed = {
  name: 'incidents',
  kind: 'findings',
  everyMs: 60_000,
  read: readIncidents,
  toReading,
}

const minute = 60_000
const hour = 60 * minute
const leastOverlap = 15 * minute
const mostOverlap = 6 * hour
const reconcileEvery = 6 * hour
const reconcileSpan = 30 * 24 * hour
const pageSize = 1000
/** During a back-fill, a look at what is new after so many requests: 1 in 200 is spent on it. */
const glanceEvery = 200

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

const cursorSchema = z.object({
  /** When the first back-fill began; until it has ended nothing else is walked. */
  startedAt: z.number().default(0),
  live: z.boolean().default(false),
  /** Customers whose history was read. */
  filled: z.array(z.string()).default([]),
  filling: filling.optional(),
  /** The newest creation and resolution seen in walks that reconciled, by the vendor's clock. */
  marks: z.object({ created: z.number(), resolved: z.number() }).default({ created: 0, resolved: 0 }),
  /** The longest time seen between a row's creation and its publication. */
  lagMs: z.number().default(0),
  reconciledAt: z.number().default(0),
  reconcileGap: z.string().optional(),
  /** Digests of the pages of the last committed walk, by its name. */
  walked: z.record(z.string(), z.array(z.string())).default({}),
  /** Open incidents that left the open set without a resolution, and when to look them up again. */
  astray: z.record(z.string(), z.object({ nextAt: z.number(), absent: z.boolean() })).default({}),
})

type Cursor = z.infer<typeof cursorSchema>
type Filling = z.infer<typeof filling>
type Query = NonNullable<Input<typeof listIncidents>['query']>

interface Pass {
  reader: FeedReader
  cursor: Cursor
  accounts: string[]
  gaps: string[]
}

async function* readIncidents(reader: FeedReader): AsyncGenerator<Batch> {
  const cursor = cursorSchema.parse(reader.cursor ?? {})
  const accounts = await reader.customers()
  const pass: Pass = { reader, cursor, accounts, gaps: [] }
  if (accounts.length === 0) {
    yield batch(pass, [], {
      incomplete: 'no customer is known yet: incidents are read after the customers feed',
    })
    return
  }
  if (cursor.startedAt === 0) cursor.startedAt = reader.now
  if (cursor.live) yield* follow(pass)
  yield* backFill(pass)
  if (!cursor.live) goLive(pass)
  else if (reader.now - cursor.reconciledAt >= reconcileEvery) yield* reconcile(pass)
  const gaps = [...pass.gaps, ...(cursor.reconcileGap === undefined ? [] : [cursor.reconcileGap])]
  yield batch(pass, [], gaps.length === 0 ? {} : { incomplete: gaps.join('; ') })
}

/** The cursor is copied: what was handed out does not change any more. */
function batch(pass: Pass, rows: Batch['rows'], more: Partial<Batch> = {}): Batch {
  return { rows, cursor: structuredClone(pass.cursor), ...more }
}

/** Marks never pass the start of the back-fill, less an hour for clocks that disagree. */
function goLive({ cursor, reader }: Pass): void {
  const start = cursor.startedAt - hour
  cursor.marks = {
    created: Math.min(cursor.marks.created, start),
    resolved: Math.min(cursor.marks.resolved, start),
  }
  cursor.live = true
  cursor.reconciledAt = reader.now
}

// ---- The history: customer by customer, each page committed on its own.

async function* backFill(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, accounts, reader } = pass
  const filled = new Set(cursor.filled)
  const started = cursor.filling?.account
  const waiting = accounts.filter((account) => !filled.has(account))
  // A customer whose pages were being read when we stopped goes first.
  waiting.sort((a, b) => Number(b === started) - Number(a === started))
  let failures = 0
  let spent = 0
  for (const account of waiting) {
    try {
      const before = reader.client.budget.spent
      const gap = yield* fill(pass, account)
      if (gap !== undefined) pass.gaps.push(`customer ${account}: ${gap}`)
      failures = 0
      spent += reader.client.budget.spent - before
    } catch (error) {
      // One customer's trouble is its own; two in a row are the vendor's.
      if (!(error instanceof ApiError) || error.status === 401 || ++failures > 1) throw error
      pass.gaps.push(`customer ${account}: ${error.message}`)
      delete cursor.filling
    }
    if (spent < glanceEvery || cursor.live) continue
    spent = 0
    yield* sweep(pass, 'glance', { createdAt: range(cursor.startedAt - hour) }, 'open')
  }
}

/** Up to three passes over one customer's incidents; returns why none of them reconciled. */
async function* fill(pass: Pass, account: string): AsyncGenerator<Batch, string | undefined> {
  const { cursor, reader } = pass
  const first: Filling = { account, page: 1, pass: 1, seen: 0, shrunk: false, tail: [] }
  let state: Filling = cursor.filling?.account === account ? cursor.filling : first
  for (;;) {
    const query = { accountId: [Number(account)], sort: 'createdAt:asc', page: state.page, pageSize }
    const page = await reader.client.call(listIncidents, { query }, { priority: 'backfill' })
    const rows = page.rows.map((row, i) =>
      toSeed(row, page.rawOf(i), statedCustomer(row) ?? account, reader.now),
    )
    noteTimes(cursor, page.rows, true)
    state = afterPage(state, page)
    const ended = page.next === undefined
    const gap = ended ? gapOf(state) : undefined
    if (!ended) cursor.filling = state
    else if (gap === undefined) finish(cursor, account)
    else if (state.pass < 3) cursor.filling = { ...first, pass: state.pass + 1 }
    else delete cursor.filling
    yield batch(pass, rows, page.rejected.length > 0 ? { rejected: page.rejected } : {})
    if (ended && gap === undefined) return undefined
    if (cursor.filling === undefined) return gap
    state = cursor.filling
  }
}

function finish(cursor: Cursor, account: string): void {
  cursor.filled.push(account)
  delete cursor.filling
}

function afterPage(state: Filling, page: Page<Incident>): Filling {
  const before = new Set(state.tail)
  const ids = [...new Set(page.rows.map((row) => row.id))]
  const fresh = ids.filter((id) => !before.has(id)).length + page.rejected.length
  const shrunk = state.shrunk || (page.total ?? 0) < (state.total ?? 0)
  const next = Number(page.next?.['page'] ?? state.page + 1)
  return { ...state, page: next, seen: state.seen + fresh, total: page.total, shrunk, tail: ids }
}

/** In order of creation new rows come at the end and shift nothing; a row that vanished may have shifted others. */
function gapOf(state: Filling): string | undefined {
  if (state.shrunk) return 'the list moved while it was read'
  if (state.total === undefined || state.seen === state.total) return undefined
  return `the vendor declares ${state.total} incidents, ${state.seen} were read`
}

// ---- Since then: three walks over all customers.

async function* follow(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, reader } = pass
  const overlap = Math.min(mostOverlap, Math.max(leastOverlap, 2 * cursor.lagMs))
  const since = (mark: number): string => range(Math.max(0, mark - overlap))
  const open = yield* sweep(pass, 'open', { status: ['open'], sort: 'createdAt:desc' }, 'open')
  const created = yield* sweep(pass, 'created', { createdAt: since(cursor.marks.created) }, 'open')
  const resolved = yield* sweep(pass, 'resolved', { resolvedAt: since(cursor.marks.resolved) }, 'open')
  if (created.complete) cursor.marks.created = Math.max(cursor.marks.created, created.newest.created)
  if (resolved.complete) cursor.marks.resolved = Math.max(cursor.marks.resolved, resolved.newest.resolved)
  const listed = new Set([...open.keys, ...created.keys, ...resolved.keys])
  const due = Object.values(cursor.astray).some((entry) => entry.nextAt <= reader.now)
  if (open.complete && (due || open.changed || created.changed || resolved.changed)) yield* departures(pass, listed)
}

interface Swept {
  keys: Set<string>
  complete: boolean
  /** Something was read that the last committed walk of this name did not show. */
  changed: boolean
  newest: Cursor['marks']
}

/** One walk over all customers. Rows that we hold unchanged are left out; a row that nobody knows is attributed. */
async function* sweep(pass: Pass, name: string, query: Query, priority: Priority): AsyncGenerator<Batch, Swept> {
  const { reader, cursor } = pass
  const newest = { created: 0, resolved: 0 }
  const input = { query: { sort: 'createdAt:asc', ...query } }
  const walk = new Walk(reader.client, listIncidents, input, (row) => row.id, { size: pageSize, priority })
  const before = cursor.walked[name] ?? []
  const digests: string[] = []
  for await (const page of walk.pages()) {
    const bytes = digest(page.text)
    digests.push(bytes)
    // The same bytes as in the last committed walk: every row of them is held already.
    if (before.includes(bytes)) continue
    const rows = await changedRows(pass, page)
    for (const row of page.rows) {
      newest.created = Math.max(newest.created, Math.min(timeOf(row.createdAt) ?? 0, reader.now))
      newest.resolved = Math.max(newest.resolved, Math.min(timeOf(row.resolvedAt) ?? 0, reader.now))
    }
    noteTimes(cursor, page.rows, false)
    // What nobody claimed is asked about again next time.
    if (rows.some((row) => row.customerId === null)) digests.pop()
    if (rows.length > 0 || page.rejected.length > 0) {
      yield batch(pass, rows, page.rejected.length > 0 ? { rejected: page.rejected } : {})
    }
  }
  const changed = digests.some((bytes) => !before.includes(bytes)) || digests.length !== before.length
  // A reconcile looks at every row each time: it is there for what the other walks took for granted.
  if (priority !== 'backfill') cursor.walked[name] = digests
  if (!walk.complete)
    pass.gaps.push(`incidents ${JSON.stringify(query)}: ${walk.reason ?? 'not read to the end'}`)
  return { keys: walk.keys, complete: walk.complete, changed, newest }
}

async function changedRows({ reader, accounts }: Pass, page: Page<Incident>): Promise<Batch['rows']> {
  const known = await reader.known(page.rows.map((row) => row.id))
  const changed = page.rows.flatMap((row, i) => {
    const held = known.get(row.id)
    const body = page.rawOf(i)
    return held?.body === body && held.customerId !== null
      ? []
      : [{ row, body, owner: statedCustomer(row) ?? held?.customerId ?? undefined }]
  })
  const orphans = changed.filter(({ owner }) => owner === undefined).map(({ row }) => row)
  const owners = orphans.length === 0 ? undefined : await attribute(reader.client, orphans, accounts)
  return changed.map(({ row, body, owner }) =>
    // What no account claims goes on without a customer: it waits in quarantine, in sight.
    toSeed(row, body, owner ?? owners?.get(row.id) ?? null, reader.now),
  )
}

function noteTimes(cursor: Cursor, rows: readonly Incident[], marks: boolean): void {
  for (const row of rows) {
    const created = timeOf(row.createdAt) ?? 0
    const lag = (timeOf(row.publishedAt) ?? created) - created
    if (created > 0 && lag > cursor.lagMs) cursor.lagMs = Math.min(lag, mostOverlap)
    if (!marks) continue
    cursor.marks.created = Math.max(cursor.marks.created, created)
    cursor.marks.resolved = Math.max(cursor.marks.resolved, timeOf(row.resolvedAt) ?? 0)
  }
}

// ---- What left the open set without a word.

/** Looked up by number, then by the moment of creation; what is not found stays open and is reported. */
async function* departures(pass: Pass, listed: ReadonlySet<string>): AsyncGenerator<Batch> {
  const { reader, cursor } = pass
  const gone = (await reader.open()).filter((held) => !listed.has(held.vendorId))
  cursor.astray = Object.fromEntries(
    gone.flatMap(({ vendorId }) => {
      const entry = cursor.astray[vendorId]
      return entry === undefined ? [] : [[vendorId, entry]]
    }),
  )
  const due = gone.filter((held) => (cursor.astray[held.vendorId]?.nextAt ?? 0) <= reader.now)
  for (let i = 0; i < due.length; i += 100) {
    const some = due.slice(i, i + 100)
    const found = await lookUp(reader, some)
    for (const { vendorId } of some) {
      cursor.astray[vendorId] = { nextAt: reader.now + hour, absent: !found.has(vendorId) }
    }
    const rows = some.flatMap((held) => {
      const hit = found.get(held.vendorId)
      return hit === undefined || hit.body === held.body
        ? []
        : [toSeed(hit.row, hit.body, held.customerId, reader.now)]
    })
    if (rows.length > 0) yield batch(pass, rows)
  }
  const absent = gone
    .filter((held) => cursor.astray[held.vendorId]?.absent === true)
    .map((held) => held.vendorId)
  if (absent.length > 0)
    pass.gaps.push(`kept open, though the vendor no longer lists them: ${absent.slice(0, 10).join(', ')}`)
}

type Hits = Map<string, { row: Incident; body: string }>

async function lookUp(reader: FeedReader, wanted: readonly Known[]): Promise<Hits> {
  const hits: Hits = new Map()
  const ids = new Set(wanted.map((held) => held.vendorId))
  const collect = async (query: Query): Promise<void> => {
    const page = await reader.client.call(listIncidents, { query })
    for (const [i, row] of page.rows.entries()) {
      // The filter has been seen to hand back a neighbour: only the exact number counts.
      if (ids.has(row.id)) hits.set(row.id, { row, body: page.rawOf(i) })
    }
  }
  await collect({ id: [...ids].map(Number) })
  const lost = wanted.filter((held) => !hits.has(held.vendorId)).slice(0, 20)
  for (const held of lost) {
    const at = createdAtOf(held)
    if (at === undefined) continue
    const scope = held.customerId === null ? {} : { accountId: [Number(held.customerId)] }
    await collect({ ...scope, createdAt: range(at - 1000, at + 1000), sort: 'createdAt:asc' })
  }
  return hits
}

function createdAtOf(held: Known): number | undefined {
  return timeOf(/"createdAt"\s*:\s*"([^"]+)"/.exec(held.body)?.[1])
}

// ---- Now and then, everything of the last weeks again.

async function* reconcile(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, reader } = pass
  const gaps = yield* reread(pass, reader.now - reconcileSpan, undefined)
  cursor.reconcileGap = gaps.length === 0 ? undefined : `reconcile: ${gaps.join('; ')}`
  // A reconcile that left a gap is tried again sooner.
  cursor.reconciledAt = gaps.length === 0 ? reader.now : reader.now - reconcileEvery + hour / 2
}

/** A span that does not reconcile is read again in halves, down to a day: only what moves stays a gap. */
async function* reread(pass: Pass, from: number, to: number | undefined): AsyncGenerator<Batch, string[]> {
  const inner: Pass = { ...pass, gaps: [] }
  const { complete } = yield* sweep(inner, 'reconcile', { createdAt: range(from, to) }, 'backfill')
  if (complete) return []
  const end = to ?? pass.reader.now
  if (end - from <= 24 * hour) return inner.gaps
  const middle = from + (end - from) / 2
  return [...(yield* reread(pass, from, middle)), ...(yield* reread(pass, middle, to))]
}
