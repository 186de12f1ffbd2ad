import { type Entity, hostEntity } from '../../domain/entity.ts'
import { type DetectionFinding, findingActivity, findingStatus, ocsfVersion } from '../../domain/event.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type Severity, severities } from '../../domain/severity.ts'

/** What assessments and incidents have in common in OCSF. */

export interface Told {
  id: string
  title: string
  description: string
  severity: Severity
  status: string | null | undefined
  createdAt: string | null | undefined
  modifiedAt: number | undefined
  remediation?: string | undefined
  host?: string | undefined
  attacks?: Record<string, unknown>[]
  evidences?: Record<string, unknown>[]
  unmapped: Record<string, unknown>
}

export function toEvent(record: VendorRecord, told: Told): DetectionFinding {
  const activity = record.open ? findingActivity.create : findingActivity.close
  const { id, title, severity, host, remediation } = told
  return {
    class_uid: 2004,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id: activity,
    type_uid: 200_400 + activity,
    severity_id: severities[severity],
    severity,
    ...statusOf(told.status),
    time: record.time,
    message: title,
    metadata: {
      version: ocsfVersion,
      product: { name: 'CyberVault', vendor_name: 'CyberVault' },
      uid: id,
      ...(record.customerId !== null && { tenant_uid: record.customerId }),
      ...(told.createdAt != null && { original_time: told.createdAt }),
    },
    finding_info: {
      uid: id,
      title,
      ...(told.description !== '' && { desc: told.description }),
      created_time: record.time,
      ...(told.modifiedAt !== undefined && { modified_time: told.modifiedAt }),
      ...(told.attacks !== undefined && told.attacks.length > 0 && { attacks: told.attacks }),
    },
    ...(remediation !== undefined && remediation !== '' && { remediation: { desc: remediation } }),
    ...(host !== undefined && { device: { type_id: 0, hostname: host } }),
    ...(told.evidences !== undefined && told.evidences.length > 0 && { evidences: told.evidences }),
    unmapped: told.unmapped,
  }
}

const statusIds: Record<string, number> = {
  new: findingStatus.new,
  open: findingStatus.new,
  acknowledged: findingStatus.inProgress,
  investigating: findingStatus.inProgress,
  contained: findingStatus.inProgress,
  false_positive: findingStatus.suppressed,
  resolved: findingStatus.resolved,
  closed: findingStatus.resolved,
}

function statusOf(word: string | null | undefined): { status_id: number; status: string } {
  const status = word ?? 'unknown'
  return { status_id: statusIds[status.toLowerCase()] ?? findingStatus.other, status }
}

/** CyberVault's kinds of target, asset and indicator, as what findings share. */
export function toEntity(kind: string, value: string): Entity | undefined {
  const text = value.trim().toLowerCase()
  if (text === '') return undefined
  switch (kind.toLowerCase()) {
    case 'host':
    case 'hostname':
    case 'endpoint':
      return hostEntity(value)
    case 'user':
      return { kind: 'user', value: text.split('\\').at(-1) ?? text }
    case 'ip':
      return { kind: 'address', value: text }
    case 'hash':
      return { kind: 'hash', value: text }
    case 'domain':
      return { kind: 'domain', value: text }
    case 'url':
      return URL.canParse(value) ? { kind: 'domain', value: new URL(value).hostname } : undefined
    default:
      return undefined
  }
}

export function distinctEntities(found: readonly (Entity | undefined)[]): Entity[] {
  const there = found.filter((entity) => entity !== undefined)
  return [...new Map(there.map((entity) => [`${entity.kind} ${entity.value}`, entity])).values()]
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
