import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { criteria, given, person, query, text } from './fields.ts'
import { pages } from './paging.ts'

const dispositions = [
  'UNDECIDED',
  'BENIGN',
  'MALICIOUS',
  'NOT_APPLICABLE',
  'FALSE_POSITIVE',
  'SECURITY_TEST',
  'UNKNOWN',
]

/** InsightIDR investigations, version 2. The specification declares camelCase; recorded answers are snake_case. */
export const investigation = z.looseObject({
  rrn: z.string(),
  organization_id: text,
  title: text,
  source: words('ALERT', 'MANUAL', 'HUNT', 'USER', 'AUTOMATION').nullish(),
  status: words('OPEN', 'INVESTIGATING', 'WAITING', 'CLOSED').nullish(),
  priority: words('UNSPECIFIED', 'UNMAPPED', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL').nullish(),
  disposition: words(...dispositions).nullish(),
  assignee: person,
  created_time: text,
  last_accessed: text,
  first_alert_time: text,
  latest_alert_time: text,
  responsibility: text,
  tags: z.array(z.string()).nullish(),
})

export type Investigation = z.infer<typeof investigation>

const base = '/idr/v2/investigations'
const scope = z.object({ 'multi-customer': query.multiCustomer })
const assignee = z.looseObject({ email: given }).nullish()
const closing = { disposition: given, threat_command_close_reason: given, threat_command_free_text: given }

export const sortKeys = [
  'created_time',
  'priority',
  'rrn',
  'alerts_most_recent_created_time',
  'alerts_most_recent_detection_created_time',
  'responsibility',
] as const

export const bulkClose = z.looseObject({
  source: z.string(),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  alert_type: given,
  detection_rule_rrn: given,
  max_investigations_to_close: z.int().min(0).nullish(),
  disposition: given,
})

export const bulkClosed = z.looseObject({ ids: z.array(z.string()), num_closed: z.int() })

const write = { answer: investigation, query: scope, permission: may.write }

export const investigations = {
  list: operation({
    id: 'investigations.list',
    method: 'GET',
    path: base,
    summary: 'Investigations; by default those of the last 28 days, by priority',
    source: 'C: OAS2, PLG, XSO',
    query: scope.extend({
      statuses: query.words,
      sources: query.words,
      priorities: query.words,
      tags: query.words.describe('all must match'),
      'assignee.email': z.string().optional(),
      start_time: query.start,
      end_time: query.end,
      sort: z.string().optional().describe('key,ASC|DESC[,key,ASC|DESC…]'),
    }),
    answer: investigation,
    paging: pages(100),
  }),
  create: operation({
    id: 'investigations.create',
    method: 'POST',
    path: base,
    summary: 'Make an investigation; needs a user key',
    source: 'C: OAS2, PLG',
    body: z.looseObject({
      title: z.string().min(1),
      status: given,
      priority: given,
      disposition: given,
      assignee,
    }),
    answer: investigation,
    permission: may.create,
  }),
  search: operation({
    id: 'investigations.search',
    method: 'POST',
    path: `${base}/_search`,
    summary: 'Investigations that meet criteria',
    source: 'C: OAS2',
    query: scope,
    body: criteria.extend({ start_time: query.start.nullish(), end_time: query.end.nullish() }),
    answer: investigation,
    paging: pages(100),
    repeatable: true,
  }),
  bulkClose: operation({
    id: 'investigations.bulk-close',
    method: 'POST',
    path: `${base}/bulk_close`,
    summary: 'Close all investigations of a kind in a window',
    source: 'C: OAS2, PLG',
    query: scope,
    body: bulkClose,
    answer: bulkClosed,
    permission: may.write,
    repeatable: true,
  }),
  get: operation({
    id: 'investigations.get',
    method: 'GET',
    path: `${base}/{id}`,
    summary: 'One investigation; counts as a view',
    source: 'C: OAS2, PLG, XSO',
    query: scope,
    answer: investigation,
  }),
  update: operation({
    id: 'investigations.update',
    method: 'PATCH',
    path: `${base}/{id}`,
    summary: 'Change an investigation; what is absent or null stays',
    source: 'C: OAS2, PLG',
    body: z.looseObject({ title: given, status: given, priority: given, assignee, ...closing }),
    ...write,
    repeatable: true,
  }),
  setStatus: operation({
    id: 'investigations.set-status',
    method: 'PUT',
    path: `${base}/{id}/status/{status}`,
    summary: 'Set the status; a disposition in the body counts when it closes',
    source: 'C: OAS2, PLG',
    body: z.looseObject(closing),
    ...write,
  }),
  setPriority: operation({
    id: 'investigations.set-priority',
    method: 'PUT',
    path: `${base}/{id}/priority/{priority}`,
    summary: 'Set the priority',
    source: 'C: OAS2, PLG',
    ...write,
  }),
  setDisposition: operation({
    id: 'investigations.set-disposition',
    method: 'PUT',
    path: `${base}/{id}/disposition/{disposition}`,
    summary: 'Set the disposition',
    source: 'C: OAS2, PLG',
    ...write,
  }),
  assign: operation({
    id: 'investigations.assign',
    method: 'PUT',
    path: `${base}/{id}/assignee`,
    summary: 'Assign to a person by e-mail address',
    source: 'C: OAS2, PLG',
    body: z.looseObject({ user_email_address: z.string().min(1) }),
    ...write,
  }),
}
