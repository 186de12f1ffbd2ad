import { sql } from 'kysely'
import type { Horizon } from '../domain/horizon.ts'
import { noHorizon } from '../domain/horizon.ts'
import type { Run } from '../domain/run.ts'
import type { Db } from './engine.ts'
import { decode } from './json.ts'
import { prepared } from './prepared.ts'
import { type RunRow, fromRow } from './runs.ts'

/** What a read begins with. */
export interface FeedState {
  /** Undefined before the first. */
  cursor: unknown
  horizon: Horizon
  last: Run | undefined
  /** The number under which the feed was last taken, 0 before the first time. */
  fence: number
}

interface Joined extends Omit<RunRow, 'id'> {
  id: string | null
  state: string | null
  newest: number | null
  delays: string | null
  late: number | null
  fence: number | null
}

interface Which extends Record<string, string> {
  connectionId: string
  feed: string
  lease: string
}

const joined = prepared((db, { connectionId, feed, lease }: Which) =>
  sql<Joined>`
    select c.state, h.newest, h.delays, h.late, l.fence, r.*
    from (select 1) as one
    left join cursors as c on c.connection_id = ${connectionId} and c.feed = ${feed}
    left join horizons as h on h.connection_id = ${connectionId} and h.feed = ${feed}
    left join leases as l on l.name = ${lease}
    left join runs as r on r.id = (select n.id from runs as n
      where n.connection_id = ${connectionId} and n.feed = ${feed} order by n.started_at desc, n.id desc limit 1)`.compile(
    db,
  ),
)

/** One question for all of it. */
export async function readFeedState(
  db: Db,
  connectionId: string,
  feed: string,
  lease: string,
): Promise<FeedState> {
  const [row] = (await joined(db, { connectionId, feed, lease })).rows
  if (row === undefined) return { cursor: undefined, horizon: noHorizon, last: undefined, fence: 0 }
  const { id, state, newest, delays, late, fence, ...run } = row
  return {
    cursor: state === null ? undefined : decode(state),
    horizon: delays === null ? noHorizon : { newest: newest ?? 0, delays: decode(delays), late: late ?? 0 },
    last: id === null ? undefined : fromRow({ ...run, id }),
    fence: fence ?? 0,
  }
}
