import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { type Operation, operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { text } from './fields.ts'
import { pages, whole } from './paging.ts'

/** The Account API: products, people, organizations. */
const base = '/account/api/1'

const product = z.looseObject({
  product_token: z.string(),
  product_code: z.string(),
  organization_id: z.string(),
  organization_name: z.string(),
})

const organization = z.looseObject({
  id: z.string(),
  name: z.string(),
  region: text,
  external_id: sometimes(text),
})

const user = z.looseObject({
  id: z.string(),
  email: text,
  first_name: text,
  last_name: text,
  status: words('ACTIVE', 'DISABLED', 'PENDING').nullish(),
  platform_admin: z.boolean().nullish(),
})

/** The specification types the listing as one bare object. */
const managedPaging = pages(1000)
const managed: typeof managedPaging = {
  ...managedPaging,
  read(body, asked) {
    const lone = organization.safeParse(body)
    return lone.success ? { rows: [body], total: 1 } : managedPaging.read(body, asked)
  },
  write: (rows, asked, switches) =>
    switches['managed'] === 'array' ? rows : managedPaging.write(rows, asked, switches),
}

const named = z.looseObject({ id: z.string(), name: text })
const draft = z.looseObject({ name: z.string().min(1) })

/** List, create, read and delete of one noun; only their paths are known. */
function simple(noun: string, path: string): Record<'list' | 'create' | 'get' | 'remove', Operation> {
  const source = 'C: R7CLI path; I: shape'
  const permission = may.administer
  const at = `${base}/${path}`
  const one = `${at}/{id}`
  return {
    list: operation({
      id: `${path}.list`,
      method: 'GET',
      path: at,
      summary: `All ${noun}s`,
      source,
      answer: named,
      paging: whole(),
      permission,
    }),
    create: operation({
      id: `${path}.create`,
      method: 'POST',
      path: at,
      summary: `Make a ${noun}`,
      source,
      body: draft,
      answer: named,
      permission,
    }),
    get: operation({
      id: `${path}.get`,
      method: 'GET',
      path: one,
      summary: `One ${noun}`,
      source,
      answer: named,
      permission,
    }),
    remove: operation({
      id: `${path}.remove`,
      method: 'DELETE',
      path: one,
      summary: `Delete a ${noun}`,
      source,
      answer: z.unknown(),
      status: 204,
      permission,
    }),
  }
}

const apiKeys = simple('API key', 'api-keys')

export const account = {
  products: operation({
    id: 'products.list',
    method: 'GET',
    path: `${base}/products`,
    summary: 'Products that the key can see, each with its organization',
    source: 'C: HAR; codes R7CLI',
    answer: product,
    paging: whole(),
  }),
  product: operation({
    id: 'products.get',
    method: 'GET',
    path: `${base}/products/{product_token}`,
    summary: 'One product',
    source: 'C: R7CLI path; I: shape',
    answer: product,
  }),
  users: operation({
    id: 'account-users.list',
    method: 'GET',
    path: `${base}/users`,
    summary: 'People of the account',
    source: 'C: PSOC, account-users tool',
    query: z.object({
      status: z.string().optional(),
      'platform-admin': z.boolean().optional(),
      email: z.string().optional(),
      first_name: z.string().optional(),
      last_name: z.string().optional(),
    }),
    answer: user,
    paging: whole(),
    permission: may.administer,
  }),
  createUser: operation({
    id: 'account-users.create',
    method: 'POST',
    path: `${base}/users`,
    summary: 'Add a person',
    source: 'C: R7CLI path; I: shape',
    body: z.looseObject({ email: z.string().min(1), first_name: text, last_name: text }),
    answer: user,
    permission: may.administer,
  }),
  user: operation({
    id: 'account-users.get',
    method: 'GET',
    path: `${base}/users/{id}`,
    summary: 'One person',
    source: 'C: R7CLI path; I: shape',
    answer: user,
    permission: may.administer,
  }),
  removeUser: operation({
    id: 'account-users.remove',
    method: 'DELETE',
    path: `${base}/users/{id}`,
    summary: 'Remove a person',
    source: 'C: R7CLI path; I: shape',
    answer: z.unknown(),
    status: 204,
    permission: may.administer,
  }),
  userProduct: operation({
    id: 'account-users.product',
    method: 'PATCH',
    path: `${base}/users/{id}/products/{productToken}`,
    summary: 'A person’s access to a product',
    source: 'C: third-party spec-driven code; I: shape',
    body: z.looseObject({}),
    answer: user,
    permission: may.administer,
  }),
  organizations: operation({
    id: 'organizations.list',
    method: 'GET',
    path: `${base}/organizations`,
    summary: 'Organizations that the key can see',
    source: 'C: ORG note; I: item shape',
    answer: organization,
    paging: pages(1000),
  }),
  managedOrganizations: operation({
    id: 'managed-organizations.list',
    method: 'GET',
    path: `${base}/managed-organizations`,
    summary: 'Organizations that a multi-tenant parent manages',
    source: 'C: ORG',
    answer: organization,
    paging: managed,
  }),
  features: operation({
    id: 'features.list',
    method: 'GET',
    path: `${base}/features`,
    summary: 'Features of the account',
    source: 'C: R7CLI path; I: shape',
    answer: z.looseObject({ name: z.string() }),
    paging: whole(),
  }),
  ...prefixed('role', simple('role', 'roles')),
  ...prefixed('userGroup', simple('user group', 'user-groups')),
  apiKeys: apiKeys.list,
  createApiKey: apiKeys.create,
  removeApiKey: apiKeys.remove,
}

function prefixed(name: string, operations: Record<string, Operation>): Record<string, Operation> {
  return Object.fromEntries(Object.entries(operations).map(([verb, op]) => [`${name}-${verb}`, op]))
}
