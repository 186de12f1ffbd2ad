import { readJson } from '../../contract/body.ts'
import { unmappedOf } from '../../domain/detection.ts'
import { type Entity, type EntityKind, saysNothing } from '../../domain/entity.ts'
import type { DetectionFinding } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { titleEntities } from './investigation-reading.ts'
import { toFinding } from './reading.ts'
import { type SiemAlert, siemAlert } from './siem-alerts.ts'

/** A SIEM alert in OCSF; hosts, users, addresses and hashes stand in the keys of its rule. */
export function toSiemReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = siemAlert.parse(body.ok ? body.value : undefined)
  const entities = entitiesOf(row)
  const event = toEvent(record, row, entities)
  return row.investigation_rrn ? { event, entities, group: row.investigation_rrn } : { event, entities }
}

const mapped = new Set([
  'rrn',
  'title',
  'type',
  'status',
  'priority',
  'created_at',
  'updated_at',
  'rule_keys_of_interest',
])

function toEvent(record: VendorRecord, row: SiemAlert, entities: readonly Entity[]): DetectionFinding {
  const desc = (row.rule_keys_of_interest ?? [])
    .map(({ key, values }) => `${key}: ${(values ?? []).join(', ')}`)
    .join('\n')
  const valuesOf = (kind: EntityKind): string[] =>
    entities.flatMap((entity) => (entity.kind === kind ? entity.value : []))
  return toFinding(record, {
    uid: row.rrn,
    title: row.title ?? row.type ?? `Alert ${row.rrn}`,
    severity: toSeverity(row.priority),
    status: row.status,
    originalTime: row.alerted_at ?? row.created_at,
    modifiedTime: timeOf(row.updated_at),
    desc,
    types: row.type == null ? [] : [row.type],
    attacks: techniquesOf(row),
    host: valuesOf('host')[0],
    addresses: valuesOf('address'),
    unmapped: unmappedOf(row, mapped),
  })
}

/** Names of tactics stand among the codes of techniques. */
function techniquesOf({ rule }: SiemAlert): { technique: { uid: string } }[] {
  const codes = (rule?.mitre_tcodes ?? []).map(String).filter((code) => /^T\d{4}(?:\.\d{3})?$/.test(code))
  return codes.map((uid) => ({ technique: { uid } }))
}

/** What the keys of a rule stand for, by the last word of their name. */
const kinds: readonly [EntityKind, RegExp][] = [
  ['hash', /(?:^|[._])(?:sha-?256|sha-?1|md5|hash)$/i],
  ['address', /(?:^|[._])ip(?:_?address)?$/i],
  ['host', /(?:^|[._])(?:host ?name|host|asset|computer_?name|source_asset|destination_asset)$/i],
  ['user', /(?:^|[._])(?:user|user_?name|account|source_user|destination_user)$/i],
  ['domain', /(?:^|[._])(?:domain|fqdn|public_suffix|top_private_domain)$/i],
]

function entitiesOf(row: SiemAlert): Entity[] {
  const keyed = [...(row.rule_keys_of_interest ?? []), ...(row.rule_matching_keys ?? [])].flatMap(
    ({ key, values }) => {
      const kind = kinds.find(([, pattern]) => pattern.test(key ?? ''))?.[0]
      return kind === undefined ? [] : (values ?? []).map((value) => ({ kind, value: String(value).trim() }))
    },
  )
  const said = keyed.filter(({ value }) => !saysNothing(value))
  return said.some(({ kind }) => kind === 'host') ? said : [...said, ...titleEntities(row.title)]
}
