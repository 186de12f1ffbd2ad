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
  whole_at: number | null
  turns: number
}

export async function putRun(db: Db, run: Run): Promise<void> {
  await insertMany(db, 'runs', [toRow(run)], {
    on: ['id'],
    set: ['started_at', 'ended_at', 'outcome', 'rows', 'requests', 'error', 'whole_at', 'turns'],
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

/** What a whole turn of each feed took on average since then: requests, and ms from its begin to its end. */
export async function runLoads(
  db: Db,
  since: number,
): Promise<{ connectionId: string; feed: string; requests: number; lastsMs: number }[]> {
  // A row stands for as many turns as it counts, all like its last.
  const mean = (what: string) => sql<number>`sum(1.0 * turns * ${sql.raw(what)}) / sum(turns)`
  const query = db
    .selectFrom('runs')
    .select(['connection_id as connectionId', 'feed'])
    .select([mean('requests').as('requests'), mean('(ended_at - started_at)').as('lastsMs')])
    .where('outcome', '=', 'ok')
    .where('started_at', '>=', since)
  return query.groupBy(['connection_id', 'feed']).orderBy('connection_id').orderBy('feed').execute()
}

/** Forgets old runs, but never a feed's last one: a feed that died must keep showing when. Returns how many. */
export async function pruneRuns(db: Db, olderThan: number): Promise<number> {
  const query = db
    .deleteFrom('runs')
    .where('ended_at', '<', olderThan)
    .where((eb) => eb.not(isLatest))
  return Number((await query.executeTakeFirst()).numDeletedRows)
}

function toRow(run: Run): RunRow {
  return {
    id: run.id,
    connection_id: run.connectionId,
    feed: run.feed,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    outcome: run.outcome,
    rows: run.rows,
    requests: run.requests,
    error: run.error,
    whole_at: run.wholeAt,
    turns: run.turns,
  }
}

export function fromRow(row: RunRow): Run {
  return {
    id: row.id,
    connectionId: row.connection_id,
    feed: row.feed,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    rows: row.rows,
    requests: row.requests,
    error: row.error,
    wholeAt: row.whole_at,
    turns: row.turns,
  }
}
