import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { hostEntity } from '../../domain/entity.ts'
import type { WorldCustomer, WorldHost } from '../world.ts'
import { unprocessable } from './api.ts'
import {
  type Row,
  type Store,
  blank,
  bodyOf,
  gone,
  notFound,
  pickFields,
  sees,
  textOf,
} from './sandbox-store.ts'
import { drop } from './sandbox-tickets.ts'

/** Customers, contacts, telephone numbers and devices. */
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
    'contacts.list': (call) =>
      store.contacts.oldest(
        (row) =>
          sees(call, row['customer_id']) &&
          (call.query['customer_id'] === undefined || row['customer_id'] === call.query['customer_id']),
      ),
    'contacts.get': (call) => {
      const row = store.contacts.get(call.params['id'])
      return row === undefined || !sees(call, row['customer_id'])
        ? gone(store.contacts, call.params['id'], call)
        : row
    },
    'contacts.create': (call) => createContact(store, call),
    'contacts.update': (call) => updateContact(store, call),
    'contacts.delete': (call) => {
      store.contacts.remove(contactOf(store, call).id)
      return { success: true }
    },
    'assets.list': (call) => listAssets(store, call),
    'assets.get': (call) => ({ asset: assetOf(store, call) }),
    'assets.create': (call) => ({ asset: createAsset(store, call) }),
    'assets.update': (call) => ({ asset: updateAsset(store, call) }),
    'assets.patches': (call) => {
      const row = store.assets.get(call.params['id'])
      if (row !== undefined && sees(call, row['customer_id'])) return patches
      throw new Refusal(404, 'asset_not_found', 'Asset not found', { body: { error: 'Asset not found' } })
    },
    'assets.chat': (call) => {
      const ids = (call.query['ids'] ?? []) as number[] // the query schema has shown it
      return ids
        .map((id) => store.assets.get(id))
        .filter((row) => row !== undefined && sees(call, row['customer_id']))
        .map((row) => chatRow(store, row as Row)) // the filter leaves no hole
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

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
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

const contactFields = [
  'name',
  'address1',
  'address2',
  'city',
  'state',
  'zip',
  'email',
  'phone',
  'mobile',
  'notes',
]

const emptyContact = {
  name: null,
  address1: null,
  address2: null,
  city: null,
  state: null,
  zip: null,
  email: null,
  phone: null,
  mobile: null,
  latitude: null,
  longitude: null,
  notes: null,
  vendor_id: null,
  properties: {},
  opt_out: false,
  extension: null,
}

function contactOf(store: Store, call: Call): Row {
  const row = store.contacts.get(call.params['id'])
  if (row === undefined || !sees(call, row['customer_id'])) throw notFound()
  return row
}

function createContact(store: Store, call: Call): Row {
  const body = bodyOf(call)
  const customer = store.customers.get(body['customer_id'])
  if (customer === undefined || !sees(call, customer.id)) throw notFound()
  const fields = {
    ...emptyContact,
    ...pickFields(body, contactFields),
    customer_id: customer.id,
    account_id: 1,
  }
  refuseContact({ id: null, ...fields, created_at: null, updated_at: null })
  const now = store.stamp()
  return store.contacts.add({ ...fields, created_at: now, updated_at: now })
}

function updateContact(store: Store, call: Call): Row {
  const row = contactOf(store, call)
  const body = bodyOf(call)
  if (blank(body['name'])) throw contactRefusal({ ...row, name: body['name'] ?? null }, "Name can't be blank")
  const title = blank(body['title'])
    ? {}
    : { properties: { ...(row['properties'] as object), title: body['title'] } }
  const changes = { ...pickFields(body, contactFields), ...title }
  refuseContact({ ...row, ...changes })
  return store.contacts.replace(row.id, { ...changes, updated_at: store.stamp() })
}

function refuseContact(record: Record<string, unknown>): void {
  if (blank(record['email']) || String(record['email']).includes('@')) return
  throw contactRefusal(record, 'Email is not an email')
}

function contactRefusal(record: Record<string, unknown>, errors: string): Refusal {
  return new Refusal(422, 'unprocessable', errors, {
    body: { record: { ...record, processed_phone: null, processed_mobile: null }, errors },
  })
}

function listAssets(store: Store, call: Call): Row[] {
  const { customer_id: customerId, query: text, snmp_enabled: snmp, asset_type_id: typeId } = call.query
  return store.assets.oldest(
    (row) =>
      sees(call, row['customer_id']) &&
      (customerId === undefined || row['customer_id'] === customerId) &&
      (snmp === undefined || (row['snmp_enabled'] ?? false) === snmp) &&
      (typeId === undefined || assetTypes.find((type) => type.id === typeId)?.name === row['asset_type']) &&
      (typeof text !== 'string' ||
        [row['name'], row['asset_serial']].some((v) => lower(v).includes(text.toLowerCase()))),
  )
}

function assetOf(store: Store, call: Call): Row {
  const row = store.assets.get(call.params['id'])
  if (row === undefined || !sees(call, row['customer_id'])) throw notFound()
  return row
}

export const assetTypes = [
  { id: 1, name: 'Syncro Device' },
  { id: 2, name: 'Server' },
]

/** Properties are ignored here; only a PUT sets them. */
function createAsset(store: Store, call: Call): Row {
  const body = bodyOf(call)
  const type = assetTypes.find(
    ({ id, name }) => name === body['asset_type_name'] || id === Number(body['asset_type_id']),
  )
  if (type === undefined) throw unprocessable(["Asset type can't be blank"], body)
  if (blank(body['name'])) throw unprocessable(["Name can't be blank"], body)
  if (!blank(body['customer_id']) && !sees(call, body['customer_id'])) throw notFound()
  return addAsset(store, {
    ...pickFields(body, ['name', 'customer_id', 'asset_serial']),
    asset_type: type.name,
  })
}

function updateAsset(store: Store, call: Call): Row {
  const row = assetOf(store, call)
  const changes = pickFields(bodyOf(call), ['name', 'asset_serial', 'properties', 'customer_id'])
  if (changes['name'] !== undefined && blank(changes['name'])) throw unprocessable(["Name can't be blank"])
  return store.assets.replace(row.id, { ...changes, updated_at: store.stamp() })
}

const triggers = [
  'bsod',
  'time',
  'no_av',
  'defrag',
  'firewall',
  'app_crash',
  'low_hd_space',
  'smart_failure',
  'device_manager',
  'agent_offline',
]

function addAsset(store: Store, fields: Record<string, unknown>): Row {
  const id = store.assets.nextId
  const now = store.stamp()
  return store.assets.add({
    contact_id: null,
    created_at: now,
    updated_at: now,
    properties: {},
    asset_serial: null,
    external_rmm_link: null,
    customer: store.customers.get(fields['customer_id']) ?? null,
    rmm_links: [],
    rmm_store: {
      id: id - 1000,
      asset_id: id,
      account_id: 1,
      triggers: Object.fromEntries(triggers.map((name) => [`${name}_triggered`, 'false'])),
      windows_updates: {},
      emsisoft: {},
      general: {},
      created_at: now,
      updated_at: now,
      override_alert_agent_offline_mins: null,
      override_alert_agent_rearm_after_mins: null,
      override_low_hd_threshold: null,
      override_autoresolve_offline_alert: null,
    },
    address: null,
    has_live_chat: false,
    snmp_enabled: false,
    ...fields,
  })
}

const patches = {
  installed_patches: [
    {
      kb: 'KB5026361',
      title: 'Update for Windows Defender Antivirus',
      category: 'Security Updates',
      status: 'Recently Installed',
      installed_at: '2025-01-12T14:30:00.000Z',
    },
  ],
  available_patches: [
    {
      kb: 'KB5027215',
      title: '2023-06 Cumulative Update for Windows 10 Version 22H2',
      category: 'Critical Updates',
      status: 'Missing Patches',
      evaluated_at: '2025-01-15T10:30:00.000Z',
    },
  ],
  available_patches_meta: { page: 1, per_page: 50, total_pages: 1, total_entries: 1 },
}

function chatRow(store: Store, row: Row): unknown {
  const owner = store.customers.get(row['customer_id'])
  const customer = {
    id: owner?.id ?? null,
    fullname: owner?.['fullname'] ?? null,
    business_name: owner?.['business_name'] ?? null,
  }
  return { id: row.id, name: row['name'], customer }
}

/** The world's customers as this vendor knows them; device names come in either case, as agents report them. */
export function seedCustomer(store: Store, customer: WorldCustomer): Row {
  const made = new Date(store.world.start - 300 * 86_400_000 + customer.number * 60_000).toISOString()
  const { first, last, email, phone } = customer.contact
  const row = addCustomer(store, {
    business_name: customer.name,
    firstname: first,
    lastname: last,
    email,
    phone,
    city: customer.city,
    created_at: made,
    updated_at: made,
  })
  const person = {
    name: `${first} ${last}`,
    email,
    phone,
    city: customer.city,
    customer_id: row.id,
    account_id: 1,
  }
  store.contacts.add({ ...emptyContact, ...person, created_at: made, updated_at: made })
  for (const [i, host] of customer.hosts.entries()) seedAsset(store, row.id, host, i, made)
  return row
}

function seedAsset(store: Store, customerId: number, host: WorldHost, i: number, made: string): void {
  const name = i % 3 === 1 ? host.name.toLowerCase() : hostEntity(host.name).value.toUpperCase()
  addAsset(store, {
    name,
    customer_id: customerId,
    asset_type: host.os.family.includes('Server') ? 'Server' : 'Syncro Device',
    asset_serial: `SN${host.mac.replaceAll(':', '').toUpperCase()}`,
    properties: {
      os: `${host.os.family} ${host.os.version}`,
      mac_address: host.mac,
      ip: host.ip,
      last_user: host.user,
    },
    created_at: made,
    updated_at: made,
  })
}
