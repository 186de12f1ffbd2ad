import { hostEntity } from '../../domain/entity.ts'
import type { WorldCustomer, WorldHost } from '../world.ts'
import { addAsset } from './sandbox-assets.ts'
import { emptyContact } from './sandbox-contacts.ts'
import { addCustomer } from './sandbox-customers.ts'
import type { Row, Store } from './sandbox-store.ts'
import { emptyLineItem, emptyTimer, emptyWorksheet } from './sandbox-ticket-parts.ts'
import { emptyTicket, userOf } from './sandbox-ticket-state.ts'

/** What stood in the account before anybody watched it: a few everyday tickets with all their parts, and alerts. */
export function seedHistory(store: Store): void {
  const customer = store.customers.oldest(() => true)[0]
  if (customer === undefined) return
  for (const subject of [
    'Printer in the front office',
    'New laptop for the night shift',
    'Slow mail on Mondays',
  ]) {
    seedTicket(store, customer, subject)
  }
  seedAlerts(store)
}

const hour = 3_600_000

function seedTicket(store: Store, customer: Row, subject: string): void {
  const at = new Date(store.world.start - 48 * hour).toISOString()
  const user = userOf(store, store.world.technicians[0]?.id) ?? null
  const stamps = { created_at: at, updated_at: at }
  const row = store.tickets.add({
    ...emptyTicket,
    ...stamps,
    number: store.nextNumber++,
    subject,
    customer_id: customer.id,
    customer_business_then_name: customer['business_then_name'],
    problem_type: 'Hardware',
    status: 'Resolved',
    resolved_at: at,
    user_id: user?.id ?? null,
    user,
    ticket_type_id: 1,
    ticket_type_name: 'Devices',
  })
  const ticket = { ticket_id: row.id, user_id: user?.id ?? null }
  const said = {
    subject: 'Initial Issue',
    body: 'Please have a look.',
    tech: user?.full_name ?? null,
    hidden: false,
  }
  const comment = store.comments.add({ ...stamps, ...ticket, ...said })
  store.talk.set(row.id, [comment])
  store.tickets.replace(row.id, { comments: [comment] })
  store.more.set(row.id, {
    assetIds: [],
    signatureName: null,
    outtakeFormName: null,
    outtakeFormDate: null,
    madeAt: 0,
  })
  seedParts(store, ticket, stamps)
  store.seededUntil = row.id
}

function seedParts(store: Store, ticket: object, stamps: { created_at: string }): void {
  const item = {
    name: 'Labor',
    description: 'Half an hour',
    quantity: '0.5',
    taxable: true,
    price_cost: 0,
    price_retail: 60,
  }
  store.lineItems.add({ ...ticket, ...item, ...stamps, product_id: null, upc_code: null, ...emptyLineItem })
  const end = new Date(Date.parse(stamps.created_at) + hour / 2).toISOString()
  const spent = { start_time: stamps.created_at, end_time: end, active_duration: 1800, billable_time: 1800 }
  store.timers.add({ ...ticket, ...spent, ...stamps, ...emptyTimer })
  store.attachments.add({
    ...ticket,
    ...stamps,
    file_name: 'photo.jpg',
    url: 'https://files.example/photo.jpg',
  })
  store.worksheets.add({ ...ticket, ...emptyWorksheet })
}

/** A few alerts of the RMM agent, so that the list is not empty. */
function seedAlerts(store: Store): void {
  const at = new Date(store.world.start - hour).toISOString()
  const first = store.customers.oldest(() => true)[0]?.id
  const devices = store.assets.oldest((row) => row.id % 23 === 0 || row['customer_id'] === first)
  for (const device of devices) {
    store.alerts.add({
      customer_id: device['customer_id'],
      ticket_number: null,
      ticket_status: null,
      computer_name: device['name'],
      properties: { trigger: 'low_hd_space_trigger', description: 'Low disk space' },
      resolved: device.id % 2 === 0,
      check_id: 1,
      status: null,
      formatted_output: 'C: has less than 10% free',
      description: 'low_hd_space_trigger',
      created_at: at,
      updated_at: at,
      asset_id: device.id,
    })
  }
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
