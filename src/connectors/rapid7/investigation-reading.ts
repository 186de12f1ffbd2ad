import { readJson } from '../../contract/body.ts'
import { type Entity, hostEntity } from '../../domain/entity.ts'
import { type DetectionFinding, findingActivity, findingStatus } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { severities, toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { type Investigation, investigation } from './investigations.ts'
import { headOf, mappedOut } from './reading.ts'

/** An investigation in OCSF. It says little by fields: its alerts, which share its group, tell the rest. */
export function toReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = investigation.parse(body.ok ? body.value : undefined)
  return { event: toEvent(record, row), entities: titleEntities(row.title), group: row.rrn }
}

const mapped = ['rrn', 'title', 'status', 'priority', 'created_time']

function toEvent(record: VendorRecord, row: Investigation): DetectionFinding {
  const severity = toSeverity(row.priority)
  const title = row.title ?? `Investigation ${row.rrn}`
  const desc = describe(row)
  const host = titleEntities(row.title).find((entity) => entity.kind === 'host')?.value
  return {
    ...headOf(record, record.open ? findingActivity.create : findingActivity.close),
    severity_id: severities[severity],
    severity,
    ...statusOf(row.status),
    message: title,
    finding_info: {
      uid: row.rrn,
      title,
      ...(desc !== '' && { desc }),
      created_time: record.time,
      ...(timeOf(row.latest_alert_time) !== undefined && { modified_time: timeOf(row.latest_alert_time) }),
    },
    ...(host !== undefined && { device: { type_id: 0, hostname: host } }),
    unmapped: mappedOut(row, mapped),
  }
}

export function statusOf(word: string | null | undefined): { status_id: number; status: string } {
  const status = word ?? 'unknown'
  const known: Record<string, number> = {
    OPEN: findingStatus.new,
    INVESTIGATING: findingStatus.inProgress,
    WAITING: findingStatus.inProgress,
    CLOSED: findingStatus.resolved,
  }
  return { status_id: known[status.toUpperCase()] ?? findingStatus.other, status }
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
