import {
  type DetectionFinding,
  detectionClass,
  findingActivity,
  findingStatus,
  ocsfVersion,
} from '../../domain/event.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type Severity, severities } from '../../domain/severity.ts'

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

/** What a reading tells of its row; `info` has what goes into finding_info beyond the id, title and time. */
interface Told {
  uid: string
  title: string
  severity: Severity
  /** When it was made, in the vendor's own words. */
  created: string | null | undefined
  /** The vendor's word for how far it is. */
  status: string | null | undefined
  desc?: string
  info?: Omit<Partial<DetectionFinding['finding_info']>, 'uid' | 'title' | 'desc' | 'created_time'>
  device?: { hostname: string; ip?: string }
  unmapped: Record<string, unknown>
}

/** Investigations, their alerts and SIEM alerts in OCSF. */
export function toFinding(
  record: VendorRecord,
  { uid, title, severity, created, status, desc, info, device, unmapped }: Told,
): DetectionFinding {
  return {
    ...headOf(record, record.open ? findingActivity.create : findingActivity.close),
    metadata: { ...metadataOf(record), original_time: created ?? undefined },
    severity_id: severities[severity],
    severity,
    ...statusOf(status),
    message: title,
    finding_info: { uid, title, ...(desc !== undefined && { desc }), created_time: record.time, ...info },
    ...(device !== undefined && { device: { type_id: 0, ...device } }),
    unmapped,
  }
}

function statusOf(word: string | null | undefined): { status_id: number; status: string } {
  const status = word ?? 'unknown'
  const known: Record<string, number> = {
    OPEN: findingStatus.new,
    INVESTIGATING: findingStatus.inProgress,
    WAITING: findingStatus.inProgress,
    CLOSED: findingStatus.resolved,
  }
  return { status_id: known[status.toUpperCase()] ?? findingStatus.other, status }
}

function headOf(record: VendorRecord, activity: number): Head {
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
