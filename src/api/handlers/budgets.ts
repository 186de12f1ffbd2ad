import { type FeedLoad, forecast } from '../../analysis/forecast.ts'
import { factorOf } from '../../contract/ledger.ts'
import { type StoredBudget, listBudgets } from '../../store/budgets.ts'
import { connections } from '../../store/connections.ts'
import { runLoads } from '../../store/runs.ts'
import { tenants } from '../../store/tenants.ts'
import { type Ask, instant, instantOrNull } from '../ask.ts'
import type { BudgetAnswer, BudgetsAnswer } from '../operations/budgets.ts'

/** Cycles are measured over the last day. */
const measuredMs = 86_400_000

export async function list(ask: Ask, query: { customers?: number | undefined }): Promise<BudgetsAnswer> {
  const from = (await tenants(ask.db)).length
  const customers = query.customers ?? from
  const loads = await loadsOf(ask)
  const used = (await listBudgets(ask.db)).filter((one) =>
    one.connections.some((id) => loads.some((load) => load.connection === id)),
  )
  const data = used.map((one) => toAnswer(one, loads, { from, to: customers }, ask.now))
  return { customers, forecast: inOneLine(customers, data), data }
}

/** Every feed of every connection; what was not measured yet weighs nothing. */
async function loadsOf({ db, now, feedsOf }: Ask): Promise<FeedLoad[]> {
  const measured = new Map(
    (await runLoads(db, now - measuredMs)).map((one) => [`${one.connectionId}\n${one.feed}`, one]),
  )
  return (await connections(db)).flatMap(({ id, vendor }) =>
    feedsOf(vendor).map(({ name, kind, everyMs }) => {
      const { requests = 0, lastsMs = 0 } = measured.get(`${id}\n${name}`) ?? {}
      return { connection: id, feed: name, first: kind === 'findings', everyMs, requests, lastsMs }
    }),
  )
}

function toAnswer(
  { name, connections: ids, rule, holdings, mood }: StoredBudget,
  loads: readonly FeedLoad[],
  customers: { from: number; to: number },
  now: number,
): BudgetAnswer {
  const pace = factorOf(mood, rule, now)
  const limit = { requests: rule.requests * pace, windowMs: rule.windowMs }
  // A further limit (`vendor:credential:write`) has no feeds of its own.
  const own = name.split(':').length > 2 ? [] : loads.filter((load) => ids.includes(load.connection))
  const told = forecast(limit, own, customers)
  const live = holdings.filter((one) => one.until > now)
  const { learned } = mood
  return {
    name,
    connections: [...ids],
    requests: rule.requests,
    window_seconds: rule.windowMs / 1000,
    guessed: rule.guessed === true,
    pace_percent: Math.round(pace * 100),
    paused_until: instantOrNull(mood.pausedUntil > now ? mood.pausedUntil : null),
    learned:
      learned === null || learned.resetAt <= now
        ? null
        : { limit: learned.limit, remaining: learned.remaining, resets_at: instant(learned.resetAt) },
    shares: live
      .filter((one) => one.holder !== '' && one.requests > 0)
      .map((one) => ({ process: one.holder, requests: one.requests, until: instant(one.until) })),
    spent: live.filter((one) => one.holder === '').reduce((sum, one) => sum + one.requests, 0),
    use_percent: Math.round(told.use * 100),
    open_late_seconds: told.openLateMs === null ? null : Math.ceil(told.openLateMs / 1000),
    feeds: told.feeds.map((one) => ({
      connection: one.connection,
      feed: one.feed,
      every_seconds: Math.round(one.everyMs / 1000),
      cycle_seconds: Math.round(one.cycleMs / 1000),
      requests: Math.round(one.requests * 10) / 10,
      late_seconds: Math.ceil(one.lateMs / 1000),
    })),
    warnings: told.warnings,
  }
}

function inOneLine(customers: number, budgets: readonly BudgetAnswer[]): string {
  const late = budgets.flatMap((one) => one.open_late_seconds ?? [])
  const who = `${customers} customer${customers === 1 ? '' : 's'}`
  if (late.length === 0) return `${who}: no incidents are read yet`
  return `${who}: oldest open incident seen at most ${Math.max(...late)} s late`
}
