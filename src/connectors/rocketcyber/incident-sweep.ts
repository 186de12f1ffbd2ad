import type { Priority } from '../../contract/budget.ts'
import type { Input } from '../../contract/operation.ts'
import type { Page } from '../../contract/paging.ts'
import { isPoison } from '../../contract/poison.ts'
import { Walk } from '../../contract/walk.ts'
import type { Batch } from '../feed.ts'
import { isStale } from '../stale.ts'
import { attribute } from './attribution.ts'
import { range, readRange, timeOf } from './fields.ts'
import { type Cursor, type Pass, batch, gapIn, noteLag, noteNewest } from './incident-cursor.ts'
import { isSameIncident } from './incident-departures.ts'
import { type Incident, listIncidents, statedCustomer, toSeed } from './incidents.ts'
import { maxPage } from './paging.ts'

/** A list of incidents of all customers, read to its end however it moves meanwhile. */
export type Query = NonNullable<Input<typeof listIncidents>['query']>

export interface Swept {
  keys: Set<string>
  complete: boolean
  /** Left off after the first page, because `enough` said so. */
  cut: boolean
  /** Every page is one whose rows were all held before. */
  quiet: boolean
  /** A row was new or had changed. */
  news: boolean
  newest: Cursor['marks']
}

interface SweepOptions {
  priority?: Priority
  /** Oldest first by default. */
  descending?: boolean
  /** Also rows that we hold unchanged, when nobody claimed them so far. */
  again?: boolean
  /** Asked after the first page, when there are more. */
  enough?(total: number | undefined): Promise<boolean>
}

/** Rows that we hold unchanged are left out; whose a row is that nobody knows is found out. */
export async function* sweep(
  pass: Pass,
  query: Query,
  options: SweepOptions = {},
): AsyncGenerator<Batch, Swept> {
  const newest = { created: 0, resolved: 0 }
  const swept: Swept = { keys: new Set(), complete: false, cut: false, quiet: true, news: false, newest }
  for await (const page of pagesOf(pass, query, options, swept)) {
    for (const row of page.rows) swept.keys.add(row.id)
    if (pass.reader.heldPages.has(page) && options.again !== true) continue
    swept.quiet = false
    noteNewest(swept.newest, page.rows, pass.reader.now)
    noteLag(pass.cursor, page.rows)
    const { rows, held } = await changedRows(pass, page, options.again === true)
    if (held && page.rejected.length === 0) pass.reader.heldPages.add(page)
    swept.news ||= rows.length > 0
    if (rows.length > 0 || page.rejected.length > 0) yield batch(pass, rows, page.rejected)
  }
  return swept
}

/**
 * Each request asks for the first page of what was created from the last row on: nothing that comes or goes can shift
 * a row past us. Only where that does not get on (no times, no order) pages are counted off.
 */
async function* pagesOf(
  pass: Pass,
  query: Query,
  { priority = 'open', descending = false, enough }: SweepOptions,
  swept: Swept,
): AsyncGenerator<Page<Incident>> {
  const sort = `createdAt:${descending ? 'desc' : 'asc'}`
  const given = readRange(query.createdAt ?? '') ?? { from: -Infinity, to: Infinity }
  let span = given
  for (let first = true; ; first = false) {
    const asked = {
      ...query,
      ...(isBounded(span) && { createdAt: rangeOf(span) }),
      sort,
      page: 1,
      pageSize: maxPage,
    }
    const outcome = await pass.reader.client.try(listIncidents, { query: asked }, { priority })
    // A page that always breaks is read in parts.
    if (!outcome.ok && isPoison(outcome.error)) break
    if (!outcome.ok) throw outcome.error
    const page = outcome.answer.value
    yield page
    const count = page.rows.length + page.rejected.length
    if (page.next === undefined) {
      swept.complete = page.total === undefined || page.total === count
      if (swept.complete) return
      break
    }
    if (first && (await enough?.(page.total)) === true) {
      swept.cut = true
      return
    }
    const next = beyond(page.rows, span, descending)
    if (next === undefined) break
    span = next
  }
  yield* counted(pass, { ...query, sort }, priority, swept)
}

type Span = { from: number; to: number }

/** From the last row on, a second early: rows of one moment may stand on both sides of a page's end. */
function beyond(rows: readonly Incident[], span: Span, descending: boolean): Span | undefined {
  const times = rows.map((row) => timeOf(row.createdAt) ?? Number.NaN)
  const inOrder = times.every(
    (time, i) => i === 0 || (descending ? time <= (times[i - 1] ?? 0) : time >= (times[i - 1] ?? 0)),
  )
  const last = times.at(-1)
  if (!inOrder || last === undefined || Number.isNaN(last)) return undefined
  const next = descending ? { ...span, to: last + 1000 } : { ...span, from: last - 1000 }
  const moved = descending ? next.to < span.to : next.from > span.from
  return moved ? next : undefined
}

function isBounded(span: Span): boolean {
  return Number.isFinite(span.from) || Number.isFinite(span.to)
}

function rangeOf({ from, to }: Span): string {
  return range(Number.isFinite(from) ? from : undefined, Number.isFinite(to) ? to : undefined)
}

async function* counted(
  pass: Pass,
  query: Query,
  priority: Priority,
  swept: Swept,
): AsyncGenerator<Page<Incident>> {
  const walk = new Walk(pass.reader.client, listIncidents, { query }, (row) => row.id, {
    ...pass.reader.walking,
    size: maxPage,
    priority,
  })
  yield* walk.pages()
  swept.complete = walk.complete
  if (!walk.complete)
    pass.gaps.push(gapIn(`incidents ${describe(query)}`, walk.reason ?? 'not read to the end'))
}

function describe(query: Query): string {
  return (
    Object.entries(query)
      .filter(([name]) => name !== 'sort')
      // A range moves with the time: what it is a range of names the part.
      .map(([name, value]) => (name.endsWith('At') ? name : `${name}=${String(value)}`))
      .join(' ')
  )
}

async function changedRows(
  { reader, accounts }: Pass,
  page: Page<Incident>,
  again: boolean,
): Promise<{ rows: Batch['rows']; held: boolean }> {
  const known = await reader.known(page.rows.map((row) => row.id))
  let stale = 0
  const changed = page.rows.flatMap((row, i) => {
    const held = known.get(row.id)
    const body = page.rawOf(i)
    if (held?.body === body && !(again && held.customerId === null)) return []
    if (isStale(body, held?.body, 'updatedAt', reader.now)) {
      stale++
      return []
    }
    // Under an id that was used again stands another incident: whose it is must be asked anew.
    const before = held !== undefined && isSameIncident(row, held) ? held.customerId : null
    return [{ row, body, owner: statedCustomer(row) ?? before ?? undefined }]
  })
  const orphans = changed.filter(({ owner }) => owner === undefined).map(({ row }) => row)
  const owners = orphans.length === 0 ? undefined : await attribute(reader.client, orphans, accounts)
  const rows = changed.map(({ row, body, owner }) =>
    // What no account claims goes on without a customer: it waits in quarantine, in sight.
    toSeed(row, body, owner ?? owners?.get(row.id) ?? null, reader.now),
  )
  return { rows, held: rows.length + stale === 0 }
}
