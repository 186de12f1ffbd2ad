import { readJson } from '../../contract/body.ts'
import { unmappedOf } from '../../domain/detection.ts'
import { type Entity, hostEntity } from '../../domain/entity.ts'
import type { DetectionFinding } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { type Investigation, investigation } from './investigations.ts'
import { toFinding } from './reading.ts'

/** An investigation in OCSF. It says little by fields: its alerts, which share its group, tell the rest. */
export function toReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = investigation.parse(body.ok ? body.value : undefined)
  return { event: toEvent(record, row), entities: titleEntities(row.title), group: row.rrn }
}

const mapped = new Set(['rrn', 'title', 'status', 'priority', 'created_time'])

function toEvent(record: VendorRecord, row: Investigation): DetectionFinding {
  const host = titleEntities(row.title).find((entity) => entity.kind === 'host')?.value
  return toFinding(record, {
    uid: row.rrn,
    title: row.title ?? `Investigation ${row.rrn}`,
    severity: toSeverity(row.priority),
    status: row.status,
    originalTime: row.created_time,
    modifiedTime: timeOf(row.latest_alert_time),
    desc: describe(row),
    host,
    unmapped: unmappedOf(row, mapped),
  })
}

function describe(row: Investigation): string {
  const facts: [string, string | null | undefined][] = [
    ['Source', row.source],
    ['Disposition', row.disposition],
    ['Assigned to', row.assignee?.email ?? row.assignee?.name],
    ['First alert', row.first_alert_time],
    ['Latest alert', row.latest_alert_time],
    ['Tags', row.tags?.join(', ')],
  ]
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('\n')
}

/** A title that ends in ` - NAME` names a device; nothing else is read out of titles. */
export function titleEntities(title: string | null | undefined): Entity[] {
  const host = /\s-\s([A-Za-z0-9][\w.-]*\d[\w.-]*)\s*$/.exec(title ?? '')?.[1]
  return host === undefined ? [] : [hostEntity(host)]
}
