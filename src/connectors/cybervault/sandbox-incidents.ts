import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { isObject } from '../../contract/errors.ts'
import { actionList } from './actions.ts'
import { stampOf, timeOf } from './fields.ts'
import { incidentList, incidentStatuses, timelineList } from './incidents.ts'
import { identityOf } from './keys.ts'
import { printed } from './printing.ts'
import { type Space, type Vault, badField, inMemory, wrongState } from './sandbox-vault.ts'
import { type Row, valuesAt } from './values.ts'

/** Incidents: opened by people or by the engine, moved on by people, told line by line. */

const hour = 3_600_000

/** From 90 on the engine opens an incident, one for a host and technique within an hour; later assessments join it. */
export function joinIncident(vault: Vault, space: Space, threat: Row, payload: unknown, at: number): Row {
  const id = String(threat['assessment_id'])
  const host = hostOf(payload)
  const known = host === undefined ? undefined : openFor(space, threat, host, at)
  if (known === undefined) return openByEngine(vault, space, threat, host, at)
  const ids = [...(known['assessment_ids'] as string[]), id] // our own row
  const incidentId = String(known['incident_id'])
  link(space, incidentId, [id])
  vault.tell(space, incidentId, at, { actor: 'engine', kind: 'assessment.joined', message: `${id} joined` })
  return space.incidents.change(incidentId, { assessment_ids: ids, updated_at: stampOf(at) })
}

function hostOf(payload: unknown): string | undefined {
  const host = isObject(payload) && isObject(payload['host']) ? payload['host'] : {}
  const name = host['hostname'] ?? host['host_id']
  return typeof name === 'string' ? name : undefined
}

function openFor(space: Space, threat: Row, host: string, at: number): Row | undefined {
  const techniques = new Set(valuesAt(threat, 'mitre_attack.technique_id'))
  return [...space.incidents.all()].find((row) => {
    if (row['source'] !== 'engine' || at - (timeOf(String(row['created_at'])) ?? 0) > hour) return false
    if (!valuesAt(row, 'affected_assets.value').includes(host)) return false
    const held = (row['assessment_ids'] as string[]).flatMap((id) =>
      valuesAt(space.threats.get(id), 'mitre_attack.technique_id'),
    )
    return held.some((technique) => techniques.has(technique))
  })
}

function openByEngine(vault: Vault, space: Space, threat: Row, host: string | undefined, at: number): Row {
  const [technique = 'Threat'] = valuesAt(threat, 'mitre_attack.technique')
  return openIncident(
    vault,
    space,
    { actor: 'engine', at },
    {
      title: `${String(technique)}${host === undefined ? '' : ` on ${host}`}`,
      description: `The engine scored ${String(threat['assessment_id'])} at ${String(threat['risk_score'])} of 100.`,
      severity: threat['severity'],
      source: 'engine',
      assessment_ids: [threat['assessment_id']],
      affected_assets: host === undefined ? [] : [{ type: 'host', value: host }],
    },
  )
}

interface By {
  actor: string
  at: number
}

function openIncident(vault: Vault, space: Space, { actor, at }: By, fields: Row): Row {
  const stamp = stampOf(at)
  const id = vault.newId('inc')
  const row = space.incidents.put({
    incident_id: id,
    title: fields['title'],
    description: fields['description'] ?? '',
    severity: fields['severity'],
    status: 'open',
    source: fields['source'],
    assessment_ids: fields['assessment_ids'],
    affected_assets: fields['affected_assets'],
    assignee: fields['assignee'] ?? null,
    tags: fields['tags'] ?? [],
    resolution: null,
    tenant_id: space.tenant.id,
    created_at: stamp,
    updated_at: stamp,
    contained_at: null,
    resolved_at: null,
  })
  link(space, id, fields['assessment_ids'] as string[]) // read by the schema, or our own
  vault.tell(space, id, at, { actor, kind: 'incident.created', message: String(fields['title']) })
  return row
}

function link(space: Space, incidentId: string, assessmentIds: readonly string[]): void {
  for (const id of assessmentIds) {
    const incidents = space.incidentsOf.get(id) ?? new Set()
    space.incidentsOf.set(id, incidents.add(incidentId))
  }
}

/** Forward, also past a step; and back from an end to the investigation. */
export function changeIncident(vault: Vault, space: Space, row: Row, changes: Row, { actor, at }: By): Row {
  const id = String(row['incident_id'])
  const moved = changes['status'] === undefined ? {} : movedTo(row, changes, stampOf(at))
  for (const name of Object.keys(changes)) {
    const message = `${name} is ${JSON.stringify(changes[name])}`
    vault.tell(space, id, at, {
      actor,
      kind: `incident.${name}`,
      message,
      data: { before: row[name], after: changes[name] },
    })
  }
  return space.incidents.change(id, { ...changes, ...moved, updated_at: stampOf(at) })
}

function movedTo(row: Row, changes: Row, stamp: string): Row {
  const [before, status] = [String(row['status']), String(changes['status'])]
  const steps: readonly string[] = incidentStatuses
  const reopened = status === 'investigating' && (before === 'resolved' || before === 'closed')
  if (!reopened && steps.indexOf(status) < steps.indexOf(before))
    throw wrongState(`An incident that is ${before} cannot become ${status}.`)
  if (status === 'closed' && (changes['resolution'] ?? row['resolution']) === null)
    throw badField('resolution', 'is needed to close an incident', 'missing_field')
  if (reopened) return { contained_at: null, resolved_at: null }
  return {
    ...(status === 'contained' && { contained_at: row['contained_at'] ?? stamp }),
    ...((status === 'resolved' || status === 'closed') && { resolved_at: row['resolved_at'] ?? stamp }),
  }
}

const changeable = ['title', 'description', 'severity', 'status', 'assignee', 'tags', 'resolution']

export function incidentBehaviours(vault: Vault): Record<string, Behaviour> {
  const find = (call: Call): Row => vault.find(call, 'incidents', call.params['incident_id'])
  const by = (call: Call): By => ({ actor: identityOf(call).account, at: call.now })
  const bodyOf = (call: Call): Row => call.body as Row // every schema is an object's
  return {
    'incidents.list'(call) {
      const space = vault.spaceOf(call)
      vault.read.add(space.tenant.id)
      return vault.list(call, incidentList, space.incidents)
    },
    'incidents.create'(call) {
      const [space, body] = [vault.spaceOf(call), bodyOf(call)]
      const unknown = (body['assessment_ids'] as string[]).find((id) => space.threats.get(id) === undefined) // read by the schema
      if (unknown !== undefined) throw badField('assessment_ids', `there is no ${unknown}`)
      const row = openIncident(vault, space, by(call), { ...body, source: 'api' })
      return new Reply(201, printed(row, call.switches), {
        location: `/v3/incidents/${String(row['incident_id'])}`,
      })
    },
    'incidents.get': (call) => printed(find(call), call.switches),
    'incidents.update'(call) {
      const row = find(call)
      const changes = Object.fromEntries(
        changeable.flatMap((name) => {
          const value = bodyOf(call)[name]
          return value === undefined || JSON.stringify(value) === JSON.stringify(row[name])
            ? []
            : [[name, value]]
        }),
      )
      if (Object.keys(changes).length === 0) return printed(row, call.switches)
      return printed(changeIncident(vault, vault.spaceOf(call), row, changes, by(call)), call.switches)
    },
    'incidents.timeline'(call) {
      const id = String(find(call)['incident_id'])
      return inMemory(call, timelineList, vault.spaceOf(call).timelines.get(id) ?? [])
    },
    'incidents.note'(call) {
      const [space, id] = [vault.spaceOf(call), String(find(call)['incident_id'])]
      const { actor, at } = by(call)
      const body = String(bodyOf(call)['body'])
      vault.tell(space, id, at, { actor, kind: 'note', message: body })
      space.incidents.change(id, { updated_at: stampOf(at) })
      return { id: vault.newId('note'), incident_id: id, body, author: actor, created_at: stampOf(at) }
    },
    'incidents.actions'(call) {
      const id = String(find(call)['incident_id'])
      return vault.list(call, actionList, vault.spaceOf(call).actions, (row) => row['incident_id'] === id)
    },
  }
}
