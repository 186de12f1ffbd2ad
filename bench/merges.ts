/**
 * merges: how well what belongs together is put together, in worlds with seeds that nobody chose. What the vendors show by
 * a week's end is read from their pages, then put into cases in the order in which they showed it, batch by batch; a case
 * stands for its ticket. Without faults and people: `watchfloor simulate` has those, at a minute a world.
 * Usage: npm run bench -- merges [worlds, default 20] [first seed]
 */
import { randomInt } from 'node:crypto'

import { type Raised, referenceOf } from '../src/connectors/sandbox-vendor.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import type { Finding } from '../src/domain/finding.ts'
import { keepCases } from '../src/pipeline/correlate.ts'
import { advance } from '../src/pipeline/line.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { type Grouped, grouping, groupingByStory } from '../src/simulation/grouping.ts'
import { memoryHandle } from '../src/store/sqlite-file.ts'
import { findingsSince } from '../src/store/findings.ts'
import { type Store, openStore } from '../src/store/store.ts'
import { storyTable } from '../src/surfaces/cli/story-table.ts'
import { hubOn, report, walkingClock } from './support.ts'

const worlds = Number(process.argv[2] ?? 20)
const first = Number(process.argv[3] ?? randomInt(2 ** 31))
const start = Date.UTC(2026, 0, 5)
const day = 86_400_000
/** A hub looks at its vendors about so often. */
const batchMs = 60_000
const connectors = await loadConnectors()

/** A record that the vendors showed, and what the hub made of it. */
interface Shown {
  raised: Raised
  finding: Finding
}

/** A week of twenty customers, in the order in which it was shown. */
async function readWorld(seed: number): Promise<Shown[]> {
  const world = makeWorld({ seed, customers: 20, start, days: 7 })
  // What happened last is shown hours later.
  const clock = walkingClock(start + 7.5 * day)
  const sandbox = new Sandbox(connectors, world, clock)
  return withStore(async (store) => {
    const hub = hubOn(store, connectors, sandbox, { ...clock, fetch: sandbox.fetch() })
    for (const kind of ['customers', 'inventory', 'findings']) {
      for (const live of hub.live) {
        for (const feed of live.connector.feeds.filter((one) => one.kind === kind)) {
          const run = await syncFeed(hub, live, feed)
          if (run?.outcome === 'failed') throw new Error(`${feed.name}: ${run.error}`)
        }
        await advance(hub)
      }
    }
    const findings = new Map((await findingsSince(store.db, 0)).map((one) => [nameOf(one), one]))
    return sandbox
      .truth()
      .raised.map((raised) => ({ raised, finding: foundIn(findings, raised) }))
      .toSorted((a, b) => a.raised.shownAt - b.raised.shownAt)
  })
}

function nameOf({ connectionId, feed, vendorId }: Finding): string {
  return referenceOf(connectionId, feed, vendorId)
}

function foundIn(findings: ReadonlyMap<string, Finding>, { reference }: Raised): Finding {
  const finding = findings.get(reference)
  if (finding === undefined) throw new Error(`${reference} was shown and not read`)
  return finding
}

/** The case of each finding, by its id. */
async function casesOf(shown: readonly Shown[]): Promise<Map<string, string>> {
  return withStore(async (store) => {
    const batches = Map.groupBy(shown, ({ raised }) => Math.floor(raised.shownAt / batchMs))
    for (const [at, batch] of batches) {
      const findings = batch.map(({ finding }) => finding)
      await store.transaction((tx) => keepCases(tx, findings, (at + 1) * batchMs))
    }
    return new Map((await findingsSince(store.db, 0)).map(({ id, caseId }) => [id, caseId ?? '']))
  })
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ kind: 'sqlite', database: memoryHandle() })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const raised: Raised[] = []
const tickets = new Map<Raised, string>()
for (let seed = first; seed < first + worlds; seed++) {
  const shown = await readWorld(seed)
  const cases = await casesOf(shown)
  for (const one of shown) {
    const own = { ...one.raised, attack: `${seed} ${one.raised.attack}` }
    raised.push(own)
    tickets.set(own, `${seed} ${cases.get(one.finding.id)}`)
  }
}
const parts: Grouped = { raised, ticketsOf: (one) => [tickets.get(one) ?? ''], merged: new Set() }
const all = grouping(parts)
console.log(`merges: ${worlds} worlds from seed ${first} on`)
console.log(storyTable(groupingByStory(parts), all, undefined))
report(
  'merges',
  `wrong merges of ${all.tickets} tickets`,
  (100 * all.wrongMerges) / all.tickets,
  'at most',
  1,
  ' %',
)
report('merges', 'of the records need no ticket of their own', 100 * all.noiseReduction, 'at least', 60, ' %')
