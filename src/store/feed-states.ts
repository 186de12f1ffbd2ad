import { CompiledQuery } from 'kysely'
import type { Horizon } from '../domain/horizon.ts'
import { noHorizon } from '../domain/horizon.ts'
import type { Run } from '../domain/run.ts'
import { type Db, type Engine, engineOf } from './engine.ts'
import { decode } from './json.ts'
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

/**
 * Joined table by table, by values that stand in a row of their own: SQLite plans a statement anew each time that a
 * parameter of its conditions is bound, which takes ten times as long as to run it.
 */
const text = (connection: string, feed: string, lease: string): string =>
  `select c.state, h.newest, h.delays, h.late, l.fence, r.*
    from (select cast(${connection} as text) as con, cast(${feed} as text) as feed, cast(${lease} as text) as lease) as k
    left join cursors as c on c.connection_id = k.con and c.feed = k.feed
    left join horizons as h on h.connection_id = k.con and h.feed = k.feed
    left join leases as l on l.name = k.lease
    left join runs as r on r.id = (select n.id from runs as n
      where n.connection_id = k.con and n.feed = k.feed order by n.started_at desc, n.id desc limit 1)`
const texts: Record<Engine, string> = { postgres: text('$1', '$2', '$3'), sqlite: text('?', '?', '?') }

/** One question for all of it, of a text that need not be built: it is asked at every turn of every feed. */
export async function readFeedState(
  db: Db,
  connectionId: string,
  feed: string,
  lease: string,
): Promise<FeedState> {
  const query: CompiledQuery<Joined> = CompiledQuery.raw(texts[engineOf(db)], [connectionId, feed, lease])
  const [row] = (await db.executeQuery(query)).rows
  if (row === undefined) return { cursor: undefined, horizon: noHorizon, last: undefined, fence: 0 }
  const { id, state, newest, delays, late, fence, ...run } = row
  return {
    cursor: state === null ? undefined : decode(state),
    horizon: delays === null ? noHorizon : { newest: newest ?? 0, delays: decode(delays), late: late ?? 0 },
    last: id === null ? undefined : fromRow({ ...run, id }),
    fence: fence ?? 0,
  }
}
