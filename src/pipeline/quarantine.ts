import { alikeness } from '../analysis/customer-evidence.ts'
import { nameKey } from '../domain/tenant.ts'
import { customersOf, tenantLinks } from '../store/customers.ts'
import type { Db } from '../store/store.ts'
import { tenants } from '../store/tenants.ts'
import type { Hub } from './hub.ts'

/** The tenant of a vendor's customer; null for one whose findings must wait. */
export type TenantOf = (connectionId: string, customerId: string) => string | null

export async function tenantsByCustomer(tx: Db, hub: Hub): Promise<TenantOf> {
  const links = await tenantLinks(tx)
  return hub.protections.quarantine ? links : guessing(tx, links)
}

/** Without quarantine whoever is not known goes to the tenant whose name is nearest, as a hurried script would do it. */
async function guessing(tx: Db, links: TenantOf): Promise<TenantOf> {
  const living = (await tenants(tx)).filter((one) => one.mergedInto === null)
  const names = new Map(
    (await customersOf(tx)).map((one) => [`${one.connectionId}\n${one.vendorId}`, one.name]),
  )
  return (connectionId, customerId) => {
    const key = nameKey(names.get(`${connectionId}\n${customerId}`) ?? '')
    const near = living.map(({ id, name }) => ({ id, alike: alikeness(key, nameKey(name), () => 1) }))
    const [nearest] = near.toSorted((a, b) => b.alike - a.alike)
    return links(connectionId, customerId) ?? nearest?.id ?? null
  }
}
