import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { anyId, deleted, id, name, single, text } from './api.ts'
import { paged } from './paging.ts'

/** A client's people, who are invited to the client portal one by one. */
const contact = z.looseObject({
  id,
  client_id: anyId,
  name: text,
  email: text,
  portal_status: words('none', 'invited', 'active').nullish(),
})

const changes = z.looseObject({ name: name.optional(), email: z.email().optional() })

export const contacts = {
  list: operation({
    id: 'contacts.list',
    method: 'GET',
    path: '/clients/{id}/contacts',
    summary: 'Contacts of a client',
    source: 'C: HELP (concept); path I',
    answer: contact,
    paging: paged('contacts'),
  }),
  get: operation({
    id: 'contacts.get',
    method: 'GET',
    path: '/clients/{id}/contacts/{contactId}',
    summary: 'One contact',
    source: 'I',
    answer: single('contact', contact),
  }),
  create: operation({
    id: 'contacts.create',
    method: 'POST',
    path: '/clients/{id}/contacts',
    summary: 'Adds a contact, who is not invited by that',
    source: 'I',
    body: changes.extend({ name, email: z.email() }),
    answer: single('contact', contact),
    status: 201,
  }),
  update: operation({
    id: 'contacts.update',
    method: 'PUT',
    path: '/clients/{id}/contacts/{contactId}',
    summary: 'Changes a contact',
    source: 'I',
    body: changes,
    answer: single('contact', contact),
  }),
  delete: operation({
    id: 'contacts.delete',
    method: 'DELETE',
    path: '/clients/{id}/contacts/{contactId}',
    summary: 'Deletes a contact',
    source: 'I',
    answer: deleted,
  }),
  invite: operation({
    id: 'contacts.invite',
    method: 'POST',
    path: '/clients/{id}/contacts/{contactId}/invite',
    summary: 'Invites a contact to the client portal, by e-mail',
    source: 'C: HELP (concept); path I',
    answer: single('contact', contact),
  }),
}
