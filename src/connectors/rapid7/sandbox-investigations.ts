import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { isObject } from '../../contract/errors.ts'
import { stamp, stampOrNull } from './sandbox-ids.ts'
import { here, reach } from './sandbox-keys.ts'
import { type Organization, notFound, plainName } from './sandbox-organization.ts'
import { withoutNulls } from '../shapes.ts'
import * as query from './sandbox-query.ts'
import type { Investigation } from './sandbox-shelf.ts'

/** Investigations as version 2 shows them. */
export const words = {
  status: ['OPEN', 'INVESTIGATING', 'WAITING', 'CLOSED'],
  priority: ['UNSPECIFIED', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
  source: ['ALERT', 'MANUAL', 'HUNT', 'USER', 'AUTOMATION'],
  disposition: [
    'UNDECIDED',
    'BENIGN',
    'MALICIOUS',
    'NOT_APPLICABLE',
    'FALSE_POSITIVE',
    'SECURITY_TEST',
    'UNKNOWN',
  ],
  /** UNDECIDED cannot be set by path. */
  settable: ['BENIGN', 'MALICIOUS', 'NOT_APPLICABLE'],
}

export function print(row: Investigation, switches: Record<string, string>): Record<string, unknown> {
  const odd = switches['words'] === 'unknown'
  const shown = toV2(row, switches, odd)
  return query.dressed(switches['nulls'] === 'absent' ? withoutNulls(shown) : shown, switches)
}

function toV2(row: Investigation, switches: Record<string, string>, odd: boolean): Record<string, unknown> {
  return {
    rrn: row.rrn,
    organization_id: row.organizationId,
    title: row.title,
    source: row.source,
    status: row.status,
    priority: odd && row.priority === 'MEDIUM' ? 'ELEVATED' : row.priority,
    last_accessed: stamp(row.accessed, switches),
    created_time: stamp(row.created, switches),
    disposition: odd && row.disposition === 'UNDECIDED' ? 'PENDING_REVIEW' : row.disposition,
    assignee: row.assignee,
    first_alert_time: stampOrNull(row.firstAlert, switches),
    latest_alert_time: stampOrNull(row.latestAlert, switches),
    responsibility: row.responsibility,
    tags: row.tags,
  }
}

export interface Found {
  organization: Organization
  row: Investigation
}

/** By resource name or by the old UUID; another organization's does not exist. */
export function find(call: Call): Found {
  const name = plainName(call.params['id'] ?? '')
  for (const organization of reach(call)) {
    const row = organization.investigations.get(name)
    if (row !== undefined) return { organization, row }
  }
  throw notFound('investigation')
}

/** A change bumps `last_accessed`; setting what is there already changes nothing. */
export function change(
  call: Call,
  { organization, row }: Found,
  changes: Partial<Investigation>,
): Investigation {
  const same = Object.entries(changes).every(([name, value]) => row[name as keyof Investigation] === value) // Partial<Investigation>'s
  return same ? row : organization.investigations.replace(row, { ...changes, accessed: call.now })
}

function create(call: Call): unknown {
  const organization = here(call)
  const body = query.bodyOf(call)
  const row = organization.investigations.add({
    uuid: organization.nextUuid('investigation'),
    rrn: organization.rrn('investigation', 'investigation', organization.next('investigation')),
    organizationId: organization.id,
    title: String(body['title']),
    source: 'USER',
    status: query.wordOf(body['status'] ?? 'OPEN', words.status, 'status'),
    priority: query.wordOf(body['priority'] ?? 'UNSPECIFIED', words.priority, 'priority'),
    disposition: query.wordOf(body['disposition'] ?? 'UNDECIDED', words.disposition, 'disposition'),
    assignee: assigneeOf(organization, isObject(body['assignee']) ? body['assignee']['email'] : undefined),
    created: call.now,
    accessed: call.now,
    firstAlert: null,
    latestAlert: null,
    responsibility: organization.customer === undefined ? null : 'CUSTOMER',
    tags: null,
    threatCommand: null,
    alerts: [],
  })
  return print(row, call.switches)
}

/** Somebody who may be given investigations; null for nobody. */
export function assigneeOf(organization: Organization, email: unknown): Investigation['assignee'] {
  if (typeof email !== 'string') return null
  const person = organization.people.find((one) => one.email.toLowerCase() === email.toLowerCase())
  if (person === undefined) throw new Refusal(404, 'not_found', `The user ${email} was not found`)
  return { name: `${person.first_name} ${person.last_name}`, email: person.email }
}

function update(call: Call): unknown {
  const found = find(call)
  const body = query.bodyOf(call)
  const { assignee } = body
  const changes: Partial<Investigation> = {
    ...(typeof body['title'] === 'string' && { title: body['title'] }),
    ...(typeof body['status'] === 'string' && {
      status: query.wordOf(body['status'], words.status, 'status'),
    }),
    ...(typeof body['priority'] === 'string' && {
      priority: query.wordOf(body['priority'], words.priority, 'priority'),
    }),
    ...dispositionOf(body),
    // `assignee: null` is no change; `{"email": null}` takes the assignee away.
    ...(isObject(assignee) &&
      'email' in assignee && { assignee: assigneeOf(found.organization, assignee['email']) }),
  }
  return print(change(call, found, changes), call.switches)
}

function dispositionOf(body: Record<string, unknown>): Partial<Investigation> {
  if (typeof body['disposition'] !== 'string') return {}
  return { disposition: query.wordOf(body['disposition'], words.disposition, 'disposition') }
}

function setStatus(call: Call): unknown {
  const found = find(call)
  const status = query.wordOf(call.params['status'], words.status, 'status')
  const disposition = status === 'CLOSED' ? dispositionOf(query.bodyOf(call)) : {}
  return print(change(call, found, { status, ...disposition }), call.switches)
}

function setPriority(call: Call): unknown {
  const priority = query.wordOf(call.params['priority'], words.priority, 'priority')
  return print(change(call, find(call), { priority }), call.switches)
}

function setDisposition(call: Call): unknown {
  const disposition = query.wordOf(call.params['disposition'], words.settable, 'disposition')
  return print(change(call, find(call), { disposition }), call.switches)
}

function assign(call: Call): unknown {
  const found = find(call)
  const assignee = assigneeOf(found.organization, query.bodyOf(call)['user_email_address'])
  return print(change(call, found, { assignee }), call.switches)
}

/** Looking at one is a view. */
function get(call: Call): unknown {
  const { organization, row } = find(call)
  return print(organization.investigations.replace(row, { accessed: call.now }), call.switches)
}

export const investigationBehaviours: Record<string, Behaviour> = {
  'investigations.create': create,
  'investigations.get': get,
  'investigations.update': update,
  'investigations.set-status': setStatus,
  'investigations.set-priority': setPriority,
  'investigations.set-disposition': setDisposition,
  'investigations.assign': assign,
}
