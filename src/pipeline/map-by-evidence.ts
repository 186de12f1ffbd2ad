import { type Profile, type Suggestion, matchCustomers } from '../analysis/match-customers.ts'
import { ourselves } from '../domain/mapping.ts'
import { type Customer, customerKey } from '../domain/tenant.ts'
import { countHosts, tracesAround } from '../store/customer-traces.ts'
import type { Db } from '../store/store.ts'
import type { Mapping } from './mapping.ts'
import { toEvent } from './mapping-event.ts'

/** Links those that wait where the evidence is certain, and says of the others why they wait. */
export async function mapByEvidence(tx: Db, mapping: Mapping, now: number): Promise<void> {
  const { customers, events } = mapping
  const waiting = [...customers.values()].filter((one) => one.tenantId === null && !one.manual)
  if (waiting.length === 0) return
  const found = Map.groupBy(await suggest(tx, mapping, waiting), customerKey)
  for (const one of waiting) {
    const [best] = found.get(customerKey(one)) ?? []
    const reason = best?.reasons.join(', ') ?? ''
    if (best?.certain === true) {
      const linked = { ...one, tenantId: best.tenantId, reason }
      customers.set(customerKey(one), linked)
      const detail = { customers: [one] }
      events.push(toEvent({ kind: 'link', actor: ourselves, customer: linked, reason, detail }, now))
    } else {
      const why = whyItWaits(mapping, one, best)
      if (why !== one.reason && !one.reason.startsWith('called like'))
        customers.set(customerKey(one), { ...one, reason: why })
    }
  }
}

/** Who the given customers could be, best first, from names, domains and devices. */
export async function suggest(
  db: Db,
  { customers, tenants }: Pick<Mapping, 'customers' | 'tenants'>,
  whom: readonly Customer[],
): Promise<Suggestion[]> {
  const traces = Map.groupBy(await tracesAround(db, whom), customerKey)
  const counts =
    traces.size === 0
      ? new Map()
      : new Map((await countHosts(db)).map((one) => [customerKey(one), one.count]))
  const toProfile = (one: Customer): Profile => {
    const own = traces.get(customerKey(one)) ?? []
    const values = (kind: string): string[] => own.flatMap((each) => (each.kind === kind ? each.value : []))
    const { connectionId, vendorId, name, tenantId } = one
    const hostCount = counts.get(customerKey(one)) ?? 0
    return {
      connectionId,
      vendorId,
      name,
      tenantId,
      domains: values('domain'),
      hosts: values('host'),
      hostCount,
    }
  }
  const asked = new Set(whom.map(customerKey))
  const known = [...customers.values()].filter((one) => one.tenantId !== null && !asked.has(customerKey(one)))
  const living = [...tenants.values()].filter((one) => one.mergedInto === null)
  return matchCustomers(whom.map(toProfile), known.map(toProfile), living)
}

function whyItWaits({ tenants, customers }: Mapping, one: Customer, best: Suggestion | undefined): string {
  if (best === undefined) return `no tenant is called ${one.name}, nor has its domain or devices`
  const name = tenants.get(best.tenantId)?.name ?? best.tenantId
  const rival = [...customers.values()].find(
    (each) => each.connectionId === one.connectionId && each.tenantId === best.tenantId,
  )
  const taken = rival === undefined ? '' : `, which ${rival.vendorId} stands for already`
  return `perhaps ${name} (${best.reasons.join(', ')}; ${best.score})${taken}: a person decides`
}
