import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { isObject } from '../../contract/errors.ts'
import { sortKeys } from './investigations.ts'
import { stamp, stampOrNull } from './sandbox-ids.ts'
import { here, reach } from './sandbox-keys.ts'
import { type Organization, notFound, plainName } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'
import { type Investigation, alertedOf, createdOf } from './sandbox-shelf.ts'

/** Investigations as version 2 shows them. */
const words = {
  status: ['OPEN', 'INVESTIGATING', 'WAITING', 'CLOSED'],
  priority: ['UNSPECIFIED', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
  source: ['ALERT', 'MANUAL', 'HUNT', 'USER', 'AUTOMATION'],
  disposition: ['UNDECIDED', 'BENIGN', 'MALICIOUS', 'NOT_APPLICABLE', 'FALSE_POSITIVE', 'SECURITY_TEST', 'UNKNOWN'],
  /** UNDECIDED cannot be set by path. */
  settable: ['BENIGN', 'MALICIOUS', 'NOT_APPLICABLE'],
}

export function print(row: Investigation, switches: Record<string, string>): Record<string, unknown> {
  const odd = switches['words'] === 'unknown'
  return query.dressed(
    {
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
    },
    switches,
  )
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
export function change(call: Call, { organization, row }: Found, changes: Partial<Investigation>): Investigation {
  const same = Object.entries(changes).every(([name, value]) => row[name as keyof Investigation] === value) // Partial<Investigation>'s
  return same ? row : organization.investigations.replace(row, { ...changes, accessed: call.now })
}

const rank = (row: Investigation): number => words.priority.indexOf(row.priority)

const sortFields: Record<string, (row: Investigation) => string | number> = {
  created_time: createdOf,
  priority: rank,
  rrn: (row) => row.rrn,
  responsibility: (row) => row.responsibility ?? '',
  alerts_most_recent_created_time: alertedOf,
  alerts_most_recent_detection_created_time: alertedOf,
}

function list(call: Call): unknown[] {
  const { from, to } = query.windowOf({ start: call.query['start_time'], end: call.query['end_time'] }, call.now, 28)
  const keep = filterOf(call)
  const sort = query.readSort(query.textOr(call.query['sort'], 'priority,DESC'))
  const rows = ordered(reach(call), { from, to }, keep, sort)
  return query.lazily(rows, (row) => print(row, call.switches))
}

function filterOf(call: Call): (row: Investigation) => boolean {
  const statuses = query.wordsOf(call, 'statuses', words.status)
  const sources = query.wordsOf(call, 'sources', words.source)
  const priorities = query.wordsOf(call, 'priorities', words.priority)
  const tags = Array.isArray(call.query['tags']) ? call.query['tags'].map(String) : undefined
  const email = query.textOr(call.query['assignee.email'], undefined)?.toLowerCase()
  return (row) =>
    statuses?.has(row.status) !== false &&
    priorities?.has(row.priority) !== false &&
    (sources === undefined || sources.has(row.source) || (row.source === 'USER' && sources.has('MANUAL'))) &&
    (tags === undefined || tags.every((tag) => row.tags?.includes(tag) === true)) &&
    (email === undefined || row.assignee?.email.toLowerCase() === email)
}

type Order = { field: string; order: string }

/** The two orders that are kept cost nothing; priorities have five shelves; anything else is sorted. */
function ordered(
  organizations: readonly Organization[],
  { from, to }: { from: number; to: number },
  keep: (row: Investigation) => boolean,
  sort: readonly Order[],
): readonly Investigation[] {
  const keys = sort.map(({ field, order }): query.Sorted<Investigation> => {
    const by = sortFields[field]
    if (by === undefined) throw query.badRequest(`sort: ${field} is not one of ${sortKeys.join(', ')}`)
    return { field, by, sign: query.signOf(order) }
  })
  const [only] = organizations
  const [key, ...more] = keys
  if (key === undefined || organizations.length !== 1 || only === undefined || more.length > 0)
    return query.sorted(organizations.flatMap((one) => one.investigations.between(from, to).filter(keep)), keys)
  const { investigations } = only
  if (key.by === alertedOf) {
    const rows = investigations.alerted.filter((row) => row.created > from && row.created < to && keep(row))
    return key.sign === 1 ? rows : rows.toReversed()
  }
  const rows = investigations.between(from, to).filter(keep)
  if (key.field === 'created_time') return key.sign === 1 ? rows : rows.toReversed()
  return key.field === 'priority' ? byPriority(rows, key.sign) : query.sorted(rows, keys)
}

/** Of equal priority the newest comes first. */
function byPriority(rows: readonly Investigation[], sign: 1 | -1): Investigation[] {
  const shelves = Map.groupBy(rows.toReversed(), rank)
  return [...shelves].toSorted(([a], [b]) => (a - b) * sign).flatMap(([, shelf]) => shelf)
}

type Searched = { row: Investigation; organization: Organization }

const hostsOf = ({ row, organization }: Searched): string[] =>
  row.alerts.flatMap((id) => organization.alert(id)?.happening.host.name ?? [])

const searchFields: Record<string, query.Field<Searched>> = {
  actor_asset_hostname: { operators: ['CONTAINS'], of: hostsOf },
  actor_user_name: {
    operators: ['CONTAINS'],
    of: ({ row, organization }) => row.alerts.flatMap((id) => organization.alert(id)?.happening.host.user ?? []),
  },
  title: { operators: ['CONTAINS'], of: ({ row }) => row.title },
  alert_mitre_t_codes: { operators: ['EQUALS'], of: () => [] },
  alert_rule_rrn: { operators: ['EQUALS'], of: () => [] },
  assignee_id: { operators: ['EQUALS'], of: ({ row }) => row.assignee?.email ?? [] },
  organization_id: { operators: ['EQUALS'], of: ({ row }) => row.organizationId },
  source: { operators: ['EQUALS'], of: ({ row }) => row.source },
  status: { operators: ['EQUALS'], of: ({ row }) => row.status },
  priority: { operators: ['EQUALS'], sortable: true, of: ({ row }) => String(rank(row)) },
  rrn: { operators: ['EQUALS'], sortable: true, of: ({ row }) => row.rrn },
  created_time: { sortable: true, of: ({ row }) => stamp(row.created, { fractions: 'milliseconds' }) },
  alerts_most_recent_created_time: { sortable: true, of: ({ row }) => String(alertedOf(row)).padStart(15, '0') },
  alerts_most_recent_detection_created_time: { sortable: true, of: ({ row }) => String(alertedOf(row)).padStart(15, '0') },
}

/** A priority is searched by its word and sorted by its rank. */
const byWord: Record<string, query.Field<Searched>> = {
  ...searchFields,
  priority: { operators: ['EQUALS'], sortable: true, of: ({ row }) => row.priority },
}

function searchAll(call: Call): unknown[] {
  const body = query.bodyOf(call)
  const { from, to } = query.windowOf({ start: body['start_time'], end: body['end_time'] }, call.now, 28)
  const rows = reach(call).flatMap((organization) =>
    organization.investigations.between(from, to).map((row) => ({ row, organization })),
  )
  const found = query.search(rows, { search: body['search'] }, byWord)
  const sorted = query.search(found, { sort: body['sort'] ?? [{ field: 'priority', order: 'DESC' }] }, searchFields)
  return query.lazily(sorted, ({ row }) => print(row, call.switches))
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
  if (email === undefined || email === null) return null
  const person = organization.people.find((one) => one.email.toLowerCase() === String(email).toLowerCase())
  if (person === undefined) throw new Refusal(404, 'not_found', `The user ${String(email)} was not found`)
  return { name: `${person.first_name} ${person.last_name}`, email: person.email }
}

function update(call: Call): unknown {
  const found = find(call)
  const body = query.bodyOf(call)
  const { assignee } = body
  const changes: Partial<Investigation> = {
    ...(typeof body['title'] === 'string' && { title: body['title'] }),
    ...(typeof body['status'] === 'string' && { status: query.wordOf(body['status'], words.status, 'status') }),
    ...(typeof body['priority'] === 'string' && { priority: query.wordOf(body['priority'], words.priority, 'priority') }),
    ...dispositionOf(body),
    // `assignee: null` is no change; `{"email": null}` takes the assignee away.
    ...(isObject(assignee) && 'email' in assignee && { assignee: assigneeOf(found.organization, assignee['email']) }),
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
  'investigations.list': list,
  'investigations.create': create,
  'investigations.search': searchAll,
  'investigations.get': get,
  'investigations.update': update,
  'investigations.set-status': setStatus,
  'investigations.set-priority': setPriority,
  'investigations.set-disposition': setDisposition,
  'investigations.assign': assign,
}
