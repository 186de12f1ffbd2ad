import { isOwnDomain } from '../analysis/customer-evidence.ts'
import type { Feed } from '../connectors/feed.ts'
import type { VendorRecord } from '../domain/record.ts'
import type { CustomerKey } from '../domain/tenant.ts'
import type { Trace } from '../domain/trace.ts'
import type { Normalised } from './normalise.ts'
import type { TenantOf } from './quarantine.ts'

/** What speaks for who a vendor's customer is. All pure. */

/** The devices and domains that a record of an inventory shows of its customer. */
export function toTraces(record: VendorRecord, feed: Feed): Trace[] {
  const { connectionId, customerId } = record
  const shown = customerId === null ? undefined : feed.toTraces?.(record)
  if (customerId === null || shown === undefined) return []
  const key = { connectionId, vendorId: customerId }
  return [...hostTraces(key, shown.hosts ?? []), ...domainTraces({ ...key, domains: shown.domains ?? [] })]
}

/** Whose findings wait shows its devices by them. */
export function tracesOfWaiting(normalised: readonly Normalised[], tenantOf: TenantOf): Trace[] {
  return normalised.flatMap(({ finding: { connectionId, customerId, entities } }) => {
    if (customerId === null || tenantOf(connectionId, customerId) !== null) return []
    const hosts = entities.flatMap(({ kind, value }) => (kind === 'host' ? value : []))
    return hostTraces({ connectionId, vendorId: customerId }, hosts)
  })
}

export function domainTraces({
  connectionId,
  vendorId,
  domains,
}: CustomerKey & { domains: readonly string[] }): Trace[] {
  return domains
    .filter(isOwnDomain)
    .map((value) => ({ connectionId, vendorId, kind: 'domain' as const, value }))
}

function hostTraces({ connectionId, vendorId }: CustomerKey, hosts: readonly string[]): Trace[] {
  return hosts
    .filter((value) => value !== '')
    .map((value) => ({ connectionId, vendorId, kind: 'host' as const, value }))
}
