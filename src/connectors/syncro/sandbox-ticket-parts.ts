import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import {
  type Row,
  type Store,
  type Table,
  blank,
  bodyOf,
  demand,
  notFound,
  pickFields,
  textOf,
  tokenOf,
} from './sandbox-store.ts'
import { ownOnly, ticketOf } from './sandbox-ticket-state.ts'
import { open } from './sandbox-tickets.ts'

/** Line items, timers, files, worksheets and forms. */
export function ticketPartBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'lineItems.add': (call) => addLineItem(store, call),
    'lineItems.update': (call) => ({ ticket_line_item: updateLineItem(store, call) }),
    'lineItems.remove': (call) => {
      store.lineItems.remove(partOf(store, store.lineItems, call, 'ticket_line_item_id').id)
      return { success: true, message: '' }
    },
    'timers.list': (call) => {
      const from = textOf(call.query['created_at_gt'])
      const until = textOf(call.query['created_at_lt'] ?? '~')
      return store.timers.newest(
        (row) => textOf(row['created_at']) > from && textOf(row['created_at']) < until,
      )
    },
    'timers.setBillable': (call) => setBillable(store, call),
    'timers.create': (call) => addTimer(store, call),
    'timers.update': (call) => updateTimer(store, call),
    'timers.charge': (call) => {
      const timer = partOf(store, store.timers, call, 'timer_entry_id')
      return store.timers.replace(timer.id, { recorded: true, updated_at: store.stamp() })
    },
    'timers.delete': (call) => {
      store.timers.remove(partOf(store, store.timers, call, 'timer_entry_id').id)
      return { success: true }
    },
    'files.attach': (call) => attach(store, call),
    'files.delete': (call) => {
      store.attachments.remove(partOf(store, store.attachments, call, 'attachment_id').id)
      return { success: true }
    },
    'files.print': (call) => {
      ticketOf(store, call)
      return new Reply(200, {})
    },
    'worksheets.list': (call) => {
      const ticket = ticketOf(store, call, 'ticket_id')
      ownOnly(ticket, call)
      return store.worksheets.oldest((row) => row['ticket_id'] === ticket.id).map(worksheetView)
    },
    'worksheets.get': (call) => ({ worksheet_result: worksheetView(worksheetOf(store, call)) }),
    'worksheets.create': (call) => ({ worksheet_result: worksheetView(addWorksheet(store, call)) }),
    'worksheets.update': (call) => {
      strict(call, 'Ticket Worksheets - Manage')
      const fields = pickFields(bodyOf(call), ['complete', 'public', 'required', 'answers'])
      store.worksheets.replace(worksheetOf(store, call).id, fields)
      return { success: true }
    },
    'worksheets.delete': (call) => {
      strict(call, 'Ticket Worksheets - Delete')
      store.worksheets.remove(worksheetOf(store, call).id)
      return { success: true }
    },
    'forms.list': () => [form],
    'forms.get': (call) => ({ new_ticket_form: formOf(call) }),
    'forms.process': (call) => processForm(store, call),
  }
}

/** The part that the body names, on the ticket of the path. */
function partOf(store: Store, table: Table, call: Call, name: string): Row {
  const ticket = ticketOf(store, call)
  const part = table.get(bodyOf(call)[name])
  if (part === undefined || part['ticket_id'] !== ticket.id) throw notFound()
  return part
}

const lineItemFields = [
  'name',
  'description',
  'product_id',
  'quantity',
  'taxable',
  'upc_code',
  'price_cost',
  'price_retail',
]

function addLineItem(store: Store, call: Call): Row {
  const ticket = ticketOf(store, call)
  const body = bodyOf(call)
  const wrong = [
    blank(body['name']) && "Name can't be blank",
    blank(body['description']) && "Description can't be blank",
  ]
  const errors = wrong.filter((text) => text !== false).join(', ')
  if (errors !== '') throw new Refusal(422, 'unprocessable', errors, { body: { errors, params: {} } })
  const now = store.stamp()
  return store.lineItems.add({
    ticket_id: ticket.id,
    user_id: tokenOf(call).userId,
    product_id: null,
    upc_code: null,
    taxable: true,
    price_cost: 0,
    price_retail: 0,
    ...emptyLineItem,
    ...pickFields(body, lineItemFields),
    ...cents(body),
    quantity: Number(body['quantity'] ?? 1).toFixed(1),
    created_at: now,
    updated_at: now,
  })
}

export const emptyLineItem = {
  product_category: null,
  cost_cents: null,
  retail_cents: null,
  converted: false,
  item_id: null,
  position: 1,
  estimate_line_item_id: null,
  old_price: null,
  line_discount_percent: null,
  discount_dollars: null,
  original_ticket_line_item_id: null,
}

function updateLineItem(store: Store, call: Call): Row {
  const part = partOf(store, store.lineItems, call, 'ticket_line_item_id')
  const body = bodyOf(call)
  const changes = { ...pickFields(body, lineItemFields), ...cents(body), updated_at: store.stamp() }
  return store.lineItems.replace(part.id, changes)
}

function cents(body: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(!blank(body['price_cost']) && { cost_cents: Math.round(Number(body['price_cost']) * 100) }),
    ...(!blank(body['price_retail']) && { retail_cents: Math.round(Number(body['price_retail']) * 100) }),
  }
}

function addTimer(store: Store, call: Call): Row {
  const ticket = ticketOf(store, call)
  const body = bodyOf(call)
  const start = Date.parse(textOf(body['start_at']))
  if (blank(body['start_at']) || Number.isNaN(start)) {
    const error = 'no implicit conversion of nil into String'
    throw new Refusal(422, 'unprocessable', error, { body: { error } })
  }
  const seconds = Number(body['duration_minutes'] ?? 0) * 60
  const end = blank(body['end_at']) ? start + seconds * 1000 : Date.parse(textOf(body['end_at']))
  const now = store.stamp()
  return store.timers.add({
    ticket_id: ticket.id,
    user_id: body['user_id'] ?? tokenOf(call).userId,
    start_time: new Date(start).toISOString(),
    end_time: new Date(end).toISOString(),
    created_at: now,
    updated_at: now,
    ...emptyTimer,
    notes: body['notes'] ?? null,
    product_id: body['product_id'] ?? null,
    active_duration: Math.round((end - start) / 1000),
    billable_time: Math.round((end - start) / 1000),
  })
}

export const emptyTimer = {
  recorded: false,
  billable: false,
  notes: null,
  toggl_id: null,
  product_id: null,
  comment_id: null,
  ticket_line_item_id: null,
  billable_override: null,
}

/** A change of duration_minutes alone is not applied. */
function updateTimer(store: Store, call: Call): Row {
  const timer = partOf(store, store.timers, call, 'timer_entry_id')
  const body = bodyOf(call)
  const times = {
    ...(!blank(body['start_at']) && { start_time: body['start_at'] }),
    ...(!blank(body['end_at']) && { end_time: body['end_at'] }),
  }
  const changes = {
    ...pickFields(body, ['user_id', 'notes', 'product_id']),
    ...times,
    updated_at: store.stamp(),
  }
  return store.timers.replace(timer.id, changes)
}

function setBillable(store: Store, call: Call): unknown {
  const timer = store.timers.get(call.params['id'])
  if (timer === undefined) throw notFound()
  const { billable } = call.query
  if (billable !== 'true' && billable !== 'false') {
    const errors = ['billable must be true or false']
    throw new Refusal(422, 'unprocessable', errors[0] ?? '', { body: { errors } })
  }
  return {
    ticket_timer: store.timers.replace(timer.id, {
      billable: billable === 'true',
      updated_at: store.stamp(),
    }),
  }
}

/** The vendor fetches later; here it is there at once. */
function attach(store: Store, call: Call): unknown {
  const ticket = ticketOf(store, call)
  const { files } = bodyOf(call)
  if (!Array.isArray(files)) {
    const error = "Missing files param - or not an array like [{'url':'http://foo','filename': 'test'}]"
    throw new Refusal(422, 'unprocessable', error, { body: { error } })
  }
  for (const file of files as Record<string, unknown>[]) {
    const name = file['filename'] ?? file['url'] ?? null
    store.attachments.add({
      ticket_id: ticket.id,
      file_name: name,
      url: file['url'] ?? null,
      created_at: store.stamp(),
    })
  }
  return { message: 'Processing - refresh ticket in a moment to see if it worked.' }
}

export const worksheetTemplate = { id: 1, name: 'Incident response checklist' }

function strict(call: Call, permission: Parameters<typeof demand>[1]): void {
  if (call.switches['worksheetGuard'] === 'strict') demand(call, permission)
}

function addWorksheet(store: Store, call: Call): Row {
  strict(call, 'Ticket Worksheets - Add')
  const ticket = ticketOf(store, call, 'ticket_id')
  ownOnly(ticket, call)
  const body = bodyOf(call)
  if (Number(body['worksheet_template_id']) !== worksheetTemplate.id) throw notFound()
  return store.worksheets.add({
    ticket_id: ticket.id,
    ...emptyWorksheet,
    name: body['title'] ?? worksheetTemplate.name,
  })
}

export const emptyWorksheet = {
  worksheet_template_id: worksheetTemplate.id,
  name: worksheetTemplate.name,
  public: true,
  complete: null,
  required: false,
  field_list: [
    { name: 'Isolated', slug: 'isolated', id: 1, position: 0, history: [] },
    { name: 'Credentials reset', slug: 'credentials-reset', id: 2, position: 1, history: [] },
  ],
}

function worksheetOf(store: Store, call: Call): Row {
  const ticket = ticketOf(store, call, 'ticket_id')
  ownOnly(ticket, call)
  const row = store.worksheets.get(call.params['id'])
  if (row === undefined || row['ticket_id'] !== ticket.id) throw notFound()
  return row
}

function worksheetView(row: Row): unknown {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'ticket_id'))
}

/** Columns of the ticket that only this call shows. */
const formOnly = {
  account_id: 1,
  category: 'Standard',
  referredby: null,
  isapproved: false,
  pdf: { url: null },
  intake_form_pdf: { url: null },
  notify_emails: null,
  original_ticket_id: null,
  custom_fields_cache: ' ',
}

/** Which of the form's fields are asked for: require, show or hide. */
function fieldRules(required: string, shown: string, hidden: string): Record<string, string> {
  const rules = { require: required, show: shown, hide: hidden }
  return Object.fromEntries(
    Object.entries(rules).flatMap(([rule, names]) => names.split(' ').map((name) => [name, rule])),
  )
}

const customerRules = fieldRules(
  'firstname lastname',
  'business_name email phone referred_by custom_fields',
  'address tax_rate_id get_sms opt_out no_email send_portal_invitation notification_email invoice_cc_emails invoice_term_id',
)
const ticketRules = fieldRules(
  'subject description problem_type',
  'user_id ticket_type_id do_not_email',
  'priority due_date notify_emails category address_id contract_id sla_id isapproved pre_diagnosed',
)

const form = {
  id: 1,
  name: 'Security incident',
  default: true,
  disabled: false,
  data: {
    customer_details: { fields: customerRules, defaults: { placeholder: '' }, position: '1' },
    ticket_details: {
      fields: ticketRules,
      defaults: { placeholder: '', isapproved: 'true', pre_diagnosed: 'true' },
      disabled: ['subject'],
      position: '2',
    },
    worksheets: { position: '3' },
    related_assets: { position: '4' },
  },
}

function formOf(call: Call): typeof form {
  if (call.params['id'] !== String(form.id)) throw notFound()
  return form
}

/** The trap: a customer that it does not find by name or mail is made. */
function processForm(store: Store, call: Call): unknown {
  formOf(call)
  const body = bodyOf(call)
  const appointment = object(body['appointments'])
  const missing = ['summary', 'start_at', 'end_at'].filter((name) => blank(appointment[name]))
  if (body['appointments'] != null && missing.length > 0) {
    const errors = { appointments: Object.fromEntries(missing.map((name) => [name, ["can't be blank"]])) }
    throw new Refusal(422, 'unprocessable', "summary can't be blank", { body: { success: false, errors } })
  }
  const person = object(body['customer_details'])
  const issue = object(body['ticket_details'])
  const known = store.customers.oldest((row) =>
    ['business_name', 'email'].some((name) => !blank(person[name]) && row[name] === person[name]),
  )[0]
  const fullname = [person['firstname'], person['lastname']].filter((part) => !blank(part)).join(' ')
  const shownName = blank(person['business_name']) ? fullname : person['business_name']
  const now = store.stamp()
  const names = { fullname, business_then_name: shownName, business_and_full_name: shownName }
  const customer =
    known ?? store.customers.add({ ...person, ...names, disabled: false, created_at: now, updated_at: now })
  const text = {
    subject: 'Initial Issue',
    body: issue['description'] ?? '',
    do_not_email: issue['do_not_email'],
  }
  const ticket = open(store, { ...issue, customer_id: customer.id, comments_attributes: [text] }, call)
  const shown = { ...ticket, ...formOnly, original_customer_id: customer.id }
  return { ticket: shown, invoice: null, redirect: `/tickets/${ticket.id}`, message: 'Ticket created..' }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // an object's fields are unknown
}
