import type { Connector } from '../../connectors/connector.ts'
import { control } from '../../sandbox/control.ts'
import { SandboxClock } from '../../sandbox/sandbox-clock.ts'
import { Sandbox, type Served } from '../../sandbox/sandbox.ts'
import { type Scenario, scenarios } from '../../sandbox/scenarios.ts'
import { makeWorld } from '../../sandbox/world.ts'
import type { WireAnswer, WireRequest } from '../../contract/wire.ts'
import type { Log } from '../../pipeline/hub.ts'
import { type Listener, listen } from '../http.ts'
import type { Program } from './program.ts'
import type { SandboxTls } from './sandbox-tls.ts'

const hour = 3_600_000
const day = 24 * hour

export interface SandboxPlan {
  seed: number
  customers: number
  port: number
  tls?: SandboxTls
  /** Default: the first. */
  scenario?: Scenario
  /** Sandbox seconds for one real second; default 1. */
  speed?: number
  log: Log
}

/** The sandbox behind a port: three days of history, and a month to come, on a clock that can be driven. */
export async function serveSandbox(
  { outside }: Program,
  connectors: readonly Connector[],
  { seed, customers, port, tls, scenario = scenarios[0], speed = 1, log }: SandboxPlan,
): Promise<{ sandbox: Sandbox; listener: Listener }> {
  const clock = new SandboxClock(outside.now, speed)
  const world = makeWorld({ seed, customers, ...worldOf(scenario, clock.now(), monthsFor(speed, customers)) })
  const sandbox = new Sandbox(connectors, world, { ...outside, now: clock.now }, scenario.habits)
  sandbox.faults.rules.push(...scenario.faults)
  sandbox.setSwitches(scenario.switches)
  const own: Served = { origin: '', ...(tls && { caFile: tls.caFile }) }
  const listener = await listen(
    async (request) => {
      if (!request.path.startsWith('/_sandbox')) return sandbox.serve(request)
      return (await reference(connectors, request)) ?? control(sandbox, request, own, clock)
    },
    {
      port,
      host: '127.0.0.1',
      variable: 'SANDBOX_PORT',
      onError: (trouble) => log('error', 'the sandbox failed at a request', trouble),
      ...(tls && { tls }),
    },
  )
  own.origin = listener.origin
  return { sandbox, listener }
}

/** A faster clock uses up more of the future; a large provider has less of it in store. */
function monthsFor(speed: number, customers: number): number {
  return Math.max(1, Math.min(speed, Math.floor(400 / customers)))
}

function worldOf({ attacksPerCustomerDay, stories, wave }: Scenario, now: number, months: number) {
  const story = stories.find(({ name }) => name === wave?.story)
  const from = now + (wave?.afterHours ?? 0) * hour
  return {
    start: now - 3 * day,
    days: 3 + 30 * months,
    attacksPerCustomerDay,
    stories,
    ...(wave && story && { wave: { story, share: wave.share, from, to: from + wave.withinHours * hour } }),
  }
}

/** What the sandbox serves, to be read. */
async function reference(
  connectors: readonly Connector[],
  { method, path }: WireRequest,
): Promise<WireAnswer | undefined> {
  const asked = /^(\/_sandbox\/reference)(?:\/([\w-]*))?$/.exec(path)
  if (method !== 'GET' || asked === null) return undefined
  const [, base = '', name = ''] = asked
  const { referenceFor } = await import('../reference-page.ts')
  const apis = connectors.map(({ contract, notes = '' }) => ({ contract, notes }))
  const body = await referenceFor(apis, name, base)
  if (body === undefined) return undefined
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}
