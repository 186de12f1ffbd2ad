import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, free, many, text } from './fields.ts'
import { siemPages, whole } from './paging.ts'

/** The SIEM alerts interface: every alert, also those of no investigation. Not every organization has it. */
const keyed = z.array(z.looseObject({ key: text, values: many })).nullish()

export const siemAlert = z.looseObject({
  rrn: z.string(),
  version: count,
  created_at: text,
  updated_at: text,
  alerted_at: text,
  ingested_at: text,
  external_source: text,
  external_id: text,
  organization: z
    .looseObject({ id: text, name: text, region: text, customer_id: text, customer_name: text })
    .nullish(),
  title: text,
  type: text,
  rule: z.looseObject({ rrn: text, name: text, mitre_tcodes: many, version_rrn: text }).nullish(),
  rule_matching_keys: keyed,
  rule_keys_of_interest: keyed,
  responsibility: words('UNMAPPED', 'CUSTOMER', 'MDR').nullish(),
  assignee: sometimes(free),
  priority: words('UNMAPPED', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL').nullish(),
  status: words('UNMAPPED', 'OPEN', 'INVESTIGATING', 'WAITING', 'CLOSED').nullish(),
  disposition: text,
  investigation_rrn: text,
  tags: many,
})

export type SiemAlert = z.infer<typeof siemAlert>

/** With `rrns_only` a row is the alert's name alone. */
const row = z.union([z.string(), siemAlert])

const evidence = z.looseObject({
  rrn: z.string(),
  event_type: text,
  evented_at: text,
  data: text.describe('JSON in a text'),
})
const actor = z.looseObject({ rrn: text, id: text, type: text, user_id: text, display_name: text })
const action = z.looseObject({ action_rrn: text })

const term = z.looseObject({ field_ids: z.array(z.string()), operator: z.string(), terms: many })
const searched = z.looseObject({
  start_time: z.iso.datetime({ offset: true }),
  end_time: z.iso.datetime({ offset: true }).nullish(),
  leql: text,
  terms: z.array(term).nullish(),
})
const wrapped = z.looseObject({ value: z.unknown() }).nullish()
const patch = z.looseObject({
  status: wrapped,
  priority: wrapped,
  disposition: wrapped,
  assignee_id: wrapped,
  investigation_rrn: wrapped,
  tags: wrapped,
  comment: text,
})

const base = '/idr/at/alerts'
const one = `${base}/{rrn}`
const read = { method: 'POST', repeatable: true } as const
const tree = z.looseObject({})
const treeQuery = z.object({ force_refresh: z.boolean().optional(), branch: z.string().optional() })

export const siemAlerts = {
  search: operation({
    id: 'siem-alerts.list',
    ...read,
    path: `${base}/ops/search`,
    summary: 'Alerts of a window of at most six months',
    source: 'C: PLG, KMCP',
    query: z.object({ rrns_only: z.boolean().optional() }),
    body: z.looseObject({
      search: searched.optional(),
      sorts: z.array(z.looseObject({ field_id: z.string(), order: z.string() })).nullish(),
      field_ids: many,
      aggregates: many,
    }),
    answer: row,
    paging: siemPages('alerts', 'rrns'),
  }),
  byRrns: operation({
    id: 'siem-alerts.by-rrns',
    ...read,
    path: `${base}/ops/rrns`,
    summary: 'Alerts by their names',
    source: 'C: KMCP, PSOC',
    query: z.object({ strict: z.boolean().optional().describe('404 when there is none') }),
    body: z.looseObject({ rrns: z.array(z.string()).optional(), field_ids: many }),
    answer: row,
    paging: siemPages('alerts', 'rrns'),
  }),
  get: operation({
    id: 'siem-alerts.get',
    method: 'GET',
    path: one,
    summary: 'One alert',
    source: 'C: PLG',
    answer: siemAlert,
  }),
  update: operation({
    id: 'siem-alerts.update',
    method: 'PATCH',
    path: one,
    summary: 'Change an alert; every value is wrapped',
    source: 'C: PLG; KMCP calls it asynchronous',
    body: patch,
    answer: siemAlert,
    permission: may.write,
    repeatable: true,
  }),
  updateMany: operation({
    id: 'siem-alerts.update-many',
    method: 'PATCH',
    path: base,
    summary: 'Change all alerts of a search; done later',
    source: 'C: KMCP',
    body: z.looseObject({ search: searched, patch }),
    answer: action,
    status: 202,
    permission: may.write,
  }),
  evidences: operation({
    id: 'siem-alerts.evidences',
    method: 'GET',
    path: `${one}/evidences`,
    summary: 'Evidence of an alert',
    source: 'C: PLG',
    answer: evidence,
    paging: siemPages('evidences'),
  }),
  actors: operation({
    id: 'siem-alerts.actors',
    method: 'GET',
    path: `${one}/actors`,
    summary: 'Accounts and assets of an alert',
    source: 'C: PLG',
    answer: actor,
    paging: siemPages('actors'),
  }),
  processTree: operation({
    id: 'siem-alerts.process-tree',
    ...read,
    path: `${one}/process_trees/latest`,
    summary: 'The process tree of an alert; 404 when there is none',
    source: 'C: KMCP, PSOC',
    query: treeQuery,
    answer: tree,
  }),
  processTreeOf: operation({
    id: 'siem-alerts.process-tree-of',
    ...read,
    path: `${one}/process_trees/{treeRrn}/latest`,
    summary: 'One process tree again',
    source: 'C: KMCP, PSOC',
    query: treeQuery,
    answer: tree,
  }),
  investigate: operation({
    id: 'siem-alerts.investigate',
    method: 'POST',
    path: `${base}/ops/investigate`,
    summary: 'Make an investigation of all alerts of a search; they are attached later',
    source: 'C: KMCP, PSOC',
    body: z.looseObject({
      organization_id: text,
      title: z.string().min(1),
      status: text,
      disposition: text,
      search: searched,
      priority: text,
    }),
    answer: action,
    permission: may.create,
  }),
  report: operation({
    id: 'siem-alerts.report',
    ...read,
    path: `${base}/ops/generateReport`,
    summary: 'A report of a search',
    source: 'C: KMCP; I: answer',
    body: z.looseObject({}),
    answer: z.looseObject({}),
  }),
  fields: operation({
    id: 'siem-fields.list',
    method: 'GET',
    path: `${base}/2/fields`,
    summary: 'Fields that searches know',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({ id: z.string() }),
    paging: whole('fields'),
  }),
  field: operation({
    id: 'siem-fields.get',
    method: 'GET',
    path: `${base}/2/fields/{id}`,
    summary: 'One field',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({ id: z.string() }),
  }),
  fieldValues: operation({
    id: 'siem-fields.values',
    method: 'GET',
    path: `${base}/2/fields/{id}/values`,
    summary: 'Values of a field',
    source: 'C: KMCP; I: answer',
    answer: z.unknown(),
    paging: whole('values'),
  }),
  assigneeOptions: operation({
    id: 'siem-alerts.assignee-options',
    method: 'GET',
    path: `${one}/assigneeOptions`,
    summary: 'Who can be given an alert',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({ id: text }),
    paging: whole('assignees'),
  }),
  assigneesFor: operation({
    id: 'siem-alerts.assignees-for',
    ...read,
    path: `${base}/assigneeOptions`,
    summary: 'Who can be given several alerts',
    source: 'C: KMCP; I: answer',
    body: z.looseObject({}),
    answer: z.looseObject({ id: text }),
    paging: whole('assignees'),
  }),
  actions: operation({
    id: 'siem-actions.list',
    method: 'GET',
    path: '/idr/at/actions',
    summary: 'Changes that are carried out later',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({ rrn: text }),
    paging: whole('actions'),
  }),
  actionResult: operation({
    id: 'siem-actions.result',
    method: 'GET',
    path: '/idr/at/actions/{rrn}/result',
    summary: 'What became of such a change',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({}),
  }),
  actionTasks: operation({
    id: 'siem-actions.tasks',
    method: 'GET',
    path: '/idr/at/actions/{rrn}/tasks',
    summary: 'Steps of such a change',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({}),
    paging: whole('tasks'),
  }),
}
