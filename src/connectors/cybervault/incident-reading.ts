import { readJson } from '../../contract/body.ts'
import { unmappedOf } from '../../domain/detection.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { type Incident, incident } from './incidents.ts'
import { toEntity, toEvent } from './reading.ts'

/** An incident in OCSF. Its assets say where, its first assessment with what it belongs together. */
export function toReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = incident.parse(body.ok ? body.value : undefined)
  const assets = (row.affected_assets ?? []).map((one) => ({
    kind: one?.type ?? '',
    value: String(one?.value ?? ''),
  }))
  const event = toEvent(record, {
    uid: row.incident_id,
    title: row.title ?? `Incident ${row.incident_id}`,
    severity: toSeverity(row.severity),
    status: row.status,
    originalTime: row.created_at,
    modifiedTime: timeOf(row.updated_at),
    desc: describe(row),
    host: assets.find(({ kind, value }) => /^(?:host|hostname|endpoint)$/i.test(kind) && value !== '')?.value,
    unmapped: unmappedOf(row, mapped),
  })
  const entities = assets.flatMap(({ kind, value }) => toEntity(kind, value))
  return { event, entities, group: row.assessment_ids?.[0] ?? row.incident_id }
}

function describe(row: Incident): string {
  const ids = row.assessment_ids ?? []
  const lines = [
    row.description ?? '',
    ids.length === 0 ? '' : `Assessments: ${ids.join(', ')}`,
    row.resolution == null ? '' : `Resolution: ${row.resolution}`,
  ]
  return lines.filter((line) => line !== '').join('\n')
}

const mapped = new Set([
  'incident_id',
  'title',
  'description',
  'severity',
  'status',
  'created_at',
  'updated_at',
  'tenant_id',
])
