import type { Connector } from '../connectors/connector.ts'
import type { DemoKey, Filed, Raised, SandboxState } from '../connectors/sandbox-vendor.ts'
import { type Mounted, type Prefix, below, byHost, hostsOf, prefixesOf } from '../connectors/mounts.ts'
import type { World } from '../connectors/world.ts'
import { defaultSwitches } from '../contract/contract.ts'
import { inProcessFetch } from '../contract/in-process.ts'
import { createServer } from '../contract/server.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import type { Fetch, Outside } from '../domain/outside.ts'
import { Faults } from './faults.ts'
import type { Habit } from './habits.ts'
import { type Desk, type LoggedDeed, People } from './people.ts'

/** One vendor, served. */
interface Stand {
  connector: Connector
  state: SandboxState
  switches: Record<string, string>
  server: (request: WireRequest) => Promise<WireAnswer>
}

/** Where a client can be pointed to, and with which key. */
export interface DemoConnection {
  vendor: string
  baseUrl: string
  keys: readonly DemoKey[]
  [setting: string]: unknown
}

/** Where the sandbox listens. */
export interface Served {
  /** `http://127.0.0.1:4500` */
  origin: string
  /** Over HTTPS: the certificate of the authority that a client has to trust. */
  caFile?: string
}

export interface ServedConnection extends DemoConnection {
  /** The vendor's own host names, which lead here too. */
  hosts: string[]
  caFile?: string
}

export type FiledAt = Filed & { vendor: string }

/** All vendors' APIs over one made-up world; the same object runs behind a port and inside a test. */
export class Sandbox {
  readonly world: World
  readonly faults: Faults
  /** Requests served, by vendor. */
  readonly requests: Record<string, number> = {}
  readonly #stands = new Map<string, Stand>()
  /** By the first part of the path, in the order in which they are tried. */
  readonly #prefixes: ReadonlyMap<string, readonly { stand: Stand; prefix: Prefix }[]>
  readonly #people: People
  readonly #now: () => number

  /** Without habits nobody works at the ticketing vendors. */
  constructor(
    connectors: readonly Connector[],
    world: World,
    outside: Omit<Outside, 'fetch'>,
    habits: readonly Habit[] = [],
  ) {
    this.world = world
    this.faults = new Faults(outside)
    this.#now = outside.now
    for (const connector of connectors)
      this.#stands.set(connector.contract.vendor, stand(connector, world, outside))
    const prefixes = [...this.#stands.values()].flatMap((one) =>
      prefixesOf(one.connector).map((prefix) => ({ stand: one, prefix })),
    )
    this.#prefixes = Map.groupBy(prefixes, ({ prefix }) => firstPart(prefix.mount))
    this.#people = new People(world, habits.length === 0 ? [] : desksOf(this.#stands), habits)
  }

  /** Serves by path prefix, or by the vendor's own host name. Throws Dropped for a broken connection. */
  async serve(request: WireRequest): Promise<WireAnswer> {
    const found = this.#find(request)
    if (found === undefined)
      return notHere([...this.#stands.values()].flatMap((one) => one.connector.sandbox.mounts))
    const { vendor } = found.stand.connector.contract
    this.requests[vendor] = (this.requests[vendor] ?? 0) + 1
    return this.faults.around(vendor, { ...request, path: found.path, mount: found.mount }, (inner) => {
      found.stand.state.advance()
      this.#people.advance(this.#now())
      return found.stand.server(inner)
    })
  }

  /** A `fetch` that leads here without sockets. */
  fetch(ip = '127.0.0.1'): Fetch {
    return inProcessFetch((request) => this.serve(request), ip)
  }

  connections(origin: string): DemoConnection[] {
    return [...this.#stands.values()].map(({ connector, state }) => ({
      vendor: connector.contract.vendor,
      baseUrl: `${origin}${connector.sandbox.mounts[0] ?? ''}`,
      keys: state.keys,
      ...connector.sandbox.settings,
      ...state.keys[0]?.settings,
    }))
  }

  /** The same, with all that a client on this machine has to know. */
  served({ origin, caFile }: Served): ServedConnection[] {
    return this.connections(origin).map((one) => {
      const { connector } = this.#stands.get(one.vendor) ?? {}
      const hosts = connector === undefined ? [] : hostsOf(connector)
      return { ...one, hosts, ...(caFile !== undefined && { caFile }) }
    })
  }

  switches(): Record<string, Record<string, string>> {
    return Object.fromEntries([...this.#stands].map(([vendor, one]) => [vendor, one.switches]))
  }

  /** By name alone, at every vendor that has such a switch. */
  setSwitches(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values))
      for (const vendor of this.#stands.keys()) this.setSwitch(vendor, name, value)
  }

  /** Says in one line what is wrong with it, or undefined when it is set. */
  setSwitch(vendor: string, name: string, value: string): string | undefined {
    const one = this.#stands.get(vendor)
    if (one === undefined) return `no vendor ${vendor}: use ${[...this.#stands.keys()].join(', ')}`
    const rules = one.connector.contract.switches
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) return `no switch ${name}: use ${Object.keys(rules).join(', ')}`
    if (rule.free !== true && !rule.values.includes(value)) return `${name} takes ${rule.values.join(', ')}`
    one.switches[name] = value
    return undefined
  }

  /** The technicians end their work: what they did last can still be read. */
  closeDesks(): void {
    this.#people.goHome()
  }

  /** Ground truth, for the score alone. */
  truth(): { raised: Raised[]; filed: FiledAt[]; deeds: LoggedDeed[] } {
    const stands = [...this.#stands]
    for (const [, { state }] of stands) state.advance()
    return {
      raised: stands.flatMap(([, { state }]) => state.raised?.() ?? []),
      filed: stands.flatMap(([vendor, { state }]) =>
        (state.filed?.() ?? []).map((ticket) => ({ ...ticket, vendor })),
      ),
      deeds: this.#people.log,
    }
  }

  #find({ path, headers }: WireRequest): ({ stand: Stand } & Mounted) | undefined {
    for (const { stand, prefix } of this.#prefixes.get(firstPart(path)) ?? []) {
      const mounted = below(prefix, path)
      if (mounted !== undefined) return { stand, path: mounted.path, mount: mounted.mount }
    }
    for (const stand of this.#stands.values()) {
      const mounted = byHost(stand.connector, headers['host'] ?? '', path)
      if (mounted !== undefined) return { stand, path: mounted.path, mount: mounted.mount }
    }
    return undefined
  }
}

/** `/syncro` of `/syncro/api/v1/tickets`. */
function firstPart(path: string): string {
  const end = path.indexOf('/', 1)
  return end < 0 ? path : path.slice(0, end)
}

function desksOf(stands: ReadonlyMap<string, Stand>): Desk[] {
  return [...stands].flatMap(([vendor, { state }]) => {
    const { people } = state
    const textOf = (ticketId: string): string =>
      state.filed?.().find((one) => one.ticketId === ticketId)?.text ?? ''
    return people === undefined ? [] : [{ vendor, people, textOf }]
  })
}

function stand(connector: Connector, world: World, outside: Omit<Outside, 'fetch'>): Stand {
  const { contract } = connector
  const switches = defaultSwitches(contract)
  const { now, random } = outside
  const state = connector.sandbox.open(world, { now, random, switches })
  let count = 0
  const server = createServer({
    contract,
    behaviours: state.behaviours,
    identify: (key, request) => state.identify(key, request),
    now,
    switches,
    newRequestId: (request) => state.newRequestId?.(request) ?? `req_${String(++count).padStart(12, '0')}`,
    ...(state.headers && { headers: state.headers }),
  })
  return { connector, state, switches, server }
}

function notHere(mounts: string[]): WireAnswer {
  const body = `<!doctype html><title>Not found</title><p>Nothing is served here. APIs: ${mounts.join(', ')}</p>`
  return { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}
