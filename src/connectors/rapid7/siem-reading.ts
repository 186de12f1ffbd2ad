import { readJson } from '../../contract/body.ts'
import { type Entity, type EntityKind, hostEntity } from '../../domain/entity.ts'
import type { DetectionFinding } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { titleEntities } from './investigation-reading.ts'
import { mappedOut, toFinding } from './reading.ts'
import { type SiemAlert, siemAlert } from './siem-alerts.ts'

/** A SIEM alert in OCSF; hosts, users, addresses and hashes stand in the keys of its rule. */
export function toSiemReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = siemAlert.parse(body.ok ? body.value : undefined)
  const entities = entitiesOf(row)
  const event = toEvent(record, row, entities)
  return row.investigation_rrn ? { event, entities, group: row.investigation_rrn } : { event, entities }
}

const mapped = [
  'rrn',
  'title',
  'type',
  'status',
  'priority',
  'created_at',
  'updated_at',
  'rule_keys_of_interest',
]

function toEvent(record: VendorRecord, row: SiemAlert, entities: readonly Entity[]): DetectionFinding {
  const desc = (row.rule_keys_of_interest ?? [])
    .map(({ key, values }) => `${key}: ${(values ?? []).join(', ')}`)
    .join('\n')
  const host = entities.find((entity) => entity.kind === 'host')?.value
  const address = entities.find((entity) => entity.kind === 'address')?.value
  const modified = timeOf(row.updated_at)
  const attacks = techniquesOf(row)
  return toFinding(record, {
    uid: row.rrn,
    title: row.title ?? row.type ?? `Alert ${row.rrn}`,
    severity: toSeverity(row.priority),
    created: row.alerted_at ?? row.created_at,
    status: row.status,
    ...(desc !== '' && { desc }),
    info: {
      ...(modified !== undefined && { modified_time: modified }),
      ...(row.type != null && { types: [row.type] }),
      ...(attacks.length > 0 && { attacks }),
    },
    ...(host !== undefined && { device: { hostname: host, ...(address !== undefined && { ip: address }) } }),
    unmapped: mappedOut(row, mapped),
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
      return kind === undefined ? [] : (values ?? []).flatMap((value) => toEntity(kind, String(value)))
    },
  )
  const hosts = keyed.some((entity) => entity.kind === 'host') ? [] : titleEntities(row.title)
  return [
    ...new Map([...keyed, ...hosts].map((entity) => [`${entity.kind} ${entity.value}`, entity])).values(),
  ]
}

function toEntity(kind: EntityKind, text: string): Entity[] {
  const value = text.trim().toLowerCase()
  if (value === '' || value === 'null' || value === 'unknown') return []
  if (kind === 'host') return [hostEntity(value)]
  if (kind === 'hash' && !/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)) return []
  if (kind === 'address' && !/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)$/.test(value)) return []
  // `ACME\jdoe` and `jdoe` are one user.
  return [{ kind, value: kind === 'user' ? (value.split('\\').at(-1) ?? value) : value }]
}
