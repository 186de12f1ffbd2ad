import { type DetectionFinding, detectionClass, ocsfVersion } from '../../domain/event.ts'
import type { VendorRecord } from '../../domain/record.ts'

/** What every finding of this vendor says in the same way. */
type Head = Pick<
  DetectionFinding,
  | 'class_uid'
  | 'class_name'
  | 'category_uid'
  | 'category_name'
  | 'activity_id'
  | 'type_uid'
  | 'time'
  | 'metadata'
>

export function headOf(record: VendorRecord, activity: number): Head {
  return {
    class_uid: detectionClass,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id: activity,
    type_uid: detectionClass * 100 + activity,
    time: record.time,
    metadata: metadataOf(record),
  }
}

export function metadataOf(record: VendorRecord): DetectionFinding['metadata'] {
  return {
    version: ocsfVersion,
    product: { name: 'InsightIDR', vendor_name: 'Rapid7' },
    uid: record.vendorId,
    ...(record.customerId !== null && { tenant_uid: record.customerId }),
    original_time: new Date(record.time).toISOString(),
  }
}

/** What is left when the named fields are taken: nothing that the vendor says is lost. */
export function mappedOut(
  row: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => !names.includes(name) && value != null),
  )
}
