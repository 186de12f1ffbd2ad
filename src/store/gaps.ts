import { sql } from 'kysely'
import type { Gap, OpenGap } from '../domain/coverage.ts'
import { idOf } from '../domain/id.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'

export interface GapRow {
  id: string
  connection_id: string
  feed: string
  customer_id: string | null
  what: string
  from_at: number | null
  to_at: number | null
  reason: string
  since: number
  /** Reads that have found it open. */
  tries: number
  closed_at: number | null
}

export interface StoredGap extends OpenGap {
  connectionId: string
  feed: string
}

// Partial indexes serve a query only when it states their condition as a literal.
const isOpen = sql<boolean>`closed_at is null`

/** What a feed's last read has reported: those are open from now on, and no others. */
export async function settleGaps(
  db: Db,
  connectionId: string,
  feed: string,
  gaps: readonly Gap[],
  now: number,
): Promise<void> {
  const rows = gaps.map((gap): GapRow => {
    const { customerId, what, from, to, reason } = gap
    const id = idOf('gap', connectionId, feed, customerId ?? '', what)
    const place = { connection_id: connectionId, feed, customer_id: customerId, what }
    return { id, ...place, from_at: from, to_at: to, reason, since: now, tries: 1, closed_at: null }
  })
  const open = rows.map((row) => row.id)
  const query = db.updateTable('gaps').set({ closed_at: now }).where(isOpen)
  const others = query.where('connection_id', '=', connectionId).where('feed', '=', feed)
  await others.where(sql<boolean>`not (${among(db, 'id', open)})`).execute()
  await insertMany(db, 'gaps', rows, {
    on: ['id'],
    set: [
      'from_at',
      'to_at',
      'reason',
      ['since', 'case when gaps.closed_at is null then gaps.since else excluded.since end'],
      ['tries', 'case when gaps.closed_at is null then gaps.tries + 1 else 1 end'],
      'closed_at',
    ],
  })
}

export async function openGaps(db: Db): Promise<StoredGap[]> {
  const query = db.selectFrom('gaps').selectAll().where(isOpen).orderBy('connection_id').orderBy('feed')
  return (await query.orderBy('since').orderBy('id').execute()).map(fromRow)
}

function fromRow(row: GapRow): StoredGap {
  return {
    connectionId: row.connection_id,
    feed: row.feed,
    customerId: row.customer_id,
    what: row.what,
    from: row.from_at,
    to: row.to_at,
    reason: row.reason,
    since: row.since,
    tries: row.tries,
  }
}
