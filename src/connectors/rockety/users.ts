import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { parseJson } from '../../contract/body.ts'
import { operation } from '../../contract/operation.ts'
import type { Asset } from '../../domain/asset.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { deleted, flag, id, name, single, text } from './api.ts'
import { paged } from './paging.ts'

const roles = ['admin', 'member'] as const

/** People of the organisation. The hub only reads them. */
const user = z.looseObject({
  id,
  name: sometimes(text),
  first_name: sometimes(text),
  last_name: sometimes(text),
  email: text,
  role: words(...roles).nullish(),
  active: flag,
  created_at: text,
  updated_at: text,
})

const changes = z.looseObject({
  name: name.optional(),
  email: z.email().optional(),
  role: z.enum(roles).optional(),
  active: z.boolean().optional(),
})

/** A user that is gone names nobody. */
export function toAsset(record: VendorRecord): Asset | undefined {
  const row = user.safeParse(parseJson(record.body))
  if (!row.success) return undefined
  const { name: whole, first_name, last_name, email } = row.data
  const called = whole ?? ([first_name, last_name].filter((part) => part != null).join(' ') || email)
  return called == null ? undefined : { kind: 'user', name: called }
}

export const users = {
  list: operation({
    id: 'users.list',
    method: 'GET',
    path: '/users',
    summary: 'Users of the organisation',
    source: 'C: SEED (resource); path I',
    answer: user,
    paging: paged('users'),
  }),
  get: operation({
    id: 'users.get',
    method: 'GET',
    path: '/users/{id}',
    summary: 'One user',
    source: 'C: SEED (operation); path I',
    answer: single('user', user),
  }),
  create: operation({
    id: 'users.create',
    method: 'POST',
    path: '/users',
    summary: 'Invites a user, who is not active before accepting',
    source: 'C: SEED (operation); path I',
    body: changes.extend({ name, email: z.email() }),
    answer: single('user', user),
    status: 201,
  }),
  update: operation({
    id: 'users.update',
    method: 'PUT',
    path: '/users/{id}',
    summary: 'Changes a user; the last admin cannot be demoted',
    source: 'C: SEED (operation); path I',
    body: changes,
    answer: single('user', user),
  }),
  delete: operation({
    id: 'users.delete',
    method: 'DELETE',
    path: '/users/{id}',
    summary: 'Deletes a user, who leaves all tasks; the last admin cannot be deleted',
    source: 'C: SEED (operation); path I',
    answer: deleted,
  }),
}
