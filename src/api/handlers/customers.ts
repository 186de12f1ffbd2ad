import { customerKey } from '../../domain/tenant.ts'
import { customersOf } from '../../store/customers.ts'
import { type Waiting, countElsewhere, countQuarantined } from '../../store/findings.ts'
import { tenants } from '../../store/tenants.ts'
import { type Ask, instantOrNull } from '../ask.ts'
import type { CustomerAnswer } from '../operations/customers.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

/** What waits without a customer has a row of its own, so that the sum is the number of findings that wait. */
export async function list(ask: Ask, query: PageQuery): Promise<ListPage<CustomerAnswer>> {
  return cutPage(query, 'customers', await all(ask), (row) => `${row.connection}\n${row.vendor_id}`)
}

/** All of them at once. */
export async function all({ db }: Ask): Promise<CustomerAnswer[]> {
  const names = new Map((await tenants(db)).map((tenant) => [tenant.id, tenant.name]))
  const waiting = new Map((await countQuarantined(db)).map((row) => [keyOf(row), row]))
  const elsewhere = new Map((await countElsewhere(db)).map((row) => [keyOf(row), row.count]))
  const known = (await customersOf(db)).map((customer): CustomerAnswer => {
    const key = customerKey(customer)
    return {
      connection: customer.connectionId,
      vendor_id: customer.vendorId,
      name: customer.name,
      tenant_id: customer.tenantId,
      tenant: customer.tenantId === null ? null : (names.get(customer.tenantId) ?? customer.tenantId),
      reason: customer.reason,
      ...waitingFacts(waiting.get(key)),
      filed_elsewhere: elsewhere.get(key) ?? 0,
      doubt: customer.doubt,
      missing_since: instantOrNull(customer.missingSince),
    }
  })
  const seen = new Set(known.map((row) => `${row.connection}\n${row.vendor_id}`))
  return [...known, ...[...waiting.values()].filter((row) => !seen.has(keyOf(row))).map(toUnknown)]
}

function keyOf({ connectionId, customerId }: Pick<Waiting, 'connectionId' | 'customerId'>): string {
  return customerKey({ connectionId, vendorId: customerId ?? '' })
}

function waitingFacts(row: Waiting | undefined): Pick<CustomerAnswer, 'quarantined' | 'oldest_waiting'> {
  return { quarantined: row?.count ?? 0, oldest_waiting: instantOrNull(row?.oldest ?? null) }
}

function toUnknown(row: Waiting): CustomerAnswer {
  const nobody = row.customerId === null
  return {
    connection: row.connectionId,
    vendor_id: row.customerId ?? '',
    name: '(unknown)',
    tenant_id: null,
    tenant: null,
    reason: nobody ? 'the vendor does not say whose these are' : 'not among the vendor’s customers yet',
    ...waitingFacts(row),
    filed_elsewhere: 0,
    doubt: false,
    missing_since: null,
  }
}
