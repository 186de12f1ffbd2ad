import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { anyId, id, link, name, single, text } from './api.ts'
import { paged } from './paging.ts'

/** What a client is asked to approve. Only contacts answer, in the portal: the status cannot be written. */
const signOff = z.looseObject({
  id,
  project_id: anyId,
  title: text,
  description: text,
  status: words('pending', 'approved', 'rejected').nullish(),
  contact_id: anyId,
  responded_at: text,
  comment: text,
  created_at: text,
})

export const signOffs = {
  list: operation({
    id: 'signOffs.list',
    method: 'GET',
    path: '/projects/{id}/sign-offs',
    summary: 'Sign-offs of a project',
    source: 'C: FEAT (concept); path I',
    answer: signOff,
    paging: paged('sign_offs'),
  }),
  get: operation({
    id: 'signOffs.get',
    method: 'GET',
    path: '/projects/{id}/sign-offs/{signOffId}',
    summary: 'One sign-off',
    source: 'I',
    answer: single('sign_off', signOff),
  }),
  create: operation({
    id: 'signOffs.create',
    method: 'POST',
    path: '/projects/{id}/sign-offs',
    summary: 'Asks for a sign-off',
    source: 'I',
    body: z.looseObject({ title: name, description: z.string().nullish(), contact_id: link }),
    answer: single('sign_off', signOff),
    status: 201,
  }),
}
