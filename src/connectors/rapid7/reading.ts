import { type Detection, toDetectionFinding } from '../../domain/detection.ts'
import { type DetectionFinding, findingStatus, ocsfVersion } from '../../domain/event.ts'
import type { VendorRecord } from '../../domain/record.ts'

const product = { name: 'InsightIDR', vendor_name: 'Rapid7' }

/** What investigations, their alerts and SIEM alerts have in common in OCSF. */
export function toFinding(
  record: VendorRecord,
  told: Omit<Detection, 'product' | 'statusIds'>,
): DetectionFinding {
  return toDetectionFinding(record, { ...told, product, statusIds })
}

const statusIds = {
  open: findingStatus.new,
  investigating: findingStatus.inProgress,
  waiting: findingStatus.inProgress,
  closed: findingStatus.resolved,
}

/** Of an entry in the audit log. */
export function metadataOf(record: VendorRecord): DetectionFinding['metadata'] {
  return {
    version: ocsfVersion,
    product,
    uid: record.vendorId,
    ...(record.customerId !== null && { tenant_uid: record.customerId }),
    original_time: new Date(record.time).toISOString(),
  }
}
