/**
 * backfill: the detection vendor's history of 200,000 incidents at 200 customers, read on a virtual clock: requests beside
 * the fewest possible, time beside what the vendor's own limit allows for as many.
 * Usage: npm run bench -- backfill [incidents] [customers]
 */
import Database from 'better-sqlite3'

import { loadConnectors } from '../src/connectors/registry.ts'
import { type World, seenBy } from '../src/connectors/world.ts'
import { advance } from '../src/pipeline/line.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { VirtualClock } from '../src/simulation/virtual-clock.ts'
import { keepStatements } from '../src/store/sqlite.ts'
import { openStore } from '../src/store/store.ts'
import { hubOn, report } from './support.ts'

const incidents = Number(process.argv[2] ?? 200_000)
const customers = Number(process.argv[3] ?? 200)
const day = 86_400_000
const days = 60
const start = Date.UTC(2026, 0, 5)
const now = start + 100 * day
const pageSize = 1000
const perMinute = 60

/** As many incidents as asked for, to within the chance of the attacks. */
function makeBacklog(): World {
  const attacksPerCustomerDay = incidents / customers / days / 2.48 // incidents an attack, on average
  const made = makeWorld({ seed: 1, customers, start, days, attacksPerCustomerDay })
  return { ...made, happenings: made.happenings.filter((one) => seenBy(one, 'soc')) }
}

/** What the sandbox's limit lets through at once is free; after that, so many a minute. */
function fastestMs(requests: number): number {
  return Math.floor((requests - 1) / perMinute) * 60_000
}

const world = makeBacklog()
const connectors = (await loadConnectors()).filter((one) => one.contract.vendor === 'rocketcyber')
const clock = new VirtualClock(now)
const outside = { now: clock.now, sleep: clock.sleep, random: () => 0.5 }
const sandbox = new Sandbox(connectors, world, outside)
const store = await openStore({ kind: 'sqlite', database: keepStatements(new Database(':memory:')) })
const hub = hubOn(store, connectors, sandbox, { ...outside, fetch: sandbox.fetch() })

async function readAll(kind: string): Promise<void> {
  for (const live of hub.live) {
    for (const feed of live.connector.feeds.filter((one) => one.kind === kind)) {
      const run = await syncFeed(hub, live, feed)
      if (run?.outcome !== 'ok') throw new Error(`${feed.name}: ${run?.outcome} ${run?.error}`)
    }
  }
  await advance(hub)
}

const wall = performance.now()
let over = false
const reading = readAll('customers')
  .then(() => readAll('findings'))
  .finally(() => (over = true))
await clock.run(Infinity, () => over)
await reading

const requests = Object.values(sandbox.requests).reduce((sum, count) => sum + count, 0)
const each = Map.groupBy(world.happenings, (one) => one.customer.number)
const pages = [...each.values()].reduce((sum, list) => sum + Math.ceil(list.length / pageSize), 0)
const fewest = pages + 1 // and one for the list of customers
const took = clock.now() - now
const found = await store.db
  .selectFrom('findings')
  .select((eb) => eb.fn.countAll<number>().as('n'))
  .executeTakeFirstOrThrow()
console.log(
  `backfill: ${found.n.toLocaleString('en')} of ${world.happenings.length.toLocaleString('en')} incidents at ${customers} customers: ` +
    `${requests} requests of ${fewest} at least, ${took / 1000} s of ${fastestMs(fewest) / 1000} s at the limit ` +
    `(${((performance.now() - wall) / 1000).toFixed(0)} s of work)`,
)
if (found.n !== world.happenings.length) throw new Error('incidents are missing')
report('backfill', 'of the fewest requests', requests / fewest, 'at most', 1.02)
report('backfill', "of the time at the vendor's limit", took / fastestMs(fewest), 'at most', 1.02)
