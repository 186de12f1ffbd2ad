import { type MappingEvent, ourselves } from '../domain/mapping.ts'
import { type Customer, type Tenant, customerKey, foundedBy, nameKey } from '../domain/tenant.ts'
import { toEvent } from './mapping-event.ts'
import type { SeenCustomer } from './customers.ts'

/** Who is who, while it is being worked out. */
export interface Mapping {
  customers: Map<string, Customer>
  tenants: Map<string, Tenant>
  events: MappingEvent[]
}

/** Takes over what vendors say of their customers, and lets those of the ticketing vendor found their tenants. */
export function takeOver(mapping: Mapping, seen: readonly SeenCustomer[], now: number): void {
  const last = new Map(seen.map((one) => [customerKey(one), one]))
  const inOrder = [...last.values()].toSorted((a, b) => (customerKey(a) < customerKey(b) ? -1 : 1))
  for (const one of inOrder) take(mapping, one, now)
  for (const one of inOrder.filter(({ founds }) => founds)) found(mapping, one, now)
}

function take({ customers, tenants, events }: Mapping, seen: SeenCustomer, now: number): void {
  const { connectionId, vendorId, name } = seen
  const before = customers.get(customerKey(seen))
  if (before === undefined) {
    const fresh = { tenantId: null, manual: false, doubt: false, missingSince: null }
    customers.set(customerKey(seen), { connectionId, vendorId, name, reason: 'not mapped yet', ...fresh })
    return
  }
  if (before.name === name) return
  const renamed = afterRename(before, name, tenants)
  customers.set(customerKey(seen), renamed)
  const reason = `renamed from "${before.name}" to "${name}"${renamed.doubt ? ': the name of another tenant' : ''}`
  events.push(toEvent({ kind: 'rename', actor: ourselves, customer: renamed, reason, detail: {} }, now))
  if (seen.founds) followName(tenants, renamed)
}

/** A link holds by id, whatever the name; but a name that now is another tenant's is doubtful until a person has looked. */
function afterRename(before: Customer, name: string, tenants: ReadonlyMap<string, Tenant>): Customer {
  if (before.tenantId === null) return { ...before, name }
  const key = nameKey(name)
  const own = tenants.get(before.tenantId)
  const others = [...tenants.values()].filter((one) => one.mergedInto === null && one.id !== before.tenantId)
  const theirs =
    key === nameKey(own?.name ?? '') ? undefined : others.find((one) => nameKey(one.name) === key)
  if (theirs === undefined) return { ...before, name, doubt: false }
  const reason = `renamed from "${before.name}": that is the name of another tenant; link or confirm it`
  return { ...before, name, doubt: true, reason }
}

/** A tenant is called as the customer that founded it. */
function followName(tenants: Map<string, Tenant>, customer: Customer): void {
  const own = tenants.get(customer.tenantId ?? '')
  if (own !== undefined && own.id === foundedBy(customer))
    tenants.set(own.id, { ...own, name: customer.name })
}

/**
 * A ticketing customer without a tenant takes the one of its name that nobody of its connection stands for, else founds
 * its own: two of one name are two tenants. In the place of one that vanished it waits for a person: it may be the same
 * client, made anew.
 */
function found(mapping: Mapping, seen: SeenCustomer, now: number): void {
  const { customers, tenants, events } = mapping
  const own = customers.get(customerKey(seen))
  if (own === undefined || own.tenantId !== null || own.manual) return
  const all = [...customers.values()]
  const namesakes = [...tenants.values()].filter(
    (one) => one.mergedInto === null && nameKey(one.name) === nameKey(own.name),
  )
  const holders = namesakes.map((one) =>
    all.filter((each) => each.tenantId === one.id && each.connectionId === own.connectionId),
  )
  if (namesakes.length === 1 && holders[0]?.length === 0) return // mapped by evidence, like any other
  const gone = holders.find((each) => each.length > 0 && each.every((one) => one.missingSince !== null))?.[0]
  if (gone !== undefined) {
    const reason = `called like ${gone.vendorId}, which is not listed any more: link it to the same tenant, or split it off`
    customers.set(customerKey(own), { ...own, reason })
    return
  }
  const tenant = { id: foundedBy(own), name: own.name, mergedInto: null }
  const reason =
    namesakes.length === 0 ? 'founded its tenant' : 'founded its tenant; another has the same name'
  tenants.set(tenant.id, tenant)
  const linked = { ...own, tenantId: tenant.id, reason }
  customers.set(customerKey(own), linked)
  events.push(
    toEvent({ kind: 'link', actor: ourselves, customer: linked, reason, detail: { customers: [own] } }, now),
  )
}
