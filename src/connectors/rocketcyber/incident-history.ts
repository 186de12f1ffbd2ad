import { ApiError } from '../../contract/api-error.ts'
import type { Page } from '../../contract/paging.ts'
import { Around } from '../../contract/poison.ts'
import type { Gap } from '../../domain/coverage.ts'
import type { Batch } from '../feed.ts'
import { type Cursor, type Filling, type Pass, batch, noteLag, noteNewest } from './incident-cursor.ts'
import { type Incident, listIncidents, statedCustomer, toSeed } from './incidents.ts'
import { maxPage, paged } from './paging.ts'

/**
 * The history, customer by customer: what is asked for one customer is this customer's. Every page is committed with
 * a cursor that goes on behind it, and each incident is asked for once.
 */
export async function* backFill(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, accounts } = pass
  const filled = new Set(cursor.filled)
  const started = cursor.filling?.account
  const waiting = accounts.filter((account) => !filled.has(account))
  // A customer whose pages were being read when we stopped goes first.
  waiting.sort((a, b) => Number(b === started) - Number(a === started))
  let failures = 0
  for (const account of waiting) {
    try {
      const gap = yield* fill(pass, account)
      if (gap !== undefined) pass.gaps.push(historyOf(pass, account, gap))
      failures = 0
    } catch (error) {
      // One customer's trouble is its own; two in a row are the vendor's.
      if (!(error instanceof ApiError) || error.status === 401 || ++failures > 1) throw error
      pass.gaps.push(historyOf(pass, account, error.message))
      delete cursor.filling
    }
  }
}

function historyOf({ cursor }: Pass, customerId: string, reason: string): Gap {
  return { customerId, what: 'history', from: 0, to: cursor.startedAt, reason }
}

/** Up to three passes over one customer's incidents; returns why none of them reconciled. */
async function* fill(pass: Pass, account: string): AsyncGenerator<Batch, string | undefined> {
  const { cursor, reader } = pass
  const first: Filling = { account, page: 1, pass: 1, seen: 0, shrunk: false, tail: [] }
  let state: Filling = cursor.filling?.account === account ? cursor.filling : first
  for (;;) {
    const { pages, next } = await readPage(pass, account, state)
    const rows = pages.flatMap((page) =>
      page.rows.map((row, i) => toSeed(row, page.rawOf(i), statedCustomer(row) ?? account, reader.now)),
    )
    for (const page of pages) noteLag(cursor, page.rows)
    for (const page of pages) noteNewest(cursor.marks, page.rows, reader.now)
    state = afterPage(state, pages, next)
    const ended = next === undefined
    const rejected = pages.flatMap((page) => page.rejected)
    const gap = ended && !reader.walking.trusting ? gapOf(state) : undefined
    if (!ended) cursor.filling = state
    else if (gap === undefined) finish(cursor, account)
    else if (state.pass < 3) cursor.filling = { ...first, pass: state.pass + 1 }
    else delete cursor.filling
    const read = {
      customerId: account,
      from: 0,
      to: cursor.startedAt,
      declared: state.total,
      seen: state.seen,
    }
    const whole = ended && gap === undefined
    yield { ...batch(pass, rows, rejected), history: true, ...(whole && { covered: [read] }) }
    if (ended && gap === undefined) return undefined
    if (cursor.filling === undefined) return gap
    state = cursor.filling
  }
}

function finish(cursor: Cursor, account: string): void {
  cursor.filled.push(account)
  delete cursor.filling
}

/** One page; more than one where it breaks on a record and is read around that. */
async function readPage(
  { reader }: Pass,
  account: string,
  { page, tail }: Filling,
): Promise<{ pages: Page<Incident>[]; next: Next }> {
  const own = { accountId: [Number(account)], sort: 'createdAt:asc' }
  const around = new Around<Incident>(paged, (asked, attempts = 4) =>
    reader.client.call(listIncidents, { query: { ...own, ...asked } }, { priority: 'backfill', attempts }),
  )
  const pages: Page<Incident>[] = []
  const last = (): string | undefined =>
    pages.findLast((one) => one.rows.length > 0)?.rows.at(-1)?.id ?? tail.at(-1)
  const place = (): string =>
    `customer ${account}, ${last() === undefined ? 'the first' : `the one after ${last()}`}`
  for await (const piece of around.read({ page, pageSize: maxPage }, place)) pages.push(piece.page)
  return { pages, next: around.next }
}

type Next = Page<Incident>['next']

function afterPage(state: Filling, pages: readonly Page<Incident>[], next: Next): Filling {
  const before = new Set(state.tail)
  const ids = [...new Set(pages.flatMap((page) => page.rows.map((row) => row.id)))]
  const rejected = pages.reduce((sum, page) => sum + page.rejected.length, 0)
  const fresh = ids.filter((id) => !before.has(id)).length + rejected
  const total = pages.findLast((page) => page.total !== undefined)?.total
  const shrunk = state.shrunk || (total ?? 0) < (state.total ?? 0)
  const page = Number(next?.['page'] ?? state.page + 1)
  return { ...state, page, seen: state.seen + fresh, total, shrunk, tail: ids }
}

/** In order of creation new rows come at the end and shift nothing; a row that vanished may have shifted others. */
function gapOf(state: Filling): string | undefined {
  if (state.shrunk) return 'the list moved while it was read'
  if (state.total === undefined || state.seen === state.total) return undefined
  return `the vendor declares ${state.total} incidents, ${state.seen} were read`
}
