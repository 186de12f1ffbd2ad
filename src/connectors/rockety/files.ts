import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { anyId, count, deleted, id, single, text } from './api.ts'
import { paged } from './paging.ts'

/** Files of a project. They can be read and deleted; there is no upload. */
const file = z.looseObject({
  id,
  project_id: anyId,
  name: text,
  size: count,
  mime_type: text,
  folder: text,
  uploaded_by: z.looseObject({ type: text, id: anyId }).nullish(),
  url: text,
  created_at: text,
})

export const files = {
  list: operation({
    id: 'files.list',
    method: 'GET',
    path: '/projects/{id}/files',
    summary: 'Files of a project; what clients uploaded has a folder of its own',
    source: 'C: FEAT, HELP (concept); path I',
    answer: file,
    paging: paged('files'),
  }),
  get: operation({
    id: 'files.get',
    method: 'GET',
    path: '/projects/{id}/files/{fileId}',
    summary: 'One file’s particulars',
    source: 'I',
    answer: single('file', file),
  }),
  delete: operation({
    id: 'files.delete',
    method: 'DELETE',
    path: '/projects/{id}/files/{fileId}',
    summary: 'Deletes a file',
    source: 'I',
    answer: deleted,
  }),
}
