import { Budget } from '../contract/budget.ts'
import { Client } from '../contract/client.ts'
import { defaultSwitches, paceOf } from '../contract/contract.ts'
import { inProcessFetch } from '../contract/in-process.ts'
import { createServer } from '../contract/server.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import type { Fetch } from '../domain/outside.ts'
import type { Connector } from './connector.ts'
import type { SandboxState } from './sandbox-vendor.ts'
import { byPrefix } from './mounts.ts'
import type { World } from './world.ts'

/** A vendor's client and sandbox, joined without sockets, on a clock that only moves when somebody sleeps. */
export interface Pair {
  client: Client
  state: SandboxState
  switches: Record<string, string>
  clock: { now: number }
  /** Straight to the server, past the client; the path is the API's own: `/incidents`. */
  serve(request: Partial<WireRequest>): Promise<WireAnswer>
}

export interface PairOptions {
  world: World
  now: number
  /** Replaces the demo key. */
  key?: string
  settings?: Record<string, string>
  switches?: Record<string, string>
  /** Sits between client and server. */
  between?: (fetch: Fetch) => Fetch
}

export function openPair(connector: Connector, options: PairOptions): Pair {
  const { contract, sandbox } = connector
  const clock = { now: options.now }
  const switches = { ...defaultSwitches(contract), ...options.switches }
  const state = sandbox.open(options.world, { now: () => clock.now, random: () => 0.5, switches })
  let requests = 0
  const server = createServer({
    contract,
    behaviours: state.behaviours,
    identify: state.identify,
    now: () => clock.now,
    switches,
    newRequestId: (request) => state.newRequestId?.(request) ?? `req_${++requests}`,
    ...(state.headers && { headers: state.headers }),
  })
  const mount = sandbox.mounts[0] ?? ''
  const serve = (request: WireRequest): Promise<WireAnswer> => {
    state.advance()
    return server(request)
  }
  const toServer = inProcessFetch((request) => {
    const mounted = byPrefix(connector, request.path)
    return serve({ ...request, ...(mounted ?? { path: request.path.slice(mount.length) || '/' }) })
  }, '127.0.0.1')
  const outside = {
    now: () => clock.now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      // A time-out timer must not drag the clock along: it only counts when nobody ends it.
      if (signal) return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      clock.now += ms
    },
    random: () => 0.5,
    fetch: options.between?.(toServer) ?? toServer,
  }
  const secret = contract.settings.find((field) => field.secret === true)?.name ?? 'apiKey'
  const key = state.keys.find((one) => one.value === options.key) ?? state.keys[0]
  const settings = {
    ...sandbox.settings,
    ...key?.settings,
    baseUrl: `http://sandbox.test${mount}`,
    [secret]: options.key ?? key?.value ?? '',
    ...options.settings,
  }
  const client = new Client(contract, settings, new Budget(paceOf(contract, settings), outside), outside)
  const bare = { method: 'GET', path: '/', search: '', headers: {}, body: '', ip: '127.0.0.1' }
  return { client, state, switches, clock, serve: (request) => serve({ ...bare, ...request }) }
}
