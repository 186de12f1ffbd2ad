import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { here, keyOf } from './sandbox-keys.ts'
import { type Organization, type Person, type Row, notFound } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'

/** The platform itself, and the Account API. */
function productsOf(organization: Organization): Row[] {
  const { productToken, id, name, customer } = organization
  const codes = customer === undefined ? ['ICON'] : ['IDR', 'IVM']
  return codes.map((product_code) => ({
    product_token: `${productToken.slice(0, -1)}${product_code.length}`,
    product_code,
    organization_id: id,
    organization_name: name,
  }))
}

/** A multi-tenant key asks for one organization, a user key sees all of its owner's. */
function products(call: Call): Row[] {
  const { kind, organization, visible } = keyOf(call)
  return (kind === 'user' ? visible : [organization]).flatMap(productsOf)
}

function toItem({ id, name, region }: Organization): Row {
  return { id, name, region }
}

/** Only the parent manages others; asked as one of them there is nothing. */
function managed(call: Call): Row[] {
  const { kind, organization, visible } = keyOf(call)
  if (kind !== 'multi-tenant') throw new Refusal(403, 'forbidden', 'The API key is not a multi-tenant key')
  if (organization.customer !== undefined) return []
  return visible.filter((one) => one.customer !== undefined).map(toItem)
}

function people(call: Call): Person[] {
  const { status, email, first_name, last_name } = call.query
  const admin = call.query['platform-admin']
  const like = (wanted: unknown, text: string): boolean =>
    typeof wanted !== 'string' || text.toLowerCase() === wanted.toLowerCase()
  return here(call).people.filter(
    (one) =>
      like(status, one.status) &&
      like(email, one.email) &&
      like(first_name, one.first_name) &&
      like(last_name, one.last_name) &&
      (admin === undefined || one.platform_admin === admin),
  )
}

function personOf(call: Call): Person {
  const person = here(call).people.find((one) => one.id === call.params['id'])
  if (person === undefined) throw notFound('user')
  return person
}

function createPerson(call: Call): Person {
  const organization = here(call)
  const { email, first_name, last_name } = query.bodyOf(call)
  if (organization.people.some((one) => one.email === email))
    throw query.badRequest(`email: ${String(email)} is taken`)
  const person: Person = {
    id: organization.nextUuid('person'),
    email: String(email),
    first_name: query.textOr(first_name, ''),
    last_name: query.textOr(last_name, ''),
    status: 'PENDING',
    platform_admin: false,
    federated: false,
    last_login: null,
    timezone: 'UTC',
  }
  organization.people.push(person)
  return person
}

const stock: Record<string, readonly string[]> = {
  roles: ['Platform Admin', 'Product Admin', 'Read Write', 'Read Only'],
  'user-groups': ['Analysts'],
  'api-keys': ['Integration'],
}

/** Nouns of which only the paths are known: each has an id and a name. */
function simple(noun: string): Record<string, Behaviour> {
  const table = (call: Call): Map<string, Row> => {
    const rows = here(call).table(noun)
    if (rows.size === 0) for (const name of stock[noun] ?? []) addTo(call, rows, { name })
    return rows
  }
  const addTo = (call: Call, rows: Map<string, Row>, fields: Row): Row => {
    const row = { ...fields, id: here(call).nextUuid(noun) }
    rows.set(row.id, row)
    return row
  }
  const one = (call: Call): Row => {
    const row = table(call).get(call.params['id'] ?? '')
    if (row === undefined) throw notFound()
    return row
  }
  const remove = (call: Call): Reply => {
    table(call).delete(String(one(call)['id']))
    return new Reply(204, undefined)
  }
  return {
    [`${noun}.list`]: (call) => [...table(call).values()],
    [`${noun}.create`]: (call) => addTo(call, table(call), query.bodyOf(call)),
    ...(noun !== 'api-keys' && { [`${noun}.get`]: one }),
    [`${noun}.remove`]: remove,
  }
}

const authorized = { message: 'Authorized' }

export const accountBehaviours: Record<string, Behaviour> = {
  'platform.root': () => ({ name: 'Command Platform' }),
  'platform.validate': () => authorized,
  'platform.validate-post': () => authorized,
  'products.list': products,
  'products.get': (call) => {
    const found = products(call).find((row) => row['product_token'] === call.params['product_token'])
    if (found === undefined) throw notFound('product')
    return found
  },
  'account-users.list': people,
  'account-users.create': createPerson,
  'account-users.get': personOf,
  'account-users.remove': (call) => {
    const all = here(call).people
    all.splice(all.indexOf(personOf(call)), 1)
    return new Reply(204, undefined)
  },
  'account-users.product': personOf,
  'organizations.list': (call) => {
    const { kind, organization, visible } = keyOf(call)
    return (kind === 'user' ? visible : [organization]).map(toItem)
  },
  'managed-organizations.list': managed,
  'features.list': () => [{ name: 'multi-tenancy' }],
  ...simple('roles'),
  ...simple('user-groups'),
  ...simple('api-keys'),
}
