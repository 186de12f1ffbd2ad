import { customersOf } from '../../store/customers.ts'
import { countQuarantined } from '../../store/findings.ts'
import { tenants } from '../../store/tenants.ts'
import type { Ask } from '../ask.ts'
import type { CustomerAnswer } from '../operations/customers.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

/** What waits without a customer has a row of its own, so that the sum is the number of findings that wait. */
export async function list(ask: Ask, query: PageQuery): Promise<ListPage<CustomerAnswer>> {
  return cutPage(query, 'customers', await all(ask), (row) => `${row.connection}\n${row.vendor_id}`)
}

async function all({ db }: Ask): Promise<CustomerAnswer[]> {
  const names = new Map((await tenants(db)).map((tenant) => [tenant.id, tenant.name]))
  const waiting = await countQuarantined(db)
  const known = (await customersOf(db)).map((customer): CustomerAnswer => {
    const here = (row: { connectionId: string; customerId: string | null }) =>
      row.connectionId === customer.connectionId && row.customerId === customer.vendorId
    return {
      connection: customer.connectionId,
      vendor_id: customer.vendorId,
      name: customer.name,
      tenant_id: customer.tenantId,
      tenant: customer.tenantId === null ? null : (names.get(customer.tenantId) ?? customer.tenantId),
      reason: customer.reason,
      quarantined: waiting.find(here)?.count ?? 0,
    }
  })
  const seen = new Set(known.map((row) => `${row.connection}\n${row.vendor_id}`))
  const unknown = waiting
    .filter((row) => !seen.has(`${row.connectionId}\n${row.customerId ?? ''}`))
    .map((row) => toUnknown(row.connectionId, row.customerId, row.count))
  return [...known, ...unknown]
}

function toUnknown(connection: string, customerId: string | null, quarantined: number): CustomerAnswer {
  const reason =
    customerId === null ? 'the vendor does not say whose these are' : 'not among the vendor’s customers yet'
  return {
    connection,
    vendor_id: customerId ?? '',
    name: '(unknown)',
    tenant_id: null,
    tenant: null,
    reason,
    quarantined,
  }
}
