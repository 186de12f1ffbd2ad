import * as z from 'zod'

import { parseJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import { operation } from '../../contract/operation.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { domainsIn } from '../../domain/trace.ts'
import { count, flag, free, many, success, text } from './api.ts'
import { paged, whole } from './paging.ts'
import { needs } from './permissions.ts'

/** Customers. Disabled ones vanish from lists, so one that is missing is not one that is gone. */
export const customer = z.looseObject({
  id: z.int(),
  firstname: text,
  lastname: text,
  fullname: text,
  business_name: text,
  email: text,
  phone: text,
  mobile: text,
  created_at: text,
  updated_at: text,
  pdf_url: text,
  address: text,
  address_2: text,
  city: text,
  state: text,
  zip: text,
  latitude: count,
  longitude: count,
  notes: text,
  get_sms: flag,
  opt_out: flag,
  disabled: flag,
  no_email: flag,
  location_name: text,
  location_id: count,
  properties: free,
  online_profile_url: text,
  tax_rate_id: count,
  notification_email: text,
  invoice_cc_emails: text,
  invoice_term_id: count,
  referred_by: count,
  ref_customer_id: count,
  business_and_full_name: text,
  business_then_name: text,
  contacts: many,
})

export type CustomerRow = z.output<typeof customer>

const one = z.looseObject({ customer })

const customerBody = z.looseObject({
  business_name: text,
  firstname: text,
  lastname: text,
  email: text,
  phone: text,
  mobile: text,
  address: text,
  address_2: text,
  city: text,
  state: text,
  zip: text,
  notes: text,
  get_sms: flag,
  opt_out: flag,
  no_email: flag,
  get_billing: flag,
  get_marketing: flag,
  get_reports: flag,
  ref_customer_id: count,
  referred_by: text,
  tax_rate_id: count,
  notification_email: text,
  invoice_cc_emails: text,
  invoice_term_id: count,
  properties: free,
  consent: free,
})

/** Whether one number comes wrapped is not published. */
const phone = z.looseObject({ id: z.int(), label: text, number: text, extension: text })
const onePhone = z.union([z.looseObject({ phone }), phone])
const phoneBody = z.looseObject({ label: text, number: text, extension: text })

/** The display name, as Syncro itself shows it. */
function customerName(row: CustomerRow): string {
  return row.business_then_name || row.business_name || row.fullname || `Customer ${row.id}`
}

export function toCustomer(
  record: VendorRecord,
): { vendorId: string; name: string; domains: string[] } | undefined {
  const row = customer.safeParse(parseJson(record.body))
  if (!row.success) return undefined
  const { id, email, notification_email, contacts } = row.data
  const people = (contacts ?? []).map((one) => (isObject(one) ? one['email'] : undefined))
  const texts = [email, notification_email, ...people].filter((one) => typeof one === 'string')
  return { vendorId: String(id), name: customerName(row.data), domains: domainsIn(texts.join(' ')) }
}

export const customers = {
  list: operation({
    id: 'customers.list',
    method: 'GET',
    path: '/customers',
    summary: 'Customers, without the disabled ones',
    source: 'C: SWG, LIVE',
    query: z.object({
      sort: z.string().optional().describe('a field and a direction: "firstname ASC"'),
      query: z.string().optional(),
      firstname: z.string().optional(),
      lastname: z.string().optional(),
      business_name: z.string().optional().describe('matches the beginning'),
      email: z.string().optional(),
      id: z.array(z.int()).optional(),
      not_id: z.array(z.int()).optional(),
      include_disabled: z.boolean().optional(),
    }),
    answer: customer,
    paging: paged({
      key: 'customers',
      meta: ['total_pages', 'total_entries', 'per_page', 'page'],
      size: 100,
      sizeSwitch: 'customersPage',
    }),
    permission: needs('Customers - List/Search'),
  }),
  autocomplete: operation({
    id: 'customers.autocomplete',
    method: 'GET',
    path: '/customers/autocomplete',
    summary: 'Customers whose name holds a text',
    source: 'C: SWG, LIVE; permission I',
    query: z.object({ query: z.string().optional() }),
    answer: customer,
    paging: whole('customers'),
    permission: needs('Customers - List/Search'),
  }),
  latest: operation({
    id: 'customers.latest',
    method: 'GET',
    path: '/customers/latest',
    summary: 'The customer made last',
    source: 'C: SWG, LIVE',
    answer: one,
    permission: needs('Customers - Edit'),
  }),
  get: operation({
    id: 'customers.get',
    method: 'GET',
    path: '/customers/{id}',
    summary: 'One customer',
    source: 'C: SWG, LIVE',
    answer: one,
    permission: needs('Customers - View Detail'),
  }),
  create: operation({
    id: 'customers.create',
    method: 'POST',
    path: '/customers',
    summary: 'Makes a customer',
    source: 'C: SWG, LIVE',
    body: customerBody,
    answer: one,
    permission: needs('Customers - Create'),
  }),
  update: operation({
    id: 'customers.update',
    method: 'PUT',
    path: '/customers/{id}',
    summary: 'Changes the fields given',
    source: 'C: SWG, LIVE',
    body: customerBody,
    answer: one,
    permission: needs('Customers - Edit'),
  }),
  delete: operation({
    id: 'customers.delete',
    method: 'DELETE',
    path: '/customers/{id}',
    summary: 'Deletes a customer for good',
    source: 'C: SWG, LIVE',
    answer: success,
    permission: needs('Customers - Delete'),
  }),
}

export const phones = {
  list: operation({
    id: 'phones.list',
    method: 'GET',
    path: '/customers/{id}/phones',
    summary: 'Telephone numbers of a customer',
    source: 'C: SWG, LIVE',
    answer: phone,
    paging: whole('phones'),
    permission: needs('Customers - View Detail'),
  }),
  create: operation({
    id: 'phones.create',
    method: 'POST',
    path: '/customers/{id}/phones',
    summary: 'Adds a number; punctuation is stripped',
    source: 'C: SWG, LIVE',
    body: phoneBody,
    answer: onePhone,
    permission: needs('Customers - Edit'),
  }),
  update: operation({
    id: 'phones.update',
    method: 'PUT',
    path: '/customers/{id}/phones/{pid}',
    summary: 'Changes a number',
    source: 'C: SWG, LIVE',
    body: phoneBody,
    answer: onePhone,
    permission: needs('Customers - Edit'),
  }),
  delete: operation({
    id: 'phones.delete',
    method: 'DELETE',
    path: '/customers/{id}/phones/{pid}',
    summary: 'Deletes a number',
    source: 'C: SWG, LIVE',
    answer: success,
    permission: needs('Customers - Edit'),
  }),
}
