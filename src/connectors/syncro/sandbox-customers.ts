import type { Behaviour, Call } from '../../contract/server.ts'
import { unprocessable } from './api.ts'
import {
  type Row,
  type Store,
  blank,
  bodyOf,
  gone,
  lower,
  notFound,
  pickFields,
  sees,
  textOf,
} from './sandbox-store.ts'
import { drop } from './sandbox-ticket-state.ts'

/** Customers and their telephone numbers. */
export function customerBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'customers.list': (call) => listCustomers(store, call),
    'customers.autocomplete': (call) => {
      const text = textOf(call.query['query']).toLowerCase()
      return store.customers
        .oldest((row) => shows(row, call) && textOf(row['business_then_name']).toLowerCase().includes(text))
        .slice(0, 25)
    },
    'customers.latest': (call) => ({
      customer: store.customers.newest((row) => sees(call, row.id))[0] ?? null,
    }),
    'customers.get': (call) => {
      const row = store.customers.get(call.params['id'])
      return row === undefined || !sees(call, row.id)
        ? gone(store.customers, call.params['id'], call)
        : { customer: full(store, row) }
    },
    'customers.create': (call) => ({ customer: createCustomer(store, call) }),
    'customers.update': (call) => ({ customer: updateCustomer(store, call) }),
    'customers.delete': (call) => deleteCustomer(store, call),
    'phones.list': (call) => phonesOf(store, customerOf(store, call).id),
    'phones.create': (call) => {
      const customer = customerOf(store, call)
      if (blank(bodyOf(call)['number'])) throw unprocessable(["Number can't be blank"])
      return {
        phone: store.phones.add({
          customer_id: customer.id,
          label: 'Phone',
          extension: null,
          ...phoneFields(call),
          created_at: store.stamp(),
          updated_at: store.stamp(),
        }),
      }
    },
    'phones.update': (call) => ({
      phone: store.phones.replace(phoneOf(store, call).id, {
        ...phoneFields(call),
        updated_at: store.stamp(),
      }),
    }),
    'phones.delete': (call) => {
      store.phones.remove(phoneOf(store, call).id)
      return { success: true }
    },
  }
}

function shows(row: Row, call: Call): boolean {
  return sees(call, row.id) && row['disabled'] !== true
}

function listCustomers(store: Store, call: Call): Row[] {
  const { query } = call
  const tests: ((row: Row) => boolean)[] = [
    (row) => (query['include_disabled'] === true ? sees(call, row.id) : shows(row, call)),
    (row) => !store.isYetToCome(row),
  ]
  for (const name of ['firstname', 'lastname', 'business_name'] as const) {
    const text = query[name]
    if (typeof text === 'string') tests.push((row) => lower(row[name]).startsWith(text.toLowerCase()))
  }
  const { email, query: text, id, not_id: notId } = query
  if (typeof email === 'string') tests.push((row) => lower(row['email']) === email.toLowerCase())
  if (typeof text === 'string')
    tests.push((row) =>
      [row['business_then_name'], row['email']].some((v) => lower(v).includes(text.toLowerCase())),
    )
  if (Array.isArray(id)) tests.push((row) => id.includes(row.id))
  if (Array.isArray(notId)) tests.push((row) => !notId.includes(row.id))
  const rows = store.customers.oldest((row) => tests.every((test) => test(row)))
  const [field, direction] = textOf(query['sort']).split(/\s+/)
  if (field === undefined || field === '') return rows
  const sign = direction?.toUpperCase() === 'DESC' ? -1 : 1
  return rows.toSorted((a, b) => sign * lower(a[field]).localeCompare(lower(b[field])))
}

function customerOf(store: Store, call: Call): Row {
  const row = store.customers.get(call.params['id'])
  if (row === undefined || !sees(call, row.id)) throw notFound()
  return row
}

export function phonesOf(store: Store, customerId: number): Row[] {
  return store.phones.oldest((row) => row['customer_id'] === customerId)
}

function full(store: Store, row: Row): unknown {
  const contacts = store.contacts.oldest((one) => one['customer_id'] === row.id)
  return {
    ...row,
    contacts,
    ticket_links: [],
    invoice_links: [],
    phones: phonesOf(store, row.id),
    contracts: [],
    addresses: [],
  }
}

const customerFields = [
  'business_name',
  'firstname',
  'lastname',
  'email',
  'phone',
  'mobile',
  'address',
  'address_2',
  'city',
  'state',
  'zip',
  'notes',
  'get_sms',
  'opt_out',
  'no_email',
  'ref_customer_id',
  'referred_by',
  'tax_rate_id',
  'notification_email',
  'invoice_cc_emails',
  'invoice_term_id',
  'properties',
]

function checkEmail(body: Record<string, unknown>): void {
  if (!blank(body['email']) && !textOf(body['email']).includes('@'))
    throw unprocessable(['Email is not an email'], body)
}

function createCustomer(store: Store, call: Call): Row {
  const body = bodyOf(call)
  checkEmail(body)
  if (['business_name', 'firstname', 'lastname'].every((name) => blank(body[name]))) {
    throw unprocessable(["Firstname can't be blank"], body)
  }
  return addCustomer(store, { ...pickFields(body, customerFields), ...numbers(body) })
}

function updateCustomer(store: Store, call: Call): Row {
  const row = customerOf(store, call)
  const body = bodyOf(call)
  checkEmail(body)
  const changes = { ...pickFields(body, customerFields), ...numbers(body), updated_at: store.stamp() }
  return store.customers.replace(row.id, { ...changes, ...names({ ...row, ...changes }) })
}

/** Stored without punctuation. */
function numbers(body: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(pickFields(body, ['phone', 'mobile', 'number']))
  return Object.fromEntries(given.map(([name, value]) => [name, textOf(value).replace(/\D/g, '')]))
}

function names(row: Record<string, unknown>): Record<string, unknown> {
  const fullname = [row['firstname'], row['lastname']].filter((part) => !blank(part)).join(' ')
  const business = blank(row['business_name']) ? undefined : textOf(row['business_name'])
  const both = business === undefined ? fullname : fullname === '' ? business : `${business} - ${fullname}`
  return { fullname, business_and_full_name: both, business_then_name: business ?? fullname }
}

export function addCustomer(store: Store, fields: Record<string, unknown>): Row {
  const now = store.stamp()
  const row = store.customers.add({
    firstname: null,
    lastname: null,
    business_name: null,
    email: null,
    phone: null,
    mobile: null,
    created_at: now,
    updated_at: now,
    pdf_url: null,
    address: null,
    address_2: null,
    city: null,
    state: null,
    zip: null,
    latitude: null,
    longitude: null,
    notes: null,
    get_sms: false,
    opt_out: false,
    disabled: false,
    no_email: false,
    location_name: null,
    location_id: null,
    properties: {},
    online_profile_url: null,
    tax_rate_id: null,
    notification_email: null,
    invoice_cc_emails: null,
    invoice_term_id: null,
    referred_by: null,
    ref_customer_id: null,
    contacts: [],
    ...fields,
    ...names(fields),
  })
  for (const name of ['phone', 'mobile']) {
    if (!blank(fields[name])) {
      const label = name === 'phone' ? 'Phone' : 'Mobile'
      store.phones.add({
        customer_id: row.id,
        label,
        number: fields[name],
        extension: null,
        created_at: now,
        updated_at: now,
      })
    }
  }
  return row
}

/** Hard: its tickets and devices go with it, unless the switch says otherwise. */
function deleteCustomer(store: Store, call: Call): unknown {
  const { id } = customerOf(store, call)
  store.customers.remove(id)
  if (call.switches['deleteCascade'] !== 'off') {
    const theirs = (row: Row): boolean => row['customer_id'] === id
    for (const ticket of store.tickets.oldest(theirs)) drop(store, ticket.id)
    for (const table of [store.assets, store.contacts, store.phones]) {
      for (const row of table.oldest(theirs)) table.remove(row.id)
    }
  }
  return { message: 'Customer was deleted from the system.' }
}

function phoneFields(call: Call): Record<string, unknown> {
  const body = bodyOf(call)
  return { ...pickFields(body, ['label', 'extension']), ...numbers(pickFields(body, ['number'])) }
}

function phoneOf(store: Store, call: Call): Row {
  const customer = customerOf(store, call)
  const row = store.phones.get(call.params['pid'])
  if (row === undefined || row['customer_id'] !== customer.id) throw notFound()
  return row
}
