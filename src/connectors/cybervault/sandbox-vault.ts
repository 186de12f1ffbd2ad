import { type Listing, listed } from '../../contract/listing.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { digest } from '../../domain/id.ts'
import type { SandboxOptions } from '../sandbox-vendor.ts'
import type { World } from '../world.ts'
import { actionList } from './actions.ts'
import { reportList } from './compliance.ts'
import { stampOf, timeOf } from './fields.ts'
import { incidentList } from './incidents.ts'
import { type Environment, type KeyIdentity, identityOf } from './keys.ts'
import { type ListSpec, readAsked } from './listing.ts'
import { printed } from './printing.ts'
import { Table } from './sandbox-table.ts'
import { type Tenant, tenantsOf } from './sandbox-tenants.ts'
import { threatList } from './threats.ts'
import type { Row } from './values.ts'

/** What one tenant has in one environment. Production and sandbox never mix. */
export class Space {
  readonly tenant: Tenant
  readonly environment: Environment
  readonly threats = new Table(threatList)
  readonly incidents = new Table(incidentList)
  readonly actions = new Table(actionList)
  readonly reports = new Table(reportList)
  /** What was handed in, by assessment. */
  readonly payloads = new Map<string, unknown>()
  /** By incident, oldest first. */
  readonly timelines = new Map<string, Row[]>()
  /** Incidents by assessment. */
  readonly incidentsOf = new Map<string, Set<string>>()

  constructor(tenant: Tenant, environment: Environment) {
    this.tenant = tenant
    this.environment = environment
  }

  get mock(): boolean {
    return this.environment === 'sandbox'
  }
}

const told = listed((row: Row, { switches }) => printed(row, switches))

export type Kind = 'threats' | 'incidents' | 'actions' | 'reports'

/** The whole platform: every tenant's spaces, the clock and what is to happen by it. */
export class Vault {
  readonly world: World
  readonly switches: Record<string, string>
  readonly tenants: Map<number, Tenant>
  /** Tenants whose lists somebody has read. */
  readonly read = new Set<string>()
  readonly #spaces = new Map<string, Space>()
  readonly #spaceOf = new WeakMap<KeyIdentity, Space>()
  readonly #now: () => number
  readonly #agenda: { at: number; act: (at: number) => void }[] = []
  #ids = 0

  constructor(world: World, { now, switches }: SandboxOptions) {
    this.world = world
    this.switches = switches
    this.#now = now
    this.tenants = tenantsOf(world)
  }

  now(): number {
    return this.#now()
  }

  newId(prefix: string): string {
    return `${prefix}_${digest(`${this.world.seed} ${prefix} ${++this.#ids}`).slice(0, 12)}`
  }

  space(tenant: Tenant, environment: Environment): Space {
    const name = `${tenant.id}/${environment}`
    const space = this.#spaces.get(name) ?? new Space(tenant, environment)
    this.#spaces.set(name, space)
    return space
  }

  spaceOf(call: Call): Space {
    const identity = identityOf(call)
    const known = this.#spaceOf.get(identity)
    if (known !== undefined) return known
    const { tenantId, environment } = identity
    const tenant = [...this.tenants.values()].find(({ id }) => id === tenantId)
    if (tenant === undefined) throw new Error(`no tenant ${tenantId}`)
    const space = this.space(tenant, environment)
    this.#spaceOf.set(identity, space)
    return space
  }

  /** Steps 12 and 13 of the ladder. An id of the other environment is simply not there. */
  find(call: Call, kind: Kind, id: string | undefined): Row {
    const own = this.spaceOf(call)
    const found = own[kind].get(id ?? '')
    if (found !== undefined) return found
    const others = [...this.#spaces.values()].filter(({ environment }) => environment === own.environment)
    if (
      call.switches['foreignIds'] !== '404' &&
      others.some((space) => space[kind].get(id ?? '') !== undefined)
    ) {
      throw new Refusal(403, 'tenant_access_denied', `${id} belongs to another tenant.`)
    }
    throw notFound(id)
  }

  /** A list of a table, without what is too fresh to be shown. */
  list(call: Call, spec: ListSpec, table: Table, keep: (row: Row) => boolean = () => true): Listing<Row> {
    const lag = Number(this.switches['listLagSeconds'] ?? 0) * 1000
    const shown = (row: Row): boolean =>
      lag === 0 || (timeOf(String(row['updated_at'] ?? row['created_at'])) ?? 0) + lag <= call.now
    const rows = table.select(readAsked(spec, call), (row) => keep(row) && shown(row))
    return told(rows, call)
  }

  /** Something that the clock brings about. */
  later(at: number, act: (at: number) => void): void {
    const place = this.#agenda.findLastIndex((one) => one.at <= at) + 1
    this.#agenda.splice(place, 0, { at, act })
  }

  advance(until = this.now()): void {
    for (let next = this.#agenda[0]; next !== undefined && next.at <= until; next = this.#agenda[0]) {
      this.#agenda.shift()
      next.act(next.at)
    }
  }

  /** One more line in the story of an incident. */
  tell(
    space: Space,
    incidentId: string,
    at: number,
    line: { actor: string; kind: string; message: string; data?: Row },
  ): void {
    const lines = space.timelines.get(incidentId) ?? []
    // Within a second, lines stay in the order of their ids.
    const id = `tl_${(++this.#ids).toString(16).padStart(12, '0')}`
    const { actor, kind, message, data = {} } = line
    space.timelines.set(incidentId, [...lines, { id, at: stampOf(at), actor, kind, message, data }])
  }
}

export function notFound(id: string | undefined): Refusal {
  return new Refusal(404, 'resource_not_found', `There is no ${id}.`)
}

export function badField(field: string, issue: string, code = 'invalid_request'): Refusal {
  return new Refusal(400, code, `${field}: ${issue}`, { fields: [{ field, issue }] })
}

export function wrongState(message: string): Refusal {
  return new Refusal(400, 'invalid_state_transition', message)
}

/** A list that is made on the spot: all of its rows, in the order asked for. */
export function inMemory(call: Call, spec: ListSpec, rows: Iterable<Row>): Listing<Row> {
  const table = new Table(spec)
  for (const row of rows) table.put(row)
  return told(table.select(readAsked(spec, call)), call)
}
