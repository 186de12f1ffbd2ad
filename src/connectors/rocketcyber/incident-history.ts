import { ApiError } from '../../contract/api-error.ts'
import type { Page } from '../../contract/paging.ts'
import type { Batch } from '../connector.ts'
import { type Cursor, type Filling, type Pass, batch, noteLag, noteNewest } from './incident-cursor.ts'
import { type Incident, listIncidents, statedCustomer, toSeed } from './incidents.ts'
import { maxPage } from './paging.ts'

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
      if (gap !== undefined) pass.gaps.push(`customer ${account}: ${gap}`)
      failures = 0
    } catch (error) {
      // One customer's trouble is its own; two in a row are the vendor's.
      if (!(error instanceof ApiError) || error.status === 401 || ++failures > 1) throw error
      pass.gaps.push(`customer ${account}: ${error.message}`)
      delete cursor.filling
    }
  }
}

/** Up to three passes over one customer's incidents; returns why none of them reconciled. */
async function* fill(pass: Pass, account: string): AsyncGenerator<Batch, string | undefined> {
  const { cursor, reader } = pass
  const first: Filling = { account, page: 1, pass: 1, seen: 0, shrunk: false, tail: [] }
  let state: Filling = cursor.filling?.account === account ? cursor.filling : first
  for (;;) {
    const query = { accountId: [Number(account)], sort: 'createdAt:asc', page: state.page, pageSize: maxPage }
    const page = await reader.client.call(listIncidents, { query }, { priority: 'backfill' })
    const rows = page.rows.map((row, i) =>
      toSeed(row, page.rawOf(i), statedCustomer(row) ?? account, reader.now),
    )
    noteLag(cursor, page.rows)
    noteNewest(cursor.marks, page.rows, reader.now)
    state = afterPage(state, page)
    const ended = page.next === undefined
    const gap = ended ? gapOf(state) : undefined
    if (!ended) cursor.filling = state
    else if (gap === undefined) finish(cursor, account)
    else if (state.pass < 3) cursor.filling = { ...first, pass: state.pass + 1 }
    else delete cursor.filling
    yield batch(pass, rows, page.rejected)
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
