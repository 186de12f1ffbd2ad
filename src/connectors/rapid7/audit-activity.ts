import { readJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import { type ApiActivity, apiActivityClass, apiActivityId } from '../../domain/event.ts'
import { unmappedOf } from '../../domain/detection.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { severities } from '../../domain/severity.ts'
import { logEvent } from './log-query.ts'
import { metadataOf } from './reading.ts'

const mapped = new Set(['action', 'description', 'service', 'user', 'source_ip'])

/** An entry of the audit log as OCSF API Activity. Its message is JSON, or nearly. */
export function toActivity(record: VendorRecord): ApiActivity {
  const body = readJson(record.body)
  const event = logEvent.parse(body.ok ? body.value : undefined)
  const entry = messageOf(event.message)
  const operation = textOf(entry['action']) ?? 'unknown'
  const activity = activityOf(operation)
  const user = isObject(entry['user']) ? entry['user'] : {}
  const email = textOf(user['email'])
  const ip = textOf(entry['source_ip'])
  const message = textOf(entry['description'])
  const service = textOf(entry['service'])
  return {
    class_uid: apiActivityClass,
    class_name: 'API Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: apiActivityId[activity],
    activity_name: activity,
    type_uid: apiActivityClass * 100 + apiActivityId[activity],
    severity_id: severities.informational,
    time: record.time,
    ...(message !== undefined && { message }),
    metadata: metadataOf(record),
    actor: {
      user: {
        name: textOf(user['name']) ?? email ?? 'unknown',
        ...(email !== undefined && { email_addr: email }),
      },
    },
    api: { operation, ...(service !== undefined && { service: { name: service } }) },
    src_endpoint: ip === undefined ? { name: 'unknown' } : { ip },
    unmapped: unmappedOf(entry, mapped),
  }
}

function messageOf(message: unknown): Record<string, unknown> {
  if (isObject(message)) return message
  const read = readJson(typeof message === 'string' ? message : '')
  return read.ok && isObject(read.value) ? read.value : { description: message }
}

function activityOf(operation: string): keyof typeof apiActivityId {
  if (/CREATE|ADD_|COPY_|ACTIVATE/i.test(operation)) return 'create'
  if (/DELETE|REMOVE/i.test(operation)) return 'delete'
  return /UPDATE|CHANGE|EDIT/i.test(operation) ? 'update' : 'other'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
