import type { Suggestion } from '../../analysis/match-customers.ts'
import { type Customer, type Tenant, customerKey } from '../../domain/tenant.ts'
import { suggest } from '../../pipeline/map-by-evidence.ts'
import { customersOf } from '../../store/customers.ts'
import { listMappingEvents } from '../../store/mapping-events.ts'
import type { Db } from '../../store/store.ts'
import { tenants } from '../../store/tenants.ts'
import { type Ask, instant } from '../ask.ts'
import type { MappingEventAnswer, SuggestionAnswer } from '../operations/mapping.ts'
import { type ListPage, type PageQuery, cutPage, mapPage, readPage } from '../page.ts'

/** Who those that wait could be, best first, worked out now. */
export async function suggestionsFor(db: Db): Promise<Suggestion[]> {
  return (await worked(db)).found
}

async function worked(db: Db): Promise<{ open: Customer[]; all: Tenant[]; found: Suggestion[] }> {
  const customers = await customersOf(db)
  const all = await tenants(db)
  const open = customers.filter((one) => one.tenantId === null || one.doubt)
  const mapping = {
    customers: new Map(customers.map((one) => [customerKey(one), one])),
    tenants: new Map(all.map((one) => [one.id, one])),
  }
  return { open, all, found: open.length === 0 ? [] : await suggest(db, mapping, open) }
}

export async function listSuggestions(ask: Ask, query: PageQuery): Promise<ListPage<SuggestionAnswer>> {
  const { open, all, found } = await worked(ask.db)
  const names = new Map(all.map((one) => [one.id, one.name]))
  const rows = open.flatMap((one): SuggestionAnswer[] => {
    const who = { connection: one.connectionId, vendor_id: one.vendorId, name: one.name }
    const own = found.filter((each) => customerKey(each) === customerKey(one))
    if (own.length === 0) return [{ ...who, tenant_id: null, tenant: null, score: null, reasons: [] }]
    return own.map(({ tenantId, score, reasons }) => {
      return { ...who, tenant_id: tenantId, tenant: names.get(tenantId) ?? tenantId, score, reasons }
    })
  })
  const idOf = (row: SuggestionAnswer): string => `${row.connection}\n${row.vendor_id}\n${row.tenant_id}`
  return cutPage(query, 'suggestions', rows, idOf)
}

export async function listEvents({ db }: Ask, query: PageQuery): Promise<ListPage<MappingEventAnswer>> {
  const names = new Map((await tenants(db)).map((one) => [one.id, one.name]))
  const read = (limit: number, before?: { time: number; id: string }) =>
    listMappingEvents(db, { limit, ...(before && { before }) })
  const page = await readPage(query, 'mapping events', read, ({ at, id }) => ({ time: at, id }))
  return mapPage(page, (events) =>
    events.map((event) => ({
      id: event.id,
      at: instant(event.at),
      actor: event.actor,
      kind: event.kind,
      connection: event.connectionId,
      vendor_id: event.vendorId,
      tenant_id: event.tenantId,
      tenant: event.tenantId === null ? null : (names.get(event.tenantId) ?? event.tenantId),
      reason: event.reason,
      undone_by: event.undoneBy,
    })),
  )
}
