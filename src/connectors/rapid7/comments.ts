import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { attachment } from './attachments.ts'
import { given, text } from './fields.ts'
import { pages } from './paging.ts'

/** Comments hang on resource names, not on ids: an investigation's UUID is no target. */
const comment = z.looseObject({
  rrn: z.string(),
  created_time: text,
  target: text,
  creator: z.looseObject({ type: text, name: text }).nullish(),
  body: text,
  visibility: words('INTERNAL', 'PUBLIC').nullish(),
  attachments: z.array(z.union([attachment, z.string()])).nullish(),
})

const base = '/idr/v1/comments'

export const comments = {
  list: operation({
    id: 'comments.list',
    method: 'GET',
    path: base,
    summary: 'Comments on a target, newest first',
    source: 'C: OAS1, OAS1b',
    query: z.object({
      target: z.string().describe('an RRN'),
      sortDirection: z.enum(['ASC', 'DESC']).optional(),
    }),
    answer: comment,
    paging: pages(100),
  }),
  create: operation({
    id: 'comments.create',
    method: 'POST',
    path: base,
    summary: 'Comment on a target, with text, attachments or both',
    source: 'C: OAS1, PLG',
    body: z.looseObject({
      target: z.string(),
      body: given,
      attachments: z.array(z.string()).nullish(),
    }),
    answer: comment,
    permission: may.write,
  }),
  get: operation({
    id: 'comments.get',
    method: 'GET',
    path: `${base}/{rrn}`,
    summary: 'One comment',
    source: 'C: OAS1',
    answer: comment,
  }),
  remove: operation({
    id: 'comments.remove',
    method: 'DELETE',
    path: `${base}/{rrn}`,
    summary: 'Delete a comment; only its creator may',
    source: 'C: OAS1',
    answer: z.unknown(),
    status: 204,
    permission: may.write,
  }),
  setVisibility: operation({
    id: 'comments.set-visibility',
    method: 'PUT',
    path: `${base}/{rrn}/{visibility}`,
    summary: 'Show a comment to everybody, or only inside',
    source: 'C: OAS1; I: status 200',
    answer: comment,
    permission: may.write,
  }),
  setVisibilityR7: operation({
    id: 'comments.set-visibility-r7',
    method: 'PUT',
    path: `${base}/r7/{rrn}/{visibility}`,
    summary: 'The same, as an analyst of Rapid7',
    source: 'C: OAS1b; I: status 200',
    answer: comment,
    permission: may.write,
  }),
}
