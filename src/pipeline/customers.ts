import type { Feed } from '../connectors/connector.ts'
import type { Finding } from '../domain/finding.ts'
import { idOf } from '../domain/id.ts'
import type { VendorRecord } from '../domain/record.ts'
import { type Customer, type Tenant, nameKey } from '../domain/tenant.ts'
import { customersOf, linkCustomer, putCustomers } from '../store/customers.ts'
import { releaseQuarantined } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { putTenants, tenants } from '../store/tenants.ts'
import type { Hub } from './hub.ts'

export interface SeenCustomer extends Pick<Customer, 'vendorId' | 'name' | 'connectionId'> {
  /** From the vendor that holds the tickets: its customers are the tenants. */
  founds: boolean
}

/** Pure; undefined for a record that tells of nobody. */
export function toSeenCustomer(hub: Hub, record: VendorRecord, feed: Feed): SeenCustomer | undefined {
  const live = hub.live.find((one) => one.connection.id === record.connectionId)
  const seen = feed.toCustomer?.(record, live?.connection.settings ?? {})
  return seen && { ...seen, connectionId: record.connectionId, founds: live?.connector.desk !== undefined }
}

/**
 * Maps every vendor's customers to Tenants: the ticketing vendor's found them, the others' are linked when exactly one
 * tenant has the same name. Who is not linked waits; returns the findings that are set free.
 */
export async function mapCustomers(tx: Db, seen: readonly SeenCustomer[]): Promise<Finding[]> {
  if (seen.length === 0) return []
  const byKey = Map.groupBy(await tenants(tx), (tenant) => nameKey(tenant.name))
  const before = new Map((await customersOf(tx)).map((customer) => [keyOf(customer), customer]))
  for (const customer of seen) before.set(keyOf(customer), kept(customer, before.get(keyOf(customer))))
  const founded: Tenant[] = []
  for (const customer of seen.filter((one) => one.founds)) {
    const now = before.get(keyOf(customer))
    if (now?.tenantId !== null || byKey.has(nameKey(customer.name))) continue
    const tenant = { id: idOf('ten', customer.connectionId, customer.vendorId), name: customer.name }
    founded.push(tenant)
    byKey.set(nameKey(tenant.name), [tenant])
  }
  const customers = [...before.values()].map((customer) => linked(customer, byKey))
  await putTenants(tx, founded)
  await putCustomers(tx, customers)
  return setFree(tx, customers)
}

/** A person's decision. Returns the findings that it sets free, or undefined when there is no such customer. */
export async function linkByHand(
  tx: Db,
  link: { connectionId: string; vendorId: string; tenantId: string | null },
): Promise<Finding[] | undefined> {
  const { connectionId, vendorId, tenantId } = link
  const reason = tenantId === null ? 'unlinked by hand' : 'linked by hand'
  if (!(await linkCustomer(tx, connectionId, vendorId, tenantId, reason))) return undefined
  return tenantId === null ? [] : releaseQuarantined(tx, connectionId, vendorId, tenantId)
}

function kept(seen: SeenCustomer, before: Customer | undefined): Customer {
  const { connectionId, vendorId, name } = seen
  return {
    connectionId,
    vendorId,
    name,
    tenantId: before?.tenantId ?? null,
    reason: before?.reason ?? 'not mapped yet',
  }
}

function linked(customer: Customer, byKey: Map<string, Tenant[]>): Customer {
  // A person may have taken a link away: what was unlinked by hand is not linked again by name.
  if (customer.tenantId !== null || customer.reason.endsWith('by hand')) return customer
  const found = byKey.get(nameKey(customer.name)) ?? []
  if (found.length > 1) return { ...customer, reason: `${found.length} tenants are called ${customer.name}` }
  const tenant = found[0]
  if (tenant === undefined) return { ...customer, reason: `no tenant is called ${customer.name}` }
  return { ...customer, tenantId: tenant.id, reason: 'same name' }
}

async function setFree(tx: Db, customers: readonly Customer[]): Promise<Finding[]> {
  const free: Finding[] = []
  for (const { connectionId, vendorId, tenantId } of customers) {
    if (tenantId !== null) free.push(...(await releaseQuarantined(tx, connectionId, vendorId, tenantId)))
  }
  return free
}

function keyOf(customer: { connectionId: string; vendorId: string }): string {
  return `${customer.connectionId}\n${customer.vendorId}`
}
