import { type Listing, listed } from '../../contract/listing.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { sortKeys } from './investigations.ts'
import { stamp } from './sandbox-ids.ts'
import { print, words } from './sandbox-investigations.ts'
import { reach } from './sandbox-keys.ts'
import type { Organization } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'
import { type Investigation, alertedOf, createdOf } from './sandbox-shelf.ts'

/** The list of investigations, and their search. */
const rank = (row: Investigation): number => words.priority.indexOf(row.priority)

const sortFields: Record<string, (row: Investigation) => string | number> = {
  created_time: createdOf,
  priority: rank,
  rrn: (row) => row.rrn,
  responsibility: (row) => row.responsibility ?? '',
  alerts_most_recent_created_time: alertedOf,
  alerts_most_recent_detection_created_time: alertedOf,
}

const rowsOf = listed((row: Investigation, { switches }) => print(row, switches))

function list(call: Call): Listing<Investigation> {
  const { from, to } = query.windowOf(
    { start: call.query['start_time'], end: call.query['end_time'] },
    call.now,
    28,
  )
  const keep = filterOf(call)
  const sort = query.readSort(query.textOr(call.query['sort'], 'priority,DESC'))
  return rowsOf(ordered(reach(call), { from, to }, keep, sort), call)
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
    return query.sorted(
      organizations.flatMap((one) => one.investigations.between(from, to).filter(keep)),
      keys,
    )
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
    of: ({ row, organization }) =>
      row.alerts.flatMap((id) => organization.alert(id)?.happening.host.user ?? []),
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
  alerts_most_recent_created_time: {
    sortable: true,
    of: ({ row }) => String(alertedOf(row)).padStart(15, '0'),
  },
  alerts_most_recent_detection_created_time: {
    sortable: true,
    of: ({ row }) => String(alertedOf(row)).padStart(15, '0'),
  },
}

/** A priority is searched by its word and sorted by its rank. */
const byWord: Record<string, query.Field<Searched>> = {
  ...searchFields,
  priority: { operators: ['EQUALS'], sortable: true, of: ({ row }) => row.priority },
}

function searchAll(call: Call): Listing<Investigation> {
  const body = query.bodyOf(call)
  const { from, to } = query.windowOf({ start: body['start_time'], end: body['end_time'] }, call.now, 28)
  const rows = reach(call).flatMap((organization) =>
    organization.investigations.between(from, to).map((row) => ({ row, organization })),
  )
  const found = query.search(rows, { search: body['search'] }, byWord)
  const sorted = query.search(
    found,
    { sort: body['sort'] ?? [{ field: 'priority', order: 'DESC' }] },
    searchFields,
  )
  return rowsOf(
    sorted.map(({ row }) => row),
    call,
  )
}

export const investigationListBehaviours: Record<string, Behaviour> = {
  'investigations.list': list,
  'investigations.search': searchAll,
}
