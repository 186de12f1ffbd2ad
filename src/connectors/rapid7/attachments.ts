import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, text } from './fields.ts'
import { pages } from './paging.ts'

/** Files. A fresh one has no target until a comment names it. */
export const attachment = z.looseObject({
  rrn: z.string(),
  creator: z.looseObject({ type: text, name: text }).nullish(),
  created_time: text,
  file_name: text,
  mime_type: text,
  size: count,
  scan_status: text,
})

const base = '/idr/v1/attachments'

const part = z.looseObject({
  name: z.string(),
  fileName: z.string().optional(),
  type: z.string().optional(),
  text: z.string(),
})

export const attachments = {
  upload: operation({
    id: 'attachments.upload',
    method: 'POST',
    path: base,
    summary: 'Upload files, each in a part called filedata; answers with a list',
    source: 'C: PLG, KMCP, OAS1',
    body: z.looseObject({ parts: z.array(part) }),
    takes: ['multipart/form-data'],
    answer: z.array(attachment),
    permission: may.write,
  }),
  list: operation({
    id: 'attachments.list',
    method: 'GET',
    path: base,
    summary: 'Attachments of a target',
    source: 'C: OAS1, PLG',
    query: z.object({ target: z.string().describe('an RRN') }),
    answer: attachment,
    paging: pages(100),
  }),
  download: operation({
    id: 'attachments.download',
    method: 'GET',
    path: `${base}/{rrn}`,
    summary: 'The bytes of a file; not while it is being scanned, not when infected',
    source: 'C: OAS1, PSOC; I: 400 for the refusal',
    answer: z.string(),
    plain: true,
  }),
  get: operation({
    id: 'attachments.get',
    method: 'GET',
    path: `${base}/{rrn}/metadata`,
    summary: 'What is known about a file',
    source: 'C: OAS1, PLG',
    answer: attachment,
  }),
  remove: operation({
    id: 'attachments.remove',
    method: 'DELETE',
    path: `${base}/{rrn}`,
    summary: 'Delete a file',
    source: 'C: OAS1, PLG',
    answer: z.unknown(),
    status: 204,
    permission: may.write,
  }),
}
