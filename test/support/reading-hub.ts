import { list } from '../../src/api/handlers/coverage.ts'
import type { CoverageAnswer } from '../../src/api/operations/coverage.ts'
import { loadConnectors } from '../../src/connectors/registry.ts'
import type { Fetch, FetchAnswer, Outside } from '../../src/domain/outside.ts'
import { randomFrom } from '../../src/domain/random.ts'
import type { Run } from '../../src/domain/run.ts'
import type { Hub } from '../../src/pipeline/hub.ts'
import { advance } from '../../src/pipeline/line.ts'
import { deliver, hasOutbox } from '../../src/pipeline/outbox.ts'
import { allProtections } from '../../src/pipeline/protections.ts'
import { syncFeed } from '../../src/pipeline/sync.ts'
import { Vendors } from '../../src/pipeline/vendors.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { makeWorld } from '../../src/sandbox/world.ts'
import { connectAll } from '../../src/simulation/connect.ts'
import { putConnection } from '../../src/store/connections.ts'
import { openStore } from '../../src/store/store.ts'
import { freshSqlite } from '../../src/store/testing.ts'

const start = Date.UTC(2026, 0, 5)
const day = 86_400_000

/** A detection vendor and the desk, in one process, on a clock that moves in sleeps alone. */
export async function openReadingHub(
  between: (fetch: Fetch) => Fetch,
  detector = 'rocketcyber',
  attacksPerCustomerDay = 4,
) {
  const connectors = (await loadConnectors()).filter(
    (one) => one.desk !== undefined || one.contract.vendor === detector,
  )
  const clock = { now: start + 4 * day }
  const random = randomFrom(7)
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) clock.now += ms
    else await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  }
  const world = makeWorld({ seed: 7, customers: 3, start, days: 3, attacksPerCustomerDay })
  const inside = { now: () => clock.now, sleep, random }
  const sandbox = new Sandbox(connectors, world, inside)
  const outside: Outside = { ...inside, fetch: between(sandbox.fetch()) }
  const store = await openStore(await freshSqlite())
  const live = connectAll(new Vendors(connectors, outside), sandbox, clock.now)
  for (const { connection } of live) await putConnection(store.db, { ...connection, secrets: '' })
  const hub: Hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
  const feeds = live.flatMap((one) => one.connector.feeds.map((feed) => ({ live: one, feed })))
  /** Reads everything once, customers first, and takes it down the line to the tickets. */
  const turn = async (): Promise<Run[]> => {
    const runs: Run[] = []
    for (const kind of ['customers', 'findings']) {
      for (const { live: one, feed } of feeds.filter((each) => each.feed.kind === kind)) {
        const run = await syncFeed(hub, one, feed)
        if (run !== undefined) runs.push(run)
      }
      await advance(hub)
    }
    for (const one of live.filter(hasOutbox)) while (((await deliver(hub, one)) ?? 0) > 0) clock.now += 1000
    return runs
  }
  const feedsOf = (vendor: string) => connectors.find((one) => one.contract.vendor === vendor)?.feeds ?? []
  const coverage = async (): Promise<CoverageAnswer[]> =>
    (await list({ db: store.db, now: clock.now, feedsOf }, { limit: 200 })).data
  return { hub, sandbox, store, clock, turn, coverage }
}

/** Lets a test rewrite what a list of the vendor answers with. */
export function rewriting(path: RegExp, rewrite: (body: any, url: URL) => unknown): (fetch: Fetch) => Fetch {
  return (fetch) => async (url, init) => {
    const answer = await fetch(url, init)
    if (init.method !== 'GET' || !path.test(new URL(url).pathname) || answer.status !== 200) return answer
    return answerWith(answer, JSON.stringify(rewrite(JSON.parse(await answer.text()), new URL(url))))
  }
}

export function answerWith(answer: FetchAnswer, text: string, status = 200): FetchAnswer {
  return { status, headers: answer.headers, text: async () => text }
}
