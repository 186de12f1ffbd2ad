import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { parseJson } from '../../contract/body.ts'
import { operation } from '../../contract/operation.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { domainsIn } from '../../domain/trace.ts'
import { deleted, id, name, single, text } from './api.ts'
import { paged } from './paging.ts'

/** Clients of the provider, inside one organisation: the customers. */
const client = z.looseObject({
  id,
  name: sometimes(text),
  company_name: sometimes(text),
  title: sometimes(text),
  email: text,
  phone: text,
  website: text,
  notes: text,
  created_at: text,
  updated_at: text,
})

const changes = z.looseObject({
  name: name.optional(),
  email: z.email().nullish(),
  phone: z.string().nullish(),
  website: z.string().nullish(),
  notes: z.string().nullish(),
})

/** A client that is gone tells of nobody. */
export function toCustomer(
  record: VendorRecord,
): { vendorId: string; name: string; domains: string[] } | undefined {
  const row = client.safeParse(parseJson(record.body))
  if (!row.success) return undefined
  const { name, company_name, title, email, website } = row.data
  const called = [name, company_name, title].find((word) => word != null && word.trim() !== '')
  if (called == null) return undefined
  const domains = domainsIn([email ?? '', website ?? ''].join(' '))
  return { vendorId: String(row.data.id), name: called, domains }
}

export const clients = {
  list: operation({
    id: 'clients.list',
    method: 'GET',
    path: '/clients',
    summary: 'Clients of the organisation',
    source: 'C: FEAT, HELP (concept); path I',
    query: z.object({ search: z.string().optional() }),
    answer: client,
    paging: paged('clients'),
  }),
  get: operation({
    id: 'clients.get',
    method: 'GET',
    path: '/clients/{id}',
    summary: 'One client',
    source: 'I',
    answer: single('client', client),
  }),
  create: operation({
    id: 'clients.create',
    method: 'POST',
    path: '/clients',
    summary: 'Makes a client',
    source: 'I',
    body: changes.extend({ name }),
    answer: single('client', client),
    status: 201,
  }),
  update: operation({
    id: 'clients.update',
    method: 'PUT',
    path: '/clients/{id}',
    summary: 'Changes a client',
    source: 'I',
    body: changes,
    answer: single('client', client),
  }),
  delete: operation({
    id: 'clients.delete',
    method: 'DELETE',
    path: '/clients/{id}',
    summary: 'Deletes a client; its projects stay, without a client',
    source: 'I',
    answer: deleted,
  }),
}
