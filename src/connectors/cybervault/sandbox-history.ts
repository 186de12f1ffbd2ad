import { digest } from '../../domain/id.ts'
import { type Raised, referenceOf } from '../sandbox-vendor.ts'
import { type Happening, type World, seenBy } from '../world.ts'
import type { Submission } from './payloads.ts'
import { changeIncident } from './sandbox-incidents.ts'
import type { Lists } from './sandbox-rule.ts'
import { moveThreat, submit } from './sandbox-threats.ts'
import { addressOf, hashOf, isBruteForce, quietSubmission, toSubmission } from './sandbox-telemetry.ts'
import type { Tenant } from './sandbox-tenants.ts'
import type { Space, Vault } from './sandbox-vault.ts'
import { assessment, isFinding } from './threats.ts'

/** What the world's attacks look like here: sensors hand in telemetry, the engine judges, analysts resolve. */

/** Seven in nine attacks are seen here; the others only by the other vendors. */
function isCovered({ attack }: Happening): boolean {
  return Number.parseInt(digest(`cybervault ${attack}`).slice(0, 6), 16) % 9 < 7
}

const eicar = [
  '44d88612fea8a8f36de82e1278abb02f',
  '3395856ce81f2b7382dee72602f798b642f14140',
  '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
]
/** Of the empty file. */
const good = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'd41d8cd98f00b204e9800998ecf8427e',
]

/** Known from the start: the same telemetry has the same score on every day. */
export function listsOf(world: World): (switches: Record<string, string>) => Lists {
  const seen = world.happenings.flatMap((one) => seenBy(one, 'endpoint') ?? [])
  const badHashes = new Set([...eicar, ...seen.flatMap((one) => hashOf(one) ?? [])])
  const badAddresses = new Set(seen.filter(isBruteForce).map(addressOf))
  const goodHashes = new Set(good)
  return (switches) => {
    const allowedTools = new Set((switches['allowedTools'] ?? '').toLowerCase().split(','))
    return { badHashes, goodHashes, badAddresses, allowedTools }
  }
}

const quietEvery = 6 * 3_600_000

export class History {
  readonly #vault: Vault
  readonly #lists: ReturnType<typeof listsOf>
  readonly #happenings: { happening: Happening; tenant: Tenant }[]
  readonly #raised: { raised: Raised; tenantId: string }[] = []
  #next = 0
  #quiet = 0

  constructor(vault: Vault, lists: ReturnType<typeof listsOf>) {
    this.#vault = vault
    this.#lists = lists
    this.#happenings = vault.world.happenings
      .flatMap((one) => {
        const tenant = vault.tenants.get(one.customer.number)
        const happening = seenBy(one, 'endpoint')
        return tenant !== undefined && happening !== undefined && isCovered(happening)
          ? [{ happening, tenant }]
          : []
      })
      .toSorted((a, b) => a.happening.shownAt - b.happening.shownAt)
  }

  advance(): void {
    const now = this.#vault.now()
    for (let one = this.#happenings[this.#next]; one !== undefined && one.happening.shownAt <= now;) {
      this.#vault.advance(one.happening.shownAt)
      this.#happen(one.happening, this.#vault.space(one.tenant, 'production'))
      one = this.#happenings[++this.#next]
    }
    for (let at = this.#quietAt(); at <= now; at = this.#quietAt()) {
      this.#quiet++
      for (const tenant of this.#vault.tenants.values()) this.#quietHour(tenant, at)
    }
  }

  /** Of the first tenant, and of those that somebody has read. */
  raised(): Raised[] {
    const first = [...this.#vault.tenants.values()][0]?.id
    const lag = Number(this.#vault.switches['listLagSeconds'] ?? 0) * 1000
    const seen = this.#raised.filter(({ tenantId }) => tenantId === first || this.#vault.read.has(tenantId))
    return seen.map(({ raised }) => raised).filter(({ shownAt }) => shownAt + lag <= this.#vault.now())
  }

  #quietAt(): number {
    return this.#vault.world.start + this.#quiet * quietEvery
  }

  #quietHour(tenant: Tenant, at: number): void {
    const { hosts } = tenant.customer
    const host = hosts[this.#quiet % hosts.length]
    if (host !== undefined)
      this.#submit(this.#vault.space(tenant, 'production'), quietSubmission(host, at), at)
    if (this.#quiet === 1) this.#submit(this.#vault.space(tenant, 'sandbox'), mockSubmission, at)
  }

  #submit(space: Space, submission: Submission, at: number): string {
    const handed = { at, requestId: this.#vault.newId('req') }
    return String(
      submit(this.#vault, space, submission, this.#lists(this.#vault.switches), handed)['assessment_id'],
    )
  }

  #happen(happening: Happening, space: Space): void {
    const { attack, story, customer, shownAt, resolvedAt } = happening
    const incidents = space.incidents.size
    const id = this.#submit(space, toSubmission(happening), shownAt)
    const raise = (feed: string, vendorId: string): void => {
      const reference = referenceOf('cybervault', feed, vendorId)
      const raised = { reference, customerName: customer.name, attack, story, shownAt }
      this.#raised.push({ raised, tenantId: space.tenant.id })
    }
    if (isFinding(assessment.parse(space.threats.get(id)))) raise('threats', id)
    const opened = [...(space.incidentsOf.get(id) ?? [])]
    if (space.incidents.size > incidents) for (const incident of opened) raise('incidents', incident)
    const end = happening.falseAlarm === true ? 'false_positive' : 'closed'
    if (resolvedAt !== null) this.#vault.later(resolvedAt, (at) => this.#resolve(space, id, { at, end }))
  }

  /** Analysts may have done so already, over the interface. */
  #resolve(space: Space, id: string, { at, end }: { at: number; end: 'closed' | 'false_positive' }): void {
    const by = { actor: 'analyst', at }
    for (const status of ['acknowledged', end]) {
      const row = space.threats.get(id)
      const next = row?.['status'] === (status === end ? 'acknowledged' : 'new')
      if (row !== undefined && next) moveThreat(this.#vault, space, row, status, by)
    }
    for (const incidentId of space.incidentsOf.get(id) ?? []) {
      const row = space.incidents.get(incidentId)
      if (row === undefined || row['status'] === 'resolved' || row['status'] === 'closed') continue
      const resolution = end === 'closed' ? 'true_positive' : end
      changeIncident(this.#vault, space, row, { status: 'resolved', resolution }, by)
    }
  }
}

/** What a test key finds: the documented sample, without its malformed hash. */
const mockSubmission: Submission = {
  type: 'endpoint_telemetry',
  payload: {
    process_name: 'svchost.exe',
    pid: 4892,
    network_connections: [{ dst_ip: '198.51.100.42', port: 4444, protocol: 'TCP' }],
    host: { hostname: 'MOCK-01' },
  },
}
