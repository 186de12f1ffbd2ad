import type { Covered } from '../domain/coverage.ts'
import { type Span, join } from '../domain/span.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among } from './lists.ts'
import { prepared } from './prepared.ts'

export interface CoverageRow {
  connection_id: string
  feed: string
  /** Empty for all customers of the connection. */
  customer_id: string
  spans: string
  declared: number | null
  seen: number | null
  read_at: number
}

/** What was read of one feed, of one customer or (null) of all. */
export interface ReadParts {
  connectionId: string
  feed: string
  customerId: string | null
  spans: Span[]
  declared: number | null
  seen: number | null
  readAt: number
}

interface Which extends Record<string, string | string[]> {
  connectionId: string
  feed: string
  customers: string[]
}

const spans = prepared((db, { connectionId, feed, customers }: Which) => {
  const query = db.selectFrom('coverage').select(['customer_id', 'spans'])
  return query
    .where('connection_id', '=', connectionId)
    .where('feed', '=', feed)
    .where(among(db, 'customer_id', customers))
    .compile()
})

/** Adds what a read has covered. To be called within the transaction that commits its rows. */
export async function addCovered(
  db: Db,
  connectionId: string,
  feed: string,
  covered: readonly Covered[],
  now: number,
): Promise<void> {
  const customers = [...new Set(covered.map((one) => one.customerId ?? ''))]
  const { rows: before } = await spans(db, { connectionId, feed, customers })
  const spansOf = new Map(before.map((row) => [row.customer_id, decode<Span[]>(row.spans)]))
  const rows = customers.map((customer): CoverageRow => {
    const own = covered.filter((one) => (one.customerId ?? '') === customer)
    const told = own.findLast((one) => one.seen !== undefined)
    return {
      connection_id: connectionId,
      feed,
      customer_id: customer,
      spans: encode(join([...(spansOf.get(customer) ?? []), ...own.map(({ from, to }) => ({ from, to }))])),
      declared: told?.declared ?? null,
      seen: told?.seen ?? null,
      read_at: now,
    }
  })
  await insertMany(db, 'coverage', rows, {
    on: ['connection_id', 'feed', 'customer_id'],
    set: ['spans', 'declared', 'seen', 'read_at'],
  })
}

export async function listCoverage(db: Db): Promise<ReadParts[]> {
  const query = db.selectFrom('coverage').selectAll().orderBy('connection_id').orderBy('feed')
  return (await query.orderBy('customer_id').execute()).map((row) => ({
    connectionId: row.connection_id,
    feed: row.feed,
    customerId: row.customer_id === '' ? null : row.customer_id,
    spans: decode<Span[]>(row.spans),
    declared: row.declared,
    seen: row.seen,
    readAt: row.read_at,
  }))
}
