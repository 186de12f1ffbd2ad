import type { Entity } from './entity.ts'
import type { DetectionFinding } from './event.ts'
import type { Severity } from './severity.ts'

/** A vendor's own alert, or later a rule of ours, that matched. Its id is made from the vendor's id: an update of the
 * same alert is the same Finding. */
export interface Finding {
  id: string
  connectionId: string
  feed: string
  vendorId: string
  /** The vendor's customer; decides the Tenant through the mapping. */
  customerId: string | null
  tenantId: string | null
  title: string
  severity: Severity
  open: boolean
  /** Event time, epoch ms. */
  time: number
  entities: Entity[]
  /** The Record that this state was read from. */
  recordId: string
}

/** What a connector makes of one Record. */
export interface Reading {
  event: DetectionFinding
  entities: Entity[]
  /** What the vendor itself says belongs together carries one text here: an investigation and its alerts, say. */
  group?: string
}
