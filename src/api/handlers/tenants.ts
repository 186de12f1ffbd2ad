import { Refusal } from '../../contract/refusal.ts'
import { customersOf } from '../../store/customers.ts'
import { livingTenantId, tenants } from '../../store/tenants.ts'
import type { Ask } from '../ask.ts'
import type { TenantAnswer } from '../operations/tenants.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

export async function list(ask: Ask, query: PageQuery): Promise<ListPage<TenantAnswer>> {
  return cutPage(query, 'tenants', await all(ask), (row) => row.id)
}

export async function get(ask: Ask, id: string): Promise<TenantAnswer> {
  const living = await livingTenantId(ask.db, id)
  const found = (await all(ask)).find((row) => row.id === living)
  if (found === undefined) throw new Refusal(404, 'resource_not_found', `No tenant ${id}.`)
  return found
}

async function all({ db }: Ask): Promise<TenantAnswer[]> {
  const rows = await tenants(db)
  const members = Map.groupBy(await customersOf(db), (one) => one.tenantId)
  const formerly = (id: string): string[] =>
    rows.filter((one) => one.mergedInto === id).flatMap((one) => [one.id, ...formerly(one.id)])
  return rows
    .filter((one) => one.mergedInto === null)
    .map(({ id, name }) => ({
      id,
      name,
      former_ids: formerly(id),
      customers: (members.get(id) ?? []).map((one) => ({
        connection: one.connectionId,
        vendor_id: one.vendorId,
        name: one.name,
      })),
    }))
}
