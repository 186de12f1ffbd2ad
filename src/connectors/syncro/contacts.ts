import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, free, success, text } from './api.ts'
import { paged } from './paging.ts'
import { needs } from './permissions.ts'

/** Contacts of customers: one contact comes flat, without a wrapper. There is no search and no import. */
const contact = z.looseObject({
  id: z.int(),
  name: text,
  address1: text,
  address2: text,
  city: text,
  state: text,
  zip: text,
  email: text,
  phone: text,
  mobile: text,
  latitude: count,
  longitude: count,
  customer_id: z.int().nullish(),
  account_id: count,
  notes: text,
  created_at: text,
  updated_at: text,
  vendor_id: count,
  properties: free,
  opt_out: flag,
  extension: text,
})

const contactBody = z.looseObject({
  customer_id: count,
  name: text,
  title: text,
  address1: text,
  address2: text,
  city: text,
  state: text,
  zip: text,
  email: text,
  phone: text,
  mobile: text,
  notes: text,
})

export const contacts = {
  list: operation({
    id: 'contacts.list',
    method: 'GET',
    path: '/contacts',
    summary: 'Contacts',
    source: 'C: SWG, LIVE',
    query: z.object({ customer_id: z.int().optional() }),
    answer: contact,
    paging: paged({
      key: 'contacts',
      meta: ['total_pages', 'total_entries', 'per_page', 'page'],
      size: 50,
      sizeSwitch: 'contactsPage',
    }),
    permission: needs('Customers - View Detail'),
  }),
  get: operation({
    id: 'contacts.get',
    method: 'GET',
    path: '/contacts/{id}',
    summary: 'One contact, flat',
    source: 'C: SWG, LIVE',
    answer: contact,
    permission: needs('Customers - View Detail'),
  }),
  create: operation({
    id: 'contacts.create',
    method: 'POST',
    path: '/contacts',
    summary: 'Makes a contact',
    source: 'C: SWG, LIVE',
    body: contactBody,
    answer: contact,
    permission: needs('Customers - Edit'),
  }),
  update: operation({
    id: 'contacts.update',
    method: 'PUT',
    path: '/contacts/{id}',
    summary: 'Changes a contact; the name is required, the title lands in properties',
    source: 'C: SWG, LIVE',
    body: contactBody,
    answer: contact,
    permission: needs('Customers - Edit'),
  }),
  delete: operation({
    id: 'contacts.delete',
    method: 'DELETE',
    path: '/contacts/{id}',
    summary: 'Deletes a contact',
    source: 'C: SWG, LIVE',
    answer: success,
    permission: needs('Customers - Edit'),
  }),
}
