import { sql } from 'kysely'
import type { Run } from '../domain/run.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface RunRow {
  id: string
  connection_id: string
  feed: string
  started_at: number
  ended_at: number
  outcome: Run['outcome']
  rows: number
  requests: number
  error: string | null
}

export async function putRun(db: Db, run: Run): Promise<void> {
  await insertMany(db, 'runs', [toRow(run)], {
    on: ['id'],
    set: ['ended_at', 'outcome', 'rows', 'requests', 'error'],
  })
}

const isLatest = sql<boolean>`not exists (select 1 from runs as later
  where later.connection_id = runs.connection_id and later.feed = runs.feed
    and (later.started_at, later.id) > (runs.started_at, runs.id))`

/** The last run of each feed of each connection. */
export async function latestRuns(db: Db): Promise<Run[]> {
  const query = db.selectFrom('runs').selectAll().where(isLatest)
  return (await query.orderBy('connection_id').orderBy('feed').execute()).map(fromRow)
}

/** Forgets old runs, but never a feed's last one: a feed that died must keep showing when. Returns how many. */
export async function pruneRuns(db: Db, olderThan: number): Promise<number> {
  const query = db
    .deleteFrom('runs')
    .where('ended_at', '<', olderThan)
    .where((eb) => eb.not(isLatest))
  return Number((await query.executeTakeFirst()).numDeletedRows)
}

function toRow({ id, connectionId, feed, startedAt, endedAt, outcome, rows, requests, error }: Run): RunRow {
  return {
    id,
    connection_id: connectionId,
    feed,
    started_at: startedAt,
    ended_at: endedAt,
    outcome,
    rows,
    requests,
    error,
  }
}

function fromRow({
  id,
  connection_id,
  feed,
  started_at,
  ended_at,
  outcome,
  rows,
  requests,
  error,
}: RunRow): Run {
  return {
    id,
    connectionId: connection_id,
    feed,
    startedAt: started_at,
    endedAt: ended_at,
    outcome,
    rows,
    requests,
    error,
  }
}
