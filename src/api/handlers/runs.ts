import { latestRuns } from '../../store/runs.ts'
import { type Ask, instant } from '../ask.ts'
import type { RunAnswer } from '../operations/runs.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

export async function list({ db }: Ask, query: PageQuery): Promise<ListPage<RunAnswer>> {
  const rows = (await latestRuns(db)).map((run) => ({
    id: run.id,
    connection: run.connectionId,
    feed: run.feed,
    started_at: instant(run.startedAt),
    ended_at: instant(run.endedAt),
    outcome: run.outcome,
    rows: run.rows,
    requests: run.requests,
    error: run.error,
  }))
  return cutPage(query, 'runs', rows, (row) => `${row.connection}\n${row.feed}`)
}
