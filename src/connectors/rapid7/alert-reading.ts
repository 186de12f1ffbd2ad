import * as z from 'zod'

import { readJson } from '../../contract/body.ts'
import { type DetectionFinding, findingActivity } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { severities } from '../../domain/severity.ts'
import { type InvestigationAlert, investigationAlert } from './investigation-alerts.ts'
import { statusOf, titleEntities } from './investigation-reading.ts'
import { headOf, mappedOut } from './reading.ts'

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

const mapped = ['id', 'title', 'alert_type', 'alert_type_description', 'created_time']

function toEvent(record: VendorRecord, row: InvestigationAlert, status: string | null): DetectionFinding {
  const title = row.title ?? row.alert_type ?? `Alert ${row.id}`
  const host = titleEntities(row.title)[0]?.value
  const rule = ruleName(row)
  return {
    ...headOf(record, record.open ? findingActivity.create : findingActivity.close),
    severity_id: severities.unknown,
    severity: 'unknown',
    ...statusOf(status),
    message: title,
    finding_info: {
      uid: row.id,
      title,
      ...(row.alert_type_description != null && { desc: row.alert_type_description }),
      created_time: record.time,
      ...((row.alert_type ?? rule) != null && {
        types: [...new Set([row.alert_type, rule].filter((text) => text != null))],
      }),
    },
    ...(host !== undefined && { device: { type_id: 0, hostname: host } }),
    unmapped: mappedOut(row, mapped),
  }
}

function ruleName({ detection_rule_rrn: rule }: InvestigationAlert): string | null | undefined {
  return typeof rule === 'object' ? rule?.rule_name : rule
}
