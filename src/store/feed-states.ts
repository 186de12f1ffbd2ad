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
}

interface Joined extends Omit<RunRow, 'id'> {
  id: string | null
  state: string | null
  newest: number | null
  delays: string | null
  late: number | null
}

/**
 * Joined table by table, by values that stand in a row of their own: SQLite plans a statement anew each time that a
 * parameter of its conditions is bound, which takes ten times as long as to run it.
 */
const text = (connection: string, feed: string): string =>
  `select c.state, h.newest, h.delays, h.late, r.*
    from (select cast(${connection} as text) as con, cast(${feed} as text) as feed) as k
    left join cursors as c on c.connection_id = k.con and c.feed = k.feed
    left join horizons as h on h.connection_id = k.con and h.feed = k.feed
    left join runs as r on r.id = (select l.id from runs as l
      where l.connection_id = k.con and l.feed = k.feed order by l.started_at desc, l.id desc limit 1)`
const texts: Record<Engine, string> = { postgres: text('$1', '$2'), sqlite: text('?', '?') }

/** One question for all of it, of a text that need not be built: it is asked at every turn of every feed. */
export async function readFeedState(db: Db, connectionId: string, feed: string): Promise<FeedState> {
  const query: CompiledQuery<Joined> = CompiledQuery.raw(texts[engineOf(db)], [connectionId, feed])
  const [row] = (await db.executeQuery(query)).rows
  if (row === undefined) return { cursor: undefined, horizon: noHorizon, last: undefined }
  const { id, state, newest, delays, late, ...run } = row
  return {
    cursor: state === null ? undefined : decode(state),
    horizon: delays === null ? noHorizon : { newest: newest ?? 0, delays: decode(delays), late: late ?? 0 },
    last: id === null ? undefined : fromRow({ ...run, id }),
  }
}
