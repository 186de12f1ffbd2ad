import { expect, test } from 'vitest'

import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Holding } from '../conformance.ts'
import type { Feed } from '../connector.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import type { World } from '../world.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000
const minute = 60_000

const feed = (name: string): Feed => connector.feeds.find((one) => one.name === name)!

interface Open {
  pair: Pair
  world: World
  requests: string[]
  incidents: Holding
  customers: string[]
  run(): Promise<void>
}

async function setUp(
  options: Partial<PairOptions> & { customers?: number; days?: number } = {},
): Promise<Open> {
  const world = makeWorld({ seed: 7, customers: options.customers ?? 8, start, days: options.days ?? 4 })
  const requests: string[] = []
  const between = (fetch: Fetch): Fetch => {
    const inner = options.between?.(fetch) ?? fetch
    return (url, init) => {
      requests.push(decodeURIComponent(url.slice(url.indexOf('/v3') + 3)))
      return inner(url, init)
    }
  }
  const pair = openPair(connector, {
    world,
    now: start + 2 * day,
    switches: { rateLimit: '0' },
    ...options,
    between,
  })
  const found = new Holding()
  await found.run(feed('customers'), pair.client, pair.clock.now, [])
  const customers = [...found.latest.keys()]
  requests.length = 0
  const incidents = new Holding()
  const run = (): Promise<void> => incidents.run(feed('incidents'), pair.client, pair.clock.now, customers)
  return { pair, world, requests, incidents, customers, run }
}

/** What the vendor shows by now, and to whom it belongs. */
function truth(world: World, now: number): Map<string, string> {
  const shown = world.happenings.filter((one) => one.shownAt <= now)
  return new Map(shown.map((one) => [String(13_000_000 + one.number), String(1000 + one.customer.number)]))
}

function owners(holding: Holding): Map<string, string | null> {
  return new Map([...holding.latest.values()].map((row) => [row.vendorId, row.customerId]))
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

test('the first run reads every incident with its customer, in as few requests as possible', async () => {
  const { pair, world, requests, incidents, customers, run } = await setUp()
  await run()
  expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  expect(requests).toHaveLength(customers.length)
  expect(incidents.incomplete).toEqual([])
})

test('then a cycle with nothing new costs three requests, and no row', async () => {
  const { pair, requests, incidents, run } = await setUp()
  await run()
  pair.clock.now += 1
  await run()
  requests.length = 0
  const { batches } = incidents
  await run()
  expect(requests).toHaveLength(3)
  expect(incidents.batches - batches).toBe(1)
})

test('new incidents are found and attributed by halving, resolutions are seen, for two days of cycles', async () => {
  const { pair, world, requests, incidents, run } = await setUp({ customers: 8 })
  await run()
  requests.length = 0
  let cycles = 0
  for (; pair.clock.now < start + 4 * day; pair.clock.now += 5 * minute) {
    await run()
    cycles++
  }
  await run()
  expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  const open = [...incidents.latest.values()].filter((row) => row.open).map((row) => row.vendorId)
  const really = world.happenings.filter(
    (one) => one.shownAt <= pair.clock.now && !(one.resolvedAt !== null && one.resolvedAt <= pair.clock.now),
  )
  expect(open.toSorted()).toEqual(really.map((one) => String(13_000_000 + one.number)).toSorted())
  const news = world.happenings.filter(
    (one) => one.shownAt > start + 2 * day && one.shownAt <= pair.clock.now,
  ).length
  // Three a cycle, some for the reconciles, and for each new incident at most log2(8) and one to make sure.
  expect(requests.length).toBeLessThanOrEqual(cycles * 3 + 10 + news * 4)
  expect(incidents.incomplete).toEqual([])
})
