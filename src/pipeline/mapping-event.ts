import { idOf } from '../domain/id.ts'
import type { MappingDetail, MappingEvent, MappingKind } from '../domain/mapping.ts'
import type { Customer } from '../domain/tenant.ts'

interface Decision {
  kind: MappingKind
  actor: string
  customer?: Customer
  tenantId?: string
  reason: string
  detail: MappingDetail
}

/** The row that remembers a decision. */
export function toEvent(
  { kind, actor, customer, reason, detail, ...rest }: Decision,
  now: number,
): MappingEvent {
  const connectionId = customer?.connectionId ?? null
  const vendorId = customer?.vendorId ?? null
  const tenantId = rest.tenantId ?? customer?.tenantId ?? null
  const id = idOf('map', now, kind, connectionId ?? '', vendorId ?? '', tenantId ?? '')
  return { id, at: now, actor, kind, connectionId, vendorId, tenantId, reason, detail, undoneBy: null }
}
