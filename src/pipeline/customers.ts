import type { Feed } from '../connectors/feed.ts'
import type { Finding } from '../domain/finding.ts'
import { ourselves } from '../domain/mapping.ts'
import type { VendorRecord } from '../domain/record.ts'
import { type Customer, type CustomerKey, customerKey } from '../domain/tenant.ts'
import type { Trace } from '../domain/trace.ts'
import { customersOf, putCustomers, setMissing } from '../store/customers.ts'
import { putTraces } from '../store/customer-traces.ts'
import { countQuarantined, releaseQuarantined } from '../store/findings.ts'
import { putMappingEvents } from '../store/mapping-events.ts'
import type { Db } from '../store/store.ts'
import { putTenants, tenants } from '../store/tenants.ts'
import type { Hub } from './hub.ts'
import { mapByEvidence } from './map-by-evidence.ts'
import { type Mapping, takeOver } from './mapping.ts'
import { toEvent } from './mapping-event.ts'
import { domainTraces } from './traces.ts'

export interface SeenCustomer extends CustomerKey {
  name: string
  domains: readonly string[]
  /** From the vendor that holds the tickets: its customers are the tenants. */
  founds: boolean
}

/** What a batch tells of customers. */
export interface CustomerNews {
  seen: readonly SeenCustomer[]
  /** Devices and domains that it shows of them. */
  traces: readonly Trace[]
}

/** Pure; undefined for a record that tells of nobody. */
export function toSeenCustomer(hub: Hub, record: VendorRecord, feed: Feed): SeenCustomer | undefined {
  const live = hub.live.find((one) => one.connection.id === record.connectionId)
  const seen = feed.toCustomer?.(record, live?.connection.settings ?? {})
  const connectionId = record.connectionId
  return seen && { domains: [], ...seen, connectionId, founds: live?.connector.desk !== undefined }
}

/**
 * Maps every vendor's customers to Tenants: the ticketing vendor's found them, the others' are linked where the evidence
 * is certain. Who is not linked waits. Returns the findings that are set free. Without news it asks the database nothing.
 */
export async function mapCustomers(tx: Db, news: CustomerNews, now: number): Promise<Finding[]> {
  const { seen } = news
  if (seen.length + news.traces.length === 0) return []
  const traces = [...news.traces, ...seen.flatMap(domainTraces)]
  await putTraces(tx, traces)
  const before = await customersOf(tx)
  const waits = before.some((one) => one.tenantId === null && !one.manual)
  if (seen.length === 0 && !waits) return []
  const mapping: Mapping = {
    customers: new Map(before.map((one) => [customerKey(one), one])),
    tenants: new Map((await tenants(tx)).map((one) => [one.id, one])),
    events: [],
  }
  const tenantsBefore = new Map(mapping.tenants)
  takeOver(mapping, seen, now)
  await mapByEvidence(tx, mapping, now)
  const was = new Map(before.map((one) => [customerKey(one), one]))
  await putTenants(
    tx,
    [...mapping.tenants.values()].filter((one) => tenantsBefore.get(one.id) !== one),
  )
  await putCustomers(
    tx,
    [...mapping.customers.values()].filter((one) => was.get(customerKey(one)) !== one),
  )
  await putMappingEvents(tx, mapping.events)
  return setFree(tx, mapping.customers)
}

/** Gives what waits to whoever it belongs to by now. */
async function setFree(tx: Db, customers: ReadonlyMap<string, Customer>): Promise<Finding[]> {
  const free: Finding[] = []
  for (const { connectionId, customerId } of await countQuarantined(tx)) {
    const owner = customers.get(customerKey({ connectionId, vendorId: customerId ?? '' }))
    if (owner == null || owner.tenantId === null) continue
    free.push(...(await releaseQuarantined(tx, connectionId, customerId, owner.tenantId)))
  }
  return free
}

/**
 * Who has vanished from a list of customers that was seen whole, or has come again, as they are from now on. They are
 * kept: they may only be archived. A list that is empty is no proof of anything.
 */
export async function presenceNews(
  db: Db,
  connectionId: string,
  listed: readonly string[],
  now: number,
): Promise<Customer[]> {
  if (listed.length === 0) return []
  const there = new Set(listed)
  return (await customersOf(db, connectionId)).flatMap((one) => {
    if (there.has(one.vendorId) === (one.missingSince === null)) return []
    return { ...one, missingSince: there.has(one.vendorId) ? null : now }
  })
}

export async function notePresence(
  tx: Db,
  connectionId: string,
  listed: readonly string[],
  now: number,
): Promise<void> {
  const changed = await presenceNews(tx, connectionId, listed, now)
  const [gone, back] = [true, false].map((away) =>
    changed.flatMap((one) => ((one.missingSince !== null) === away ? one.vendorId : [])),
  )
  await setMissing(tx, connectionId, gone ?? [], now)
  await setMissing(tx, connectionId, back ?? [], null)
  await putMappingEvents(
    tx,
    changed.map((customer) => {
      const [kind, reason] =
        customer.missingSince !== null
          ? (['vanish', 'is not listed any more'] as const)
          : (['return', 'is listed again'] as const)
      return toEvent({ kind, actor: ourselves, customer, reason, detail: {} }, now)
    }),
  )
}
