import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { person, query, text } from './fields.ts'
import { bulkClose, bulkClosed } from './investigations.ts'
import { pages } from './paging.ts'

/** InsightIDR investigations, version 1: the same records, seen the old way. Old recordings lack rrn and disposition. */
const investigation = z.looseObject({
  id: z.string(),
  rrn: sometimes(text),
  title: text,
  status: words('OPEN', 'INVESTIGATING', 'CLOSED').nullish(),
  source: words('ALERT', 'MANUAL', 'HUNT').nullish(),
  disposition: sometimes(words('BENIGN', 'MALICIOUS', 'NOT_APPLICABLE', 'UNSPECIFIED').nullish()),
  assignee: sometimes(person),
  alerts: z.array(z.looseObject({ type: text, type_description: text, first_event_time: text })).nullish(),
  created_time: text,
})

const base = '/idr/v1/investigations'

export const investigationsV1 = {
  list: operation({
    id: 'investigations-v1.list',
    method: 'GET',
    path: base,
    summary: 'Investigations, newest first, of all time',
    source: 'C: OAS1',
    query: z.object({
      statuses: query.words,
      start_time: query.start,
      end_time: query.end,
      sort: z.string().optional().describe('shown by the overview page; unknown keys are ignored'),
    }),
    answer: investigation,
    paging: pages(1000),
  }),
  setStatus: operation({
    id: 'investigations-v1.set-status',
    method: 'PUT',
    path: `${base}/{id}/status/{status}`,
    summary: 'Set the status',
    source: 'C: OAS1',
    answer: investigation,
    permission: may.write,
  }),
  assign: operation({
    id: 'investigations-v1.assign',
    method: 'PUT',
    path: `${base}/{id}/assignee`,
    summary: 'Assign to a person by e-mail address',
    source: 'C: OAS1',
    body: z.looseObject({ user_email_address: z.string().min(1) }),
    answer: investigation,
    permission: may.write,
  }),
  bulkClose: operation({
    id: 'investigations-v1.bulk-close',
    method: 'POST',
    path: `${base}/bulk_close`,
    summary: 'Close all investigations of a kind in a window',
    source: 'C: OAS1, PLG',
    body: bulkClose,
    answer: bulkClosed,
    permission: may.write,
    repeatable: true,
  }),
}
