import { countCases } from '../../store/cases.ts'
import { countDeadLetters } from '../../store/dead-letters.ts'
import { countDoubts } from '../../store/customers.ts'
import { type Waiting, countQuarantined } from '../../store/findings.ts'
import { countByState, listChanges } from '../../store/ticket-changes.ts'
import { type Ask, instant } from '../ask.ts'
import type { FeedHealth, Health } from '../operations/health.ts'
import { type FeedState, feedStates } from './coverage.ts'

/** Operational only when everything that should have been read was read lately, and everything decided is delivered. */
export async function get(ask: Ask): Promise<Health> {
  const { db, now } = ask
  const feeds = await feedsHealth(ask)
  const deliveries = await countByState(db)
  const waiting = await countQuarantined(db)
  const quarantined = waiting.reduce((sum, row) => sum + row.count, 0)
  const doubts = await countDoubts(db)
  const deadLetters = await countDeadLetters(db)
  const reasons = [
    ...(feeds.length === 0 ? ['no connection: nothing is read'] : []),
    ...feeds.flatMap((feed) =>
      feed.state === 'ok' ? [] : [`${feed.connection} ${feed.feed} ${feed.reason}`],
    ),
    ...(quarantined === 0
      ? []
      : counted(
          quarantined,
          'finding waits',
          'findings wait',
          `for a customer to be linked, ${since(waiting)}`,
        )),
    ...counted(doubts, 'customer is', 'customers are', 'called like another tenant now: confirm or link'),
    ...counted(deadLetters, 'dead letter', 'dead letters', 'to be looked at'),
    ...counted(deliveries.ambiguous, 'write', 'writes', 'being looked up'),
    ...counted(await countOverdue(ask), 'write waits', 'writes wait', 'for more than five minutes'),
    ...counted(deliveries.refused, 'write was', 'writes were', 'refused by the ticketing vendor'),
  ]
  return {
    status: reasons.length === 0 ? 'operational' : 'degraded',
    timestamp: instant(now),
    reasons,
    feeds,
    cases: await countCases(db),
    quarantined,
    doubtful_customers: doubts,
    dead_letters: deadLetters,
    ambiguous_writes: deliveries.ambiguous,
    deliveries,
  }
}

function since(waiting: readonly Waiting[]): string {
  return `the oldest since ${instant(Math.min(...waiting.map((row) => row.oldest)))}`
}

const overdueMs = 5 * 60_000

/** Decided, and still not sent: of the last thousand, which is as far as a person reads. */
async function countOverdue({ db, now }: Ask): Promise<number> {
  const waiting = await listChanges(db, { state: 'pending', limit: 1000 })
  return waiting.filter((change) => now - change.createdAt > overdueMs).length
}

export async function feedsHealth(ask: Pick<Ask, 'db' | 'now' | 'feedsOf'>): Promise<FeedHealth[]> {
  return (await feedStates(ask)).map((state) => toFeedHealth(state, ask.now))
}

function toFeedHealth({ connection, vendor, feed, run, ...state }: FeedState, now: number): FeedHealth {
  return {
    connection,
    vendor,
    feed: feed.name,
    state: state.reading,
    light: state.light,
    reason: state.reason,
    last_run_at: run === undefined ? null : instant(run.endedAt),
    age_seconds: run === undefined ? null : Math.max(0, Math.round((now - run.endedAt) / 1000)),
    every_seconds: Math.round(feed.everyMs / 1000),
    error: run?.error ?? null,
    lost_by_plain_cursor: state.late,
  }
}

function counted(count: number, one: string, many: string, rest: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many} ${rest}`]
}
