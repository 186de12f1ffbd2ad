import type { Customer, CustomerKey, Tenant } from './tenant.ts'

/** One decision about who a vendor's customer is: what happened, who decided, when and why. */
export interface MappingEvent {
  id: string
  at: number
  /** A person's name in the operating system, or `watchfloor`. */
  actor: string
  kind: MappingKind
  connectionId: string | null
  vendorId: string | null
  /** The tenant that it is about, after the decision. */
  tenantId: string | null
  reason: string
  detail: MappingDetail
  /** The event that took it back. */
  undoneBy: string | null
}

export type MappingKind =
  | 'link'
  | 'unlink'
  | 'confirm'
  | 'merge'
  | 'split'
  | 'undo'
  | 'rename'
  | 'vanish'
  | 'return'

export interface MappingDetail {
  /** What stood before, so that it can stand again. */
  customers?: Customer[]
  tenants?: Tenant[]
  /** What each customer stood for afterwards, where it is not the event's tenant for all. */
  after?: (CustomerKey & { tenantId: string | null })[]
}

/** Its own name in the list of who decides. */
export const ourselves = 'watchfloor'
