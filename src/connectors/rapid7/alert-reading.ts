import * as z from 'zod'

import { readJson } from '../../contract/body.ts'
import { unmappedOf } from '../../domain/detection.ts'
import type { DetectionFinding } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type InvestigationAlert, investigationAlert } from './investigation-alerts.ts'
import { titleEntities } from './investigation-reading.ts'
import { toFinding } from './reading.ts'

/** An alert's row does not say under which investigation it was read: the record keeps both, the row's bytes untouched. */
interface Context {
  rrn: string
  status: string | null
}

const kept = z.looseObject({
  investigation_rrn: z.string(),
  investigation_status: z.string().nullable(),
  alert: z.unknown(),
})

export function withContext({ rrn, status }: Context, raw: string): string {
  return `{"investigation_rrn":${JSON.stringify(rrn)},"investigation_status":${JSON.stringify(status)},"alert":${raw}}`
}

export function readContext(body: string): Context | undefined {
  const read = readJson(body)
  const parsed = kept.safeParse(read.ok ? read.value : undefined)
  return parsed.success
    ? { rrn: parsed.data.investigation_rrn, status: parsed.data.investigation_status }
    : undefined
}

export function toAlertReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const {
    investigation_rrn: group,
    investigation_status: status,
    alert,
  } = kept.parse(body.ok ? body.value : undefined)
  const row = investigationAlert.parse(alert)
  return { event: toEvent(record, row, status), entities: titleEntities(row.title), group }
}

const mapped = new Set(['id', 'title', 'alert_type', 'alert_type_description', 'created_time'])

function toEvent(record: VendorRecord, row: InvestigationAlert, status: string | null): DetectionFinding {
  const host = titleEntities(row.title)[0]?.value
  const types = [row.alert_type, ruleName(row)].filter((text) => text != null)
  return toFinding(record, {
    uid: row.id,
    title: row.title ?? row.alert_type ?? `Alert ${row.id}`,
    severity: 'unknown',
    status,
    originalTime: row.created_time,
    desc: row.alert_type_description,
    types: [...new Set(types)],
    host,
    unmapped: unmappedOf(row, mapped),
  })
}

function ruleName({ detection_rule_rrn: rule }: InvestigationAlert): string | null | undefined {
  return typeof rule === 'object' ? rule?.rule_name : rule
}
