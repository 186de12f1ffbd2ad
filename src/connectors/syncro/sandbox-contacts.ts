import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { type Row, type Store, blank, bodyOf, gone, notFound, pickFields, sees } from './sandbox-store.ts'

/** Contacts: one comes without a wrapper, and refusals show the record. */
export function contactBehaviours(store: Store): Record<string, Behaviour> {
  return {
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
  }
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

export const emptyContact = {
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
