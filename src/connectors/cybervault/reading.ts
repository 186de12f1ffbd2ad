import { type Detection, toDetectionFinding } from '../../domain/detection.ts'
import type { Entity, EntityKind } from '../../domain/entity.ts'
import { type DetectionFinding, findingStatus } from '../../domain/event.ts'
import type { VendorRecord } from '../../domain/record.ts'

/** What assessments and incidents have in common in OCSF. */
export function toEvent(
  record: VendorRecord,
  told: Omit<Detection, 'product' | 'statusIds'>,
): DetectionFinding {
  const product = { name: 'CyberVault', vendor_name: 'CyberVault' }
  return toDetectionFinding(record, { ...told, product, statusIds })
}

const statusIds = {
  new: findingStatus.new,
  open: findingStatus.new,
  acknowledged: findingStatus.inProgress,
  investigating: findingStatus.inProgress,
  contained: findingStatus.inProgress,
  false_positive: findingStatus.suppressed,
  resolved: findingStatus.resolved,
  closed: findingStatus.resolved,
}

/** Kinds of targets, assets and indicators. */
const kinds: Readonly<Record<string, EntityKind>> = {
  host: 'host',
  hostname: 'host',
  endpoint: 'host',
  user: 'user',
  ip: 'address',
  hash: 'hash',
  domain: 'domain',
  url: 'domain',
}

/** CyberVault's kinds of target, asset and indicator, as what findings share. */
export function toEntity(word: string, value: string): Entity[] {
  const kind = kinds[word.toLowerCase()]
  return kind === undefined ? [] : [{ kind, value }]
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
