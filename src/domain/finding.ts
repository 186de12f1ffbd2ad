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
  /** When it was made, where the vendor says so, epoch ms; not kept. */
  born?: number | undefined
  /** Another finding had its vendor's id before; not kept. */
  apart?: true
}

/** A time that is told in two ways (with and without fractions, rounded) is one time. */
export const sameMs = 60_000

/**
 * Whether what has come under an id is another thing than what had it: made at another time, and either after the former
 * had been seen, or for another customer. No vendor says that a creation's time ever changes; one that corrects it, or
 * says none, still means the same thing as long as it lies before we saw it.
 */
export function isAnother(
  first: Pick<Finding, 'time' | 'customerId'> & { seenAt: number },
  next: Pick<Finding, 'time' | 'customerId' | 'born'>,
): boolean {
  if (next.born === undefined || Math.abs(next.time - first.time) <= sameMs) return false
  const others = [first.customerId, next.customerId]
  return next.born > first.seenAt || (!others.includes(null) && others[0] !== others[1])
}

/** What a connector makes of one Record. */
export interface Reading {
  event: DetectionFinding
  /** As the vendor writes them; `normalEntities` brings the spellings together. */
  entities: Entity[]
  /** What the vendor itself says belongs together carries one text here: an investigation and its alerts, say. */
  group?: string
}
