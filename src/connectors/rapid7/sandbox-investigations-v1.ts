import { Listing } from '../../contract/listing.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { stamp } from './sandbox-ids.ts'
import { type Found, assigneeOf, change, find } from './sandbox-investigations.ts'
import { here } from './sandbox-keys.ts'
import type { Organization } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'
import type { Investigation } from './sandbox-shelf.ts'

/** The same investigations as version 1 shows them, and closing many at once, which both versions have. */
const statuses = ['OPEN', 'INVESTIGATING', 'CLOSED']
const dispositions = { v1: 'UNSPECIFIED', v2: 'UNDECIDED' }

function print({ organization, row }: Found, switches: Record<string, string>): Record<string, unknown> {
  const alerts = row.alerts.flatMap((id) => organization.alert(id) ?? [])
  return query.dressed(
    {
      id: row.uuid,
      rrn: row.rrn,
      title: row.title,
      status: row.status === 'WAITING' ? 'INVESTIGATING' : row.status,
      source: row.source === 'USER' ? 'MANUAL' : row.source,
      disposition: row.disposition === dispositions.v2 ? dispositions.v1 : row.disposition,
      ...(row.assignee && { assignee: row.assignee }),
      alerts: alerts.map(({ happening }) => ({
        type: happening.detector,
        type_description: happening.description,
        first_event_time: stamp(happening.at, switches),
      })),
      created_time: stamp(row.created, switches),
    },
    switches,
  )
}

/** Always by creation, newest first; a sort is only checked for its form, since the overview page asks for one. */
function list(call: Call): Listing<Investigation> {
  const organization = here(call)
  if (typeof call.query['sort'] === 'string') query.readSort(call.query['sort'])
  const wanted = query.wordsOf(call, 'statuses', statuses)
  const { start_time: start, end_time: end } = call.query
  const from = typeof start === 'string' ? Date.parse(start) : -Infinity
  const to = typeof end === 'string' ? Date.parse(end) : Infinity
  const rows = organization.investigations
    .between(from, to)
    .toReversed()
    .filter((row) => wanted?.has(row.status === 'WAITING' ? 'INVESTIGATING' : row.status) !== false)
  return new Listing(rows, (row) => JSON.stringify(print({ organization, row }, call.switches)))
}

function setStatus(call: Call): unknown {
  const found = find(call)
  const status = query.wordOf(call.params['status'], statuses, 'status')
  return print({ ...found, row: change(call, found, { status }) }, call.switches)
}

function assign(call: Call): unknown {
  const found = find(call)
  const assignee = assigneeOf(found.organization, query.bodyOf(call)['user_email_address'])
  return print({ ...found, row: change(call, found, { assignee }) }, call.switches)
}

/** Closes what is open, of one source (and alert type), created strictly within the window. */
function bulkClose(version: 1 | 2): Behaviour {
  return (call) => {
    const organization = here(call)
    const body = query.bodyOf(call)
    const rows = matching(organization, body)
    const most = body['max_investigations_to_close']
    if (typeof most === 'number' && rows.length > most)
      throw query.badRequest(
        `${rows.length} investigations match, more than max_investigations_to_close allows`,
      )
    const disposition =
      version === 2 ? query.textOr(body['disposition'], 'NOT_APPLICABLE').toUpperCase() : undefined
    for (const row of rows) {
      const changes = {
        status: 'CLOSED',
        accessed: call.now,
        ...(disposition !== undefined && { disposition }),
      }
      organization.investigations.replace(row, changes)
    }
    return { ids: rows.map((row) => row.uuid), num_closed: rows.length }
  }
}

function matching(organization: Organization, body: Record<string, unknown>): Investigation[] {
  const source = query.wordOf(body['source'], ['ALERT', 'MANUAL', 'HUNT'], 'source')
  const { from, to } = query.windowOf({ start: body['from'], end: body['to'] }, 0, 0)
  const type = body['alert_type']
  if (source === 'ALERT' && typeof type !== 'string' && typeof body['detection_rule_rrn'] !== 'string')
    throw query.badRequest('alert_type is required when source is ALERT')
  if (typeof body['detection_rule_rrn'] === 'string' && type !== 'Attacker Behavior Detected')
    throw query.badRequest('alert_type must be Attacker Behavior Detected when detection_rule_rrn is given')
  const ofType = (row: Investigation): boolean =>
    row.alerts.some((id) => organization.alert(id)?.happening.detector === type)
  return organization.investigations.between(from, to).filter((row) => {
    if (row.status === 'CLOSED' || (row.source === 'USER' ? 'MANUAL' : row.source) !== source) return false
    return source !== 'ALERT' || typeof body['detection_rule_rrn'] === 'string' || ofType(row)
  })
}

export const investigationV1Behaviours: Record<string, Behaviour> = {
  'investigations-v1.list': list,
  'investigations-v1.set-status': setStatus,
  'investigations-v1.assign': assign,
  'investigations-v1.bulk-close': bulkClose(1),
  'investigations.bulk-close': bulkClose(2),
}
