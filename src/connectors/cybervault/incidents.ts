import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { severityWord, stamp, target, text, texts } from './fields.ts'
import { keyset, listQuery } from './paging.ts'
import { actionList, responseAction } from './actions.ts'

/** Incidents: opened by people over the interface, or by the engine for an assessment of 90 or more. */

const incidentSeverities = ['informational', 'low', 'medium', 'high', 'critical'] as const
export const incidentStatuses = ['open', 'investigating', 'contained', 'resolved', 'closed'] as const
const resolutions = ['true_positive', 'false_positive', 'benign', 'duplicate'] as const

export const incident = z.looseObject({
  incident_id: z.string().min(1),
  title: text,
  description: text,
  severity: severityWord,
  status: words('open', 'investigating', 'contained', 'resolved', 'closed').nullish(),
  source: words('api', 'engine').nullish(),
  assessment_ids: texts,
  affected_assets: z.array(target).nullish(),
  assignee: text,
  tags: texts,
  resolution: words('true_positive', 'false_positive', 'benign', 'duplicate').nullish(),
  tenant_id: text,
  created_at: stamp,
  updated_at: stamp,
  contained_at: stamp,
  resolved_at: stamp,
})

export type Incident = z.output<typeof incident>

export const incidentList = {
  name: 'incidents',
  id: 'incident_id',
  fields: ['created_at', 'updated_at', 'severity', 'status', 'assignee', 'source'],
  order: 'created_at:desc',
}

export const timelineList = { name: 'timeline', id: 'id', fields: ['at', 'kind', 'actor'], order: 'at:asc' }

const timelineRow = z.looseObject({
  id: z.string(),
  at: stamp,
  actor: text,
  kind: text,
  message: text,
  data: z.unknown(),
})

const note = z.looseObject({ id: z.string(), incident_id: text, body: text, author: text, created_at: stamp })

const title = z.string().min(1).max(200)
const tags = z.array(z.string())
const severity = z.enum(incidentSeverities)

const newIncident = z.looseObject({
  title,
  description: z.string().optional(),
  severity: severity.default('medium'),
  assessment_ids: z.array(z.string()).default([]),
  affected_assets: z.array(z.looseObject({ type: z.string(), value: z.string() })).default([]),
  assignee: z.string().nullable().optional(),
  tags: tags.default([]),
})

const incidentChange = z.looseObject({
  title: title.optional(),
  description: z.string().optional(),
  severity: severity.optional(),
  status: z.enum(incidentStatuses).optional(),
  assignee: z.string().nullable().optional(),
  tags: tags.optional(),
  resolution: z.enum(resolutions).nullable().optional(),
})

const read = ['response:read']
const write = ['response:write']

export const listIncidents = operation({
  id: 'incidents.list',
  method: 'GET',
  path: '/incidents',
  summary: 'Incidents',
  source: 'I: section 9; parameters C: SEED',
  query: listQuery,
  paging: keyset(incidentList),
  answer: incident,
  permission: read,
})

export const createIncident = operation({
  id: 'incidents.create',
  method: 'POST',
  path: '/incidents',
  summary: 'Opens an incident',
  source: 'I: section 9',
  body: newIncident,
  answer: incident,
  status: 201,
  permission: write,
})

export const getIncident = operation({
  id: 'incidents.get',
  method: 'GET',
  path: '/incidents/{incident_id}',
  summary: 'One incident',
  source: 'I: section 9',
  answer: incident,
  permission: read,
})

export const updateIncident = operation({
  id: 'incidents.update',
  method: 'PATCH',
  path: '/incidents/{incident_id}',
  summary: 'Changes an incident, or moves it on',
  source: 'I: section 9',
  body: incidentChange,
  answer: incident,
  permission: write,
})

export const listTimeline = operation({
  id: 'incidents.timeline',
  method: 'GET',
  path: '/incidents/{incident_id}/timeline',
  summary: 'What happened to an incident',
  source: 'I: section 9',
  query: listQuery,
  paging: keyset(timelineList),
  answer: timelineRow,
  permission: read,
})

export const createNote = operation({
  id: 'incidents.note',
  method: 'POST',
  path: '/incidents/{incident_id}/notes',
  summary: 'Notes something on an incident',
  source: 'I: section 9',
  body: z.looseObject({ body: z.string().min(1).max(10_000) }),
  answer: note,
  status: 201,
  permission: write,
})

export const listIncidentActions = operation({
  id: 'incidents.actions',
  method: 'GET',
  path: '/incidents/{incident_id}/actions',
  summary: 'Response actions of an incident',
  source: 'I: section 9',
  query: listQuery,
  paging: keyset(actionList),
  answer: responseAction,
  permission: read,
})

export const listThreatIncidents = operation({
  id: 'threats.incidents',
  method: 'GET',
  path: '/threats/{assessment_id}/incidents',
  summary: 'Incidents that hold an assessment',
  source: 'I: section 8',
  query: listQuery,
  paging: keyset(incidentList),
  answer: incident,
  permission: read,
})

const closed = new Set(['resolved', 'closed'])

/** An unknown word counts as open: better looked at than missed. */
export function isOpenIncident({ status }: Incident): boolean {
  return !closed.has(status?.toLowerCase() ?? '')
}
