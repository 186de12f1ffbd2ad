import { isIP } from 'node:net'

import {
  type DetectionFinding,
  detectionClass,
  findingActivity,
  findingStatus,
  ocsfVersion,
} from './event.ts'
import type { VendorRecord } from './record.ts'
import { type Severity, severities } from './severity.ts'

/** What a vendor's row tells of a detection. What is null, empty or absent is left out of the Event. */
export interface Detection {
  product: DetectionFinding['metadata']['product']
  uid: string
  title: string
  severity: Severity
  /** The vendor's word for how far it is, and what its words mean, in small letters. */
  status: string | null | undefined
  statusIds: Readonly<Record<string, number>>
  /** When it was made, as the vendor writes it. */
  originalTime?: string | null | undefined
  modifiedTime?: number | undefined
  desc?: string | null | undefined
  types?: string[]
  attacks?: Record<string, unknown>[]
  remediation?: string | null | undefined
  host?: string | undefined
  /** The first that is one is the device's. */
  addresses?: readonly string[]
  evidences?: Record<string, unknown>[]
  unmapped?: Record<string, unknown>
}

/** A Record as an OCSF Detection Finding: https://schema.ocsf.io/1.8.0/classes/detection_finding. */
export function toDetectionFinding(record: VendorRecord, told: Detection): DetectionFinding {
  const { uid, title, severity, modifiedTime, desc, types, attacks, remediation, host, evidences } = told
  const address = told.addresses?.find((text) => isIP(text) !== 0)
  const activity = record.open ? findingActivity.create : findingActivity.close
  const status = told.status ?? 'unknown'
  return {
    class_uid: detectionClass,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id: activity,
    type_uid: detectionClass * 100 + activity,
    severity_id: severities[severity],
    severity,
    status_id: told.statusIds[status.toLowerCase()] ?? findingStatus.other,
    status,
    time: record.time,
    message: title,
    metadata: {
      version: ocsfVersion,
      product: told.product,
      uid,
      ...(record.customerId !== null && { tenant_uid: record.customerId }),
      ...(told.originalTime != null && { original_time: told.originalTime }),
    },
    finding_info: {
      uid,
      title,
      ...(desc && { desc }),
      created_time: record.time,
      ...(modifiedTime !== undefined && { modified_time: modifiedTime }),
      ...(types?.length && { types }),
      ...(attacks?.length && { attacks }),
    },
    ...(remediation && { remediation: { desc: remediation } }),
    ...(host !== undefined && {
      device: { type_id: 0, hostname: host, ...(address !== undefined && { ip: address }) },
    }),
    ...(evidences?.length && { evidences }),
    ...(told.unmapped && { unmapped: told.unmapped }),
  }
}

/** What is left when the named fields are taken: nothing that the vendor says is lost. */
export function unmappedOf(
  row: Readonly<Record<string, unknown>>,
  mapped: ReadonlySet<string>,
): Record<string, unknown> {
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value != null && !mapped.has(name)) rest[name] = value
  return rest
}
