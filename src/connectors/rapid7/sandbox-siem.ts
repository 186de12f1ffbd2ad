import { isObject } from '../../contract/errors.ts'
import { type Listing, listed } from '../../contract/listing.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { alertRrnOf, shortId, stamp } from './sandbox-ids.ts'
import { here } from './sandbox-keys.ts'
import { toInvestigation } from './sandbox-make.ts'
import { type Alert, type Row, notFound } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'
import { print } from './sandbox-siem-row.ts'

/** The SIEM alerts interface. */
const day = 86_400_000
const sixMonths = 184 * day
const words = {
  status: ['UNMAPPED', 'OPEN', 'INVESTIGATING', 'WAITING', 'CLOSED'],
  priority: ['UNMAPPED', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
}
/** The interface is there, or none of its paths is. */
function offered(behaviour: Behaviour): Behaviour {
  return (call) => {
    if (call.switches['siemAlerts'] === 'off') throw notFound('resource')
    return behaviour(call)
  }
}

function visible(call: Call): Alert[] {
  return here(call).alerts.filter((alert) => alert.siem)
}

const fields: Record<string, (alert: Alert) => string> = {
  status: (alert) => alert.status,
  priority: (alert) => alert.priority,
  title: (alert) => alert.happening.title,
  type: (alert) => alert.happening.detector,
  created_at: (alert) => String(alert.created),
  investigation_rrn: (alert) => alert.investigation ?? '',
}

/** Newest first, as a search without sorts answers. */
function found(call: Call, given: unknown): Alert[] {
  const wanted = isObject(given) ? given : {}
  const { from, to } = query.windowOf({ start: wanted['start_time'], end: wanted['end_time'] }, call.now, 28)
  if (Math.min(to, call.now) - from > sixMonths)
    throw query.badRequest('search: the window is longer than six months')
  const tests = (Array.isArray(wanted['terms']) ? wanted['terms'] : []).filter(isObject).map(testOf)
  return visible(call)
    .filter((alert) => alert.created >= from && alert.created < to && tests.every((test) => test(alert)))
    .toReversed()
}

function testOf(term: Record<string, unknown>): (alert: Alert) => boolean {
  const ids = Array.isArray(term['field_ids']) ? term['field_ids'].map(String) : []
  const wanted = Array.isArray(term['terms']) ? term['terms'].map((one) => String(one).toLowerCase()) : []
  const of = ids.map((id) => fields[id] ?? unknownField(id))
  const hit = (text: string): boolean =>
    term['operator'] === 'CONTAINS' ? wanted.some((one) => text.includes(one)) : wanted.includes(text)
  const any = (alert: Alert): boolean => of.some((read) => hit(read(alert).toLowerCase()))
  return term['operator'] === 'NOT_EQUALS' ? (alert) => !any(alert) : any
}

function unknownField(id: string): never {
  throw query.badRequest(`search: ${id} is not a field`)
}

/** Of a region that could not be searched nothing comes, and deep pages of whole alerts may fail. */
function searched(call: Call): Listing<Alert> {
  const deep = Number(call.query['index'] ?? 0) > 0 && call.query['rrns_only'] !== true
  if (deep && call.switches['deepPages'] === 'fail')
    throw new Refusal(500, 'internal', 'Internal Server Error')
  const alerts = found(call, query.bodyOf(call)['search'])
  const reached = call.switches['failedRegions'] === 'none' ? alerts : alerts.filter((_, i) => i % 2 === 0)
  return rowsOf(reached, call)
}

const rowsOf = listed((alert: Alert, call) => print(here(call), alert, call.switches))

function byRrns(call: Call): Listing<Alert> {
  const names = query.bodyOf(call)['rrns']
  const alerts = (Array.isArray(names) ? names : []).flatMap((name) => oneBy(call, String(name)) ?? [])
  if (call.query['strict'] === true && alerts.length === 0) throw notFound('alert')
  return rowsOf(alerts, call)
}

function oneBy(call: Call, name: string): Alert | undefined {
  const alert = here(call).alert(name)
  return alert?.siem === true ? alert : undefined
}

function alertOf(call: Call): Alert {
  const alert = oneBy(call, call.params['rrn'] ?? '')
  if (alert === undefined) throw notFound('alert')
  return alert
}

function patched(call: Call, alert: Alert, patch: Record<string, unknown>): Alert {
  const value = (name: string): unknown => (isObject(patch[name]) ? patch[name]['value'] : undefined)
  const tags = isObject(patch['tags']) ? [patch['tags']['value']].flat().map(String) : []
  const gone = isObject(patch['tags']) && patch['tags']['action'] === 'REMOVE'
  const kept = alert.tags.filter((tag) => !tags.includes(tag))
  const changes: Partial<Alert> = {
    ...(value('status') !== undefined && { status: query.wordOf(value('status'), words.status, 'status') }),
    ...(value('priority') !== undefined && {
      priority: query.wordOf(value('priority'), words.priority, 'priority'),
    }),
    ...(value('disposition') !== undefined && { disposition: String(value('disposition')) }),
    ...(tags.length > 0 && { tags: gone ? kept : [...kept, ...tags] }),
  }
  const organization = here(call)
  const next = organization.changeAlert(alert, changes, call.now)
  const target = organization.investigations.get(query.textOr(value('investigation_rrn'), ''))
  if (target !== undefined) organization.link(next, target, call.now)
  return organization.alert(alert.rrn) ?? next
}

/** Changes that are carried out later: here at once, but told of in the same way. */
function later(call: Call, kind: string, count: number): { action_rrn: string } {
  const rrn = alertRrnOf(here(call), here(call).next('action'), 'action')
  here(call).actions.set(rrn, { rrn, type: kind, status: 'COMPLETED', total: count })
  return { action_rrn: rrn }
}

function updateMany(call: Call): Reply {
  const body = query.bodyOf(call)
  const alerts = found(call, body['search'])
  for (const alert of alerts) patched(call, alert, isObject(body['patch']) ? body['patch'] : {})
  return new Reply(202, later(call, 'PATCH', alerts.length))
}

function investigate(call: Call): unknown {
  const organization = here(call)
  const body = query.bodyOf(call)
  const alerts = found(call, body['search'])
  const [newest] = alerts
  if (newest !== undefined) {
    const fresh = toInvestigation(organization, newest.happening, call.now)
    const rrn = organization.rrn('investigation', 'investigation', organization.next('investigation'))
    const named = {
      ...fresh,
      uuid: organization.nextUuid('investigation'),
      rrn,
      title: String(body['title']),
    }
    let own = organization.investigations.add(named)
    for (const alert of alerts) own = organization.link(alert, own, call.now)
  }
  return later(call, 'INVESTIGATE', alerts.length)
}

function evidences(call: Call): unknown[] {
  const alert = alertOf(call)
  const { host, at, description } = alert.happening
  const data = JSON.stringify({ timestamp: stamp(at, {}), hostname: host.name, user: host.user, description })
  const time = stamp(alert.created, call.switches)
  const rrn = alertRrnOf(here(call), alert.rrn, 'evidence')
  return [
    {
      rrn,
      version: 1,
      created_at: time,
      updated_at: time,
      evented_at: stamp(at, call.switches),
      external_source: 'IDR ABA',
      event_type: 'process_start',
      data,
    },
  ]
}

function actors(call: Call): unknown[] {
  const { host } = alertOf(call).happening
  const organization = here(call)
  const one = (type: string, name: string): Row => {
    const id = shortId(type.toLowerCase(), organization.id, name)
    return {
      rrn: organization.rrn('uba', type.toLowerCase(), id),
      id,
      type,
      user_id: shortId('user', organization.id, host.user),
      display_name: name,
    }
  }
  return [one('ACCOUNT', host.user), one('ASSET', host.name)]
}

function processTree(call: Call): Row {
  const { host, activity } = alertOf(call).happening
  if (activity !== 'shell') throw notFound('process tree')
  const leaf = { process_name: 'powershell.exe', user: host.user, children: [] }
  return {
    hostname: host.name,
    process_tree: { process_name: 'explorer.exe', user: host.user, children: [leaf] },
  }
}

function actionOf(call: Call): Row {
  const action = here(call).actions.get(call.params['rrn'] ?? '')
  if (action === undefined) throw notFound('action')
  return action
}

const assignees = (call: Call): Row[] =>
  here(call).people.map(({ id, email, first_name, last_name }) => ({ id, email, first_name, last_name }))
const fieldOf = ({ params }: Call): Row => {
  const id = params['id'] ?? ''
  if (!(id in fields)) throw notFound('field')
  return { id, name: id }
}

const behaviours: Record<string, Behaviour> = {
  'siem-alerts.list': searched,
  'siem-alerts.by-rrns': byRrns,
  'siem-alerts.get': (call) => print(here(call), alertOf(call), call.switches),
  'siem-alerts.update': (call) =>
    print(here(call), patched(call, alertOf(call), query.bodyOf(call)), call.switches),
  'siem-alerts.update-many': updateMany,
  'siem-alerts.evidences': evidences,
  'siem-alerts.actors': actors,
  'siem-alerts.process-tree': processTree,
  'siem-alerts.process-tree-of': processTree,
  'siem-alerts.investigate': investigate,
  'siem-alerts.report': (call) => ({ total: visible(call).length }),
  'siem-fields.list': () => Object.keys(fields).map((id) => ({ id, name: id })),
  'siem-fields.get': fieldOf,
  'siem-fields.values': (call) => {
    const read = fields[String(fieldOf(call)['id'])] ?? (() => '')
    return [...new Set(visible(call).map(read))]
  },
  'siem-alerts.assignee-options': assignees,
  'siem-alerts.assignees-for': assignees,
  'siem-actions.list': (call) => [...here(call).actions.values()],
  'siem-actions.result': actionOf,
  'siem-actions.tasks': (call) => [{ ...actionOf(call), step: 1 }],
}

export const siemBehaviours = Object.fromEntries(
  Object.entries(behaviours).map(([id, one]) => [id, offered(one)]),
)
