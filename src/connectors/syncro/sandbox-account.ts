import { isObject } from '../../contract/errors.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { muteSpans } from './alerts.ts'
import type { Permission } from './permissions.ts'
import { assetTypes } from './sandbox-assets.ts'
import { phonesOf } from './sandbox-customers.ts'
import {
  type Row,
  type Store,
  blank,
  bodyOf,
  holds,
  notFound,
  pickFields,
  sees,
  textOf,
  tokenOf,
  words,
} from './sandbox-store.ts'
import { worksheetTemplate } from './sandbox-ticket-parts.ts'
import { open as openTicket } from './sandbox-tickets.ts'
import { userOf } from './sandbox-ticket-state.ts'

/** Alerts, and what belongs to the account as a whole: the token's owner, users, settings and search. */
export function accountBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'alerts.list': (call) => {
      const status = call.query['status'] ?? 'active'
      return store.alerts.newest(
        (row) =>
          sees(call, row['customer_id']) && (status === 'all' || row['resolved'] === (status === 'resolved')),
      )
    },
    'alerts.get': (call) => ({ rmm_alert: alertOf(store, call) }),
    'alerts.create': (call) => ({ success: true, alert: createAlert(store, call) }),
    'alerts.delete': (call) => {
      store.alerts.replace(alertOf(store, call).id, { resolved: true, updated_at: store.stamp() })
      return { success: 'true' }
    },
    'alerts.mute': (call) => mute(store, call),
    'me.get': (call) => whoAmI(store, call),
    'me.otp': (call) => otp(store, call),
    'users.list': () => store.world.technicians.map(({ id, name }) => [id, name]),
    'users.get': (call) => {
      const user = userOf(store, call.params['id'])
      if (user === undefined) throw notFound()
      return { user }
    },
    'userDevices.create': (call) => createDevice(store, call),
    'userDevices.get': (call) => deviceOf(store, call),
    'userDevices.update': (call) => {
      const changes = pickFields(bodyOf(call), ['registration_token_gcm'])
      return store.devices.replace(deviceOf(store, call).id, { ...changes, updated_at: store.stamp() })
    },
    'settings.account': (call) => accountSettings(call.switches),
    'settings.tabs': () => ({
      tabs: { msp_dashboard: true, customers: true, assets: true, alerts: true, tickets: true },
    }),
    'settings.printing': () => ({ messaging_channel: '100000000000000000001', registers: [] }),
    'settings.tickets': (call) => ticketSettings(store, call.switches),
    'search.all': (call) => searchAll(store, call),
  }
}

function alertOf(store: Store, call: Call): Row {
  const row = store.alerts.get(call.params['id'])
  if (row === undefined || !sees(call, row['customer_id'])) throw notFound()
  return row
}

function createAlert(store: Store, call: Call): unknown {
  const body = bodyOf(call)
  if (!blank(body['customer_id']) && !sees(call, body['customer_id'])) throw notFound()
  const now = store.stamp()
  const row = store.alerts.add({
    customer_id: body['customer_id'] ?? null,
    ticket_number: null,
    ticket_status: null,
    computer_name: store.assets.get(body['asset_id'])?.['name'] ?? null,
    properties: body['properties'] ?? {},
    resolved: body['resolved'] ?? false,
    check_id: null,
    status: body['status'] ?? null,
    formatted_output: body['formatted_output'] ?? null,
    description: body['description'] ?? null,
    created_at: now,
    updated_at: now,
    asset_id: body['asset_id'] ?? null,
  })
  automate(store, row, call)
  const { ticket_number: _number, ticket_status: _status, ...shown } = row
  return { ...shown, account_id: 1, ticket_id: null }
}

/** An account may open a ticket for every alert; `skip_automation` is the way out of it. */
function automate(store: Store, row: Row, call: Call): void {
  const { properties, customer_id, description } = row
  const skips = isObject(properties) && properties['skip_automation'] === true
  if (call.switches['alertAutomation'] !== 'on' || skips) return
  openTicket(store, { customer_id, subject: `Alert: ${textOf(description)}` }, call)
}

function mute(store: Store, call: Call): unknown {
  const row = alertOf(store, call)
  const span = call.query['mute_for'] ?? bodyOf(call)['mute_for']
  if (!muteSpans.some((known) => known === span)) {
    const errors = { mute_for: [`is not included in the list: ${muteSpans.join(', ')}`] }
    throw new Refusal(422, 'unprocessable', 'mute_for is not included in the list', { body: { errors } })
  }
  store.alerts.replace(row.id, { updated_at: store.stamp() })
  return { success: 'true' }
}

function whoAmI(store: Store, call: Call): unknown {
  const { token, userId, permissions } = tokenOf(call)
  const user = userOf(store, userId)
  const any = (...names: Permission[]): boolean => names.some((name) => holds(call, name))
  const all = permissions === 'all'
  return {
    user_token: token,
    user_email: user?.email ?? null,
    user_name: user?.full_name ?? null,
    user_id: userId,
    admin: all,
    can_use_app: true,
    two_factor_required: false,
    subdomain: 'demo',
    default_location: null,
    enable_multi_locations: false,
    locations_allowed: [],
    permissions: {
      asset: {
        read: any('Assets - List/Search', 'Assets - View Details'),
        write: any('Assets - Create', 'Assets - Edit'),
        delete: all,
      },
      customer: {
        read: any('Customers - List/Search', 'Customers - View Detail'),
        write: any('Customers - Create', 'Customers - Edit'),
        delete: any('Customers - Delete'),
      },
      ticket: {
        read: any('Tickets - List/Search', 'Tickets - View Details'),
        write: any('Tickets - Create', 'Tickets - Edit'),
        delete: any('Tickets - Delete'),
      },
      invoice: { read: all, write: all, delete: all },
      payment: { read: all, write: all, delete: all },
      worksheet: {
        add: any('Ticket Worksheets - Add'),
        manage: any('Ticket Worksheets - Manage'),
        delete: any('Ticket Worksheets - Delete'),
      },
      script: { execute: all },
    },
  }
}

function otp(store: Store, call: Call): unknown {
  if (bodyOf(call)['code'] !== '123456') {
    return new Reply(401, {
      login: false,
      instructions: 'Your multi-factor authentication attempt failed, please try again.',
    })
  }
  return {
    login: true,
    session_token: '1cbe0553-9fcd-4035-8e69-52792e16d489',
    token_expiration: new Date(Date.parse(store.stamp()) + 30 * 86_400_000).toISOString(),
    instructions:
      'Save the session token and send it with the api_key, in a header called Authorization2FAToken.',
  }
}

function createDevice(store: Store, call: Call): Row {
  const body = bodyOf(call)
  if (blank(body['device_uuid'])) {
    const message = 'Missing params device_uuid'
    throw new Refusal(422, 'unprocessable', message, { body: { message } })
  }
  const now = store.stamp()
  const fields = pickFields(body, [
    'device_uuid',
    'device_name',
    'registration_token_gcm',
    'system_name',
    'model',
    'screen_size',
  ])
  return store.devices.add({
    account_id: null,
    name: null,
    device_name: null,
    registration_token_gcm: null,
    system_name: null,
    model: null,
    screen_size: null,
    ...fields,
    user_id: tokenOf(call).userId,
    disabled: false,
    created_at: now,
    updated_at: now,
  })
}

function deviceOf(store: Store, call: Call): Row {
  const row = store.devices.oldest((one) => one['device_uuid'] === call.params['id'])[0]
  if (row === undefined) throw notFound()
  return row
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

function accountSettings(switches: Record<string, string>): unknown {
  return {
    customers: { required_fields: null, customer_fields: [], customer_field_answers: [] },
    assets: { asset_types: assetTypes, asset_type_fields: [], asset_type_field_answers: [] },
    locale: {
      iso_code: 'en',
      currency_symbol: '$',
      date_format: 'mm-dd-yy',
      time_format: 'hh:mm tt',
      time_zone: 'America/New_York',
      time_offset: '-05:00',
    },
    ticket: {
      ticket_types: [],
      ticket_type_fields: [],
      ticket_type_field_answers: [],
      problem_types: words(switches['problemTypes']),
      priorities: words(switches['priorities']),
    },
    business_hours_enabled: true,
    business_hours: weekdays.map((day) => ({ day, start: '09:00', end: '17:00', closed: day === 'Sunday' })),
    default_holiday_calendar: 'USA',
    msp_addon: null,
  }
}

function ticketSettings(store: Store, switches: Record<string, string>): unknown {
  return {
    ticket_status_list: words(switches['statuses']),
    default_labor_product_id: null,
    ticket_timer_charge_by_default: null,
    saved_searches: [],
    ticket_types: [],
    ticket_type_fields: [],
    ticket_type_field_answers: [],
    appointment_types: [],
    users: store.world.technicians.map(({ id, name }) => ({ id, name })),
    dashboard_settings: null,
    worksheet_templates: [worksheetTemplate],
    require_ticket_type: null,
    require_intake_form_with_ticket: null,
    require_outtake_form_with_ticket: null,
    ticket_workflow_default_id: null,
  }
}

/** The kinds that the token may list; the others are left out without a word. */
function searchAll(store: Store, call: Call): unknown {
  const text = textOf(call.query['query']).toLowerCase()
  const has = (value: unknown): boolean => textOf(value).toLowerCase().includes(text)
  const lag = Number(call.switches['searchLagSeconds'] ?? 0) * 1000
  const fresh = (row: Row): boolean => (store.more.get(row.id)?.madeAt ?? 0) + lag > call.now
  const hits: unknown[] = []
  if (holds(call, 'Customers - List/Search')) {
    hits.push(
      ...store.customers
        .oldest((row) => sees(call, row.id) && has(row['business_then_name']))
        .map((row) => hit('customer', { ...row, phones: phonesOf(store, row.id) })),
    )
    hits.push(
      ...store.contacts
        .oldest((row) => sees(call, row['customer_id']) && has(row['name']))
        .map((row) => hit('contact', row)),
    )
    hits.push(
      ...store.assets
        .oldest((row) => sees(call, row['customer_id']) && has(row['name']))
        .map((row) => hit('asset', row)),
    )
  }
  if (holds(call, 'Tickets - List/Search')) {
    const found = store.tickets.newest(
      (row) => sees(call, row['customer_id']) && has(row['subject']) && !fresh(row),
    )
    hits.push(...found.map((row) => hit('ticket', row)))
  }
  return { quick_result: null, results: hits.slice(0, 50), error: null }
}

function hit(type: string, row: Row): unknown {
  return { table: { _id: row.id, _type: type, _index: `${type}s`, _source: { table: row } } }
}
