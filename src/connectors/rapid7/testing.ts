import type { Fetch } from '../../domain/outside.ts'
import { Holding } from '../conformance.ts'
import type { Feed } from '../feed.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import type { World } from '../world.ts'
import connector from './index.ts'
import { slight } from './sandbox-make.ts'
import { insightOf } from './sandbox-world.ts'

/** What the tests of this folder share. */
export const start = Date.parse('2026-06-01T00:00:00Z')
export const hour = 3_600_000
export const day = 24 * hour
export const parent = connector.sandbox.settings['organizationId'] ?? ''

export function feedOf(name: string): Feed {
  const found = connector.feeds.find((feed) => feed.name === name)
  if (found === undefined) throw new Error(`no feed ${name}`)
  return found
}

/** A demo key by its name. */
export function keyOf(pair: Pair, name: string): string {
  return pair.state.keys.find((key) => key.name === name)?.value ?? ''
}

export interface Told<Body> {
  status: number
  body: Body
  text: string
  headers: Record<string, string>
}

/** Straight to the server, as an organization of the multi-tenant key (the parent, when none is named). */
export type Ask<Body> = (
  line: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Told<Body>>

export interface Setup<Body> {
  pair: Pair
  world: World
  /** Requests of the client, without the prefix, with the organization that they are about. */
  requests: string[]
  ask: Ask<Body>
  customers: string[]
  run(holding: Holding, feed: string): Promise<void>
}

type Options = Partial<PairOptions> & { customers?: number; days?: number; attacks?: number }
type MakeWorld = (
  plan: Pick<World, 'seed' | 'start'> & { customers: number; days: number; attacksPerCustomerDay: number },
) => World

/** A layer to the right makes the worlds; it is handed in. `Body` is what a test takes an answer's body for. */
export function settingUp<Body>(makeWorld: MakeWorld): (options?: Options) => Promise<Setup<Body>> {
  return (options = {}) => setUp(makeWorld, options)
}

async function setUp<Body>(makeWorld: MakeWorld, options: Options): Promise<Setup<Body>> {
  const { customers: count = 4, days = 4, attacks = 2 } = options
  const world = makeWorld({ seed: 7, customers: count, start, days, attacksPerCustomerDay: attacks })
  const requests: string[] = []
  const between = (fetch: Fetch): Fetch => {
    const inner = options.between?.(fetch) ?? fetch
    return (url, init) => {
      const about = init.headers['r7-organization-id'] ?? ''
      requests.push(`${init.method} ${decodeURIComponent(url.slice(url.indexOf('/us/') + 3))} @${about}`)
      return inner(url, init)
    }
  }
  const switches = { rateLimit: '0', ...options.switches }
  const pair = openPair(connector, { world, now: start + 2 * day, ...options, switches, between })
  const found = new Holding()
  await found.run(feedOf('customers'), pair.client, pair.clock.now, [])
  const customers = [...found.latest.keys()]
  requests.length = 0
  const run = (holding: Holding, feed: string): Promise<void> =>
    holding.run(feedOf(feed), pair.client, pair.clock.now, customers)
  return { pair, world, requests, ask: askOf(pair), customers, run }
}

function askOf<Body>(pair: Pair): Ask<Body> {
  return async (line, body, headers = {}) => {
    const [method = 'GET', target = '/'] = line.split(' ')
    const [path = '/', search = ''] = target.split('?')
    const own = {
      'x-api-key': pair.state.keys[0]?.value,
      'r7-organization-id': parent,
      'content-type': 'application/json',
    }
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await pair.serve({ method, path, search, headers: { ...own, ...headers }, body: text })
    return {
      status: answer.status,
      text: answer.body,
      body: parsed(answer.body) as Body,
      headers: answer.headers,
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What the sandbox has shown by now, from the world alone: attack → whether all that is shown of it is resolved. */
export function attacksShown(world: World, now: number): Map<string, { closed: boolean; alerts: number }> {
  const seen = world.happenings.flatMap((one) => insightOf(one) ?? [])
  const shown = seen.filter((one) => one.shownAt <= now && !slight.has(one.severity))
  return new Map(
    [...Map.groupBy(shown, (one) => one.attack)].map(([attack, all]) => [
      attack,
      { closed: all.every((one) => one.resolvedAt !== null && one.resolvedAt <= now), alerts: all.length },
    ]),
  )
}
