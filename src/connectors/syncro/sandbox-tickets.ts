import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { unprocessable } from './api.ts'
import {
  type Row,
  type Store,
  after,
  blank,
  bodyOf,
  demand,
  gone,
  holds,
  notFound,
  pickFields,
  sees,
  textOf,
  tokenOf,
} from './sandbox-store.ts'
import { closed } from './tickets.ts'

/** Tickets and comments as they behave: nothing is idempotent, and times move with every change. */
export function ticketBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'tickets.list': (call) => list(store, call),
    'tickets.get': (call) => {
      const row = seen(store, call, call.params['id'])
      if (row === undefined) return gone(store.tickets, call.params['id'], call)
      ownOnly(row, call)
      return { ticket: detail(store, row) }
    },
    'tickets.create': (call) => ({ ticket: detail(store, open(store, bodyOf(call), call)) }),
    'tickets.update': (call) => ({
      ticket: detail(store, update(store, ticketOf(store, call), bodyOf(call), call)),
    }),
    'tickets.delete': (call) => remove(store, ticketOf(store, call)),
    'comments.list': (call) => {
      const ticket = ticketOf(store, call)
      ownOnly(ticket, call)
      return listComments(store, ticket, call)
    },
    'comments.create': (call) => comment(store, call),
  }
}

/** The ticket of the path, or 404: unknown, deleted, or of a customer that the token may not see. */
export function ticketOf(store: Store, call: Call, name = 'id'): Row {
  const row = seen(store, call, call.params[name])
  if (row === undefined) throw notFound()
  return row
}

function seen(store: Store, call: Call, id: unknown): Row | undefined {
  const row = store.tickets.get(id)
  return row !== undefined && sees(call, row['customer_id']) ? row : undefined
}

/** "Their Ticket" shows only what is assigned to the token's owner. */
export function ownOnly(row: Row, call: Call): void {
  if (holds(call, 'Tickets - View Details') || row['user_id'] === tokenOf(call).userId) return
  demand(call, 'Tickets - View Details')
}

function list(store: Store, call: Call): readonly Row[] {
  const { query, switches } = call
  const lag = Number(switches['searchLagSeconds'] ?? 0) * 1000
  const tests: ((row: Row) => boolean)[] = [(row) => sees(call, row['customer_id'])]
  if (lag > 0) tests.push((row) => (store.more.get(row.id)?.madeAt ?? 0) + lag <= call.now)
  for (const name of ['customer_id', 'contact_id', 'user_id'] as const) {
    if (query[name] !== undefined) tests.push((row) => row[name] === query[name])
  }
  if (query['number'] !== undefined) tests.push((row) => textOf(row['number']) === query['number'])
  if (query['mine'] === true) tests.push((row) => row['user_id'] === tokenOf(call).userId)
  const { status } = query
  if (status === 'Not Closed') tests.push((row) => !closed(row['status']))
  else if (status !== undefined) tests.push((row) => row['status'] === status)
  const times = { created_after: 'created_at', resolved_after: 'resolved_at', since_updated_at: 'updated_at' }
  for (const [name, field] of Object.entries(times)) {
    if (query[name] === undefined) continue
    const test = after(query[name], switches)
    tests.push((row) => test(row[field]))
  }
  if (typeof query['query'] === 'string')
    tests.push(matches(store, query['query'].toLowerCase(), switches['ticketQuery']))
  return shown(
    store,
    ordered(store, (row) => tests.every((test) => test(row)), switches['ticketOrder']),
    call,
  )
}

function ordered(store: Store, keep: (row: Row) => boolean, order: string | undefined): Row[] {
  if (order === 'oldest') return store.tickets.oldest(keep)
  const rows = store.tickets.newest(keep)
  if (order !== 'updated') return rows
  return rows.toSorted(
    (a, b) => textOf(b['updated_at']).localeCompare(textOf(a['updated_at'])) || b.id - a.id,
  )
}

function matches(store: Store, text: string, how: string | undefined): (row: Row) => boolean {
  if (how === 'nothing') return () => false
  return (row) => {
    if (textOf(row['subject']).toLowerCase().includes(text)) return true
    const first = store.talk.get(row.id)?.[0]
    return how !== 'subject' && textOf(first?.['body']).toLowerCase().includes(text)
  }
}

/** Stored rows carry the first comment, as lists have done since 2026-03-11. */
function shown(store: Store, rows: Row[], call: Call): readonly Row[] {
  const all = call.query['all_comments'] ?? call.switches['listComments'] === 'all'
  return all === true ? rows.map((row) => ({ ...row, comments: store.talk.get(row.id) ?? [] })) : rows
}

const plainFields = [
  'subject',
  'ticket_type_id',
  'due_date',
  'start_at',
  'end_at',
  'location_id',
  'problem_type',
  'status',
  'user_id',
  'properties',
  'sla_id',
  'contact_id',
  'priority',
  'tag_list',
] as const

export function open(store: Store, body: Record<string, unknown>, call: Call): Row {
  const customer = customerFor(store, body, call)
  if (blank(body['subject'])) throw unprocessable(["Subject can't be blank"])
  const now = store.stamp()
  const number = blank(body['number']) ? store.nextNumber++ : Number(body['number']) || store.nextNumber++
  const row = store.tickets.add({
    ...emptyTicket,
    number,
    created_at: now,
    updated_at: now,
    customer_id: customer.id,
    customer_business_then_name: customer['business_then_name'],
    creator_name_or_email: userOf(store, tokenOf(call).userId)?.email ?? null,
    ...pickFields(body, plainFields),
    status: blank(body['status']) ? 'New' : body['status'],
  })
  store.more.set(row.id, {
    assetIds: assetsFor(store, body['asset_ids'], customer.id),
    signatureName: body['signature_name'] ?? null,
    outtakeFormName: body['outtake_form_name'] ?? null,
    outtakeFormDate: body['outtake_form_date'] ?? null,
    madeAt: call.now,
  })
  const comments = Array.isArray(body['comments_attributes']) ? body['comments_attributes'] : []
  for (const one of comments as Record<string, unknown>[]) addComment(store, row.id, one, call) // checked by the schema
  const first = store.talk.get(row.id)?.slice(0, 1) ?? []
  const settled = settle(
    row,
    { comments: first, contact_fullname: contactName(store, row['contact_id']) },
    now,
  )
  return store.tickets.replace(row.id, { ...settled, user: userOf(store, row['user_id']) ?? null })
}

function customerFor(store: Store, body: Record<string, unknown>, call: Call): Row {
  if (blank(body['customer_id'])) {
    throw new Refusal(422, 'customer_required', 'Customer required field', {
      body: { error: 'Customer required field' },
    })
  }
  const customer = store.customers.get(body['customer_id'])
  if (customer !== undefined && sees(call, customer.id)) return customer
  if (call.switches['unknownCustomer'] === '422') throw unprocessable(["Customer can't be blank"])
  throw notFound()
}

/** A device of another customer is not linked. */
function assetsFor(store: Store, ids: unknown, customerId: number): number[] {
  if (!Array.isArray(ids)) return []
  return ids.map(Number).filter((id) => store.assets.get(id)?.['customer_id'] === customerId)
}

function update(store: Store, row: Row, body: Record<string, unknown>, call: Call): Row {
  if (body['subject'] !== undefined && blank(body['subject'])) throw unprocessable(["Subject can't be blank"])
  const moved = body['customer_id'] === undefined ? {} : customerFields(customerFor(store, body, call))
  const more = store.more.get(row.id)
  if (more !== undefined && body['asset_ids'] !== undefined) {
    const customerId = Number(moved.customer_id ?? row['customer_id'])
    store.more.set(row.id, { ...more, assetIds: assetsFor(store, body['asset_ids'], customerId) })
  }
  const comments = Array.isArray(body['comments_attributes']) ? body['comments_attributes'] : []
  for (const one of comments as Record<string, unknown>[]) addComment(store, row.id, one, call) // checked by the schema
  const changed: Record<string, unknown> = { ...moved, ...pickFields(body, plainFields) }
  const user = userOf(store, changed['user_id'] ?? row['user_id']) ?? null
  return store.tickets.replace(row.id, settle(row, { ...changed, user }, store.stamp()))
}

function customerFields(customer: Row): { customer_id?: number; customer_business_then_name?: unknown } {
  return { customer_id: customer.id, customer_business_then_name: customer['business_then_name'] }
}

/** A status that begins with Resolved sets resolved_at, leaving it clears it; every change moves updated_at. */
function settle(row: Row, changes: Record<string, unknown>, now: string): Record<string, unknown> {
  const status = textOf(changes['status'] ?? row['status'])
  const resolvedAt = status.startsWith('Resolved')
    ? (row['resolved_at'] ?? now)
    : status === 'Invoiced'
      ? row['resolved_at']
      : null
  return { ...changes, resolved_at: resolvedAt, updated_at: now }
}

function remove(store: Store, row: Row): unknown {
  drop(store, row.id)
  return { message: 'Ticket was successfully deleted. ' }
}

/** Takes comments, timers, worksheets and files along; alerts forget the ticket. */
export function drop(store: Store, ticketId: number): void {
  const ticket = store.tickets.get(ticketId)
  store.tickets.remove(ticketId)
  store.more.delete(ticketId)
  for (const one of store.talk.get(ticketId) ?? []) store.comments.remove(one.id)
  store.talk.delete(ticketId)
  for (const table of [store.timers, store.worksheets, store.lineItems, store.attachments]) {
    for (const row of table.oldest((part) => part['ticket_id'] === ticketId)) table.remove(row.id)
  }
  for (const alert of store.alerts.oldest((one) => one['ticket_number'] === ticket?.['number'])) {
    store.alerts.replace(alert.id, { ticket_number: null, ticket_status: null })
  }
}

/** Subjects that the UI gives a meaning to; the hub must never use them by accident. */
const moves: Record<string, string> = {
  Diagnosis: 'In Progress',
  'Parts Arrival': 'In Progress',
  'Parts Order': 'Waiting for Parts',
}

function comment(store: Store, call: Call): unknown {
  const guard = call.switches['commentGuard']
  if (guard !== 'either') demand(call, 'Tickets - Edit')
  if (guard === 'both') demand(call, 'Ticket Comments - New')
  const ticket = ticketOf(store, call)
  const body = bodyOf(call)
  const wrong = [
    blank(body['body']) && "Body can't be blank",
    blank(body['subject']) && "Subject can't be blank",
  ]
  const message = wrong.filter((text) => text !== false)
  if (message.length > 0) throw unprocessable(message)
  const row = addComment(store, ticket.id, body, call)
  const status = call.switches['commentMovesStatus'] === 'off' ? undefined : moves[textOf(body['subject'])]
  const first = store.talk.get(ticket.id)?.slice(0, 1) ?? []
  store.tickets.replace(
    ticket.id,
    settle(ticket, status === undefined ? { comments: first } : { comments: first, status }, store.stamp()),
  )
  return { comment: row }
}

function addComment(store: Store, ticketId: number, body: Record<string, unknown>, call: Call): Row {
  const now = store.stamp()
  const { userId } = tokenOf(call)
  const row = store.comments.add({
    created_at: now,
    updated_at: now,
    ticket_id: ticketId,
    subject: body['subject'] ?? null,
    body: body['body'] ?? null,
    tech: body['tech'] ?? userOf(store, userId)?.full_name ?? null,
    hidden: body['hidden'] ?? false,
    user_id: userId,
  })
  store.talk.set(ticketId, [...(store.talk.get(ticketId) ?? []), row])
  return row
}

function listComments(store: Store, ticket: Row, call: Call): unknown[] {
  const { query, switches } = call
  const rows = store.talk.get(ticket.id) ?? []
  const tests = [
    within(query['created_after'], query['created_before'], 'created_at', switches),
    within(query['updated_after'], query['updated_before'], 'updated_at', switches),
  ]
  const kept = rows.filter((row) => tests.every((test) => test(row)))
  const ascending = textOf(query['sort_direction'] ?? 'DESC').toUpperCase() === 'ASC'
  const inOrder = ascending ? kept : kept.toReversed()
  return inOrder.map((row) => ({ ...row, is_rich_text: false, user: userOf(store, row['user_id']) ?? {} }))
}

function within(
  from: unknown,
  to: unknown,
  field: string,
  switches: Record<string, string>,
): (row: Row) => boolean {
  const begun = after(from, switches)
  const end = typeof to === 'string' ? Date.parse(to) : Number.NaN
  return (row) => begun(row[field]) && (Number.isNaN(end) || Date.parse(textOf(row[field])) <= end)
}

/** The single ticket: the row without the list's own columns, with everything that hangs on it. */
export function detail(store: Store, row: Row): Record<string, unknown> {
  const more = store.more.get(row.id)
  const parts = (table: Store['timers']): Row[] => table.oldest((part) => part['ticket_id'] === row.id)
  const assetIds = more?.assetIds ?? []
  return {
    ...Object.fromEntries(detailColumns.map((name) => [name, row[name]])),
    intake_form_html: null,
    signature_name: more?.signatureName ?? null,
    signature_date: null,
    asset_ids: assetIds,
    outtake_form_name: more?.outtakeFormName ?? null,
    outtake_form_date: more?.outtakeFormDate ?? null,
    outtake_form_html: null,
    comments: (store.talk.get(row.id) ?? []).toReversed(),
    attachments: parts(store.attachments),
    ticket_timers: parts(store.timers),
    line_items: parts(store.lineItems),
    worksheet_results: parts(store.worksheets),
    assets: assetIds.map((id) => store.assets.get(id)).filter((asset) => asset !== undefined),
    appointments: [],
    ticket_fields: ticketType.ticket_fields,
    ticket_answers: ticketType.ticket_fields.flatMap((field) => field.answers),
    customer: store.customers.get(row['customer_id']) ?? null,
    contact: store.contacts.get(row['contact_id']) ?? null,
    user: row['user'],
    ticket_type: ticketType,
    address: null,
    mentionables: [],
  }
}

const typed = {
  account_id: 1,
  created_at: '2019-11-04T14:55:01.722Z',
  updated_at: '2019-11-04T14:55:01.722Z',
}
const fieldOf = { ...typed, required: null, ticket_type_id: 1, hidden: false, position: null }

/** The account's one ticket type, with two custom fields. */
const ticketType = {
  id: 1,
  name: 'Devices',
  ...typed,
  disabled: false,
  intake_terms: null,
  skip_intake: false,
  outtake_terms: null,
  skip_outtake: false,
  ticket_fields: [
    { id: 2, name: 'Maker', field_type: 'text_field', ...fieldOf, answers: [] },
    {
      id: 1,
      name: 'Device Type',
      field_type: 'select_box',
      ...fieldOf,
      answers: [{ ...typed, id: 1, ticket_field_id: 1, content: 'Hard Drive', account_id: null }],
    },
  ],
}

const detailColumns = [
  'id',
  'number',
  'subject',
  'created_at',
  'updated_at',
  'customer_id',
  'customer_business_then_name',
  'due_date',
  'start_at',
  'end_at',
  'location_id',
  'problem_type',
  'status',
  'properties',
  'user_id',
  'pdf_url',
  'priority',
  'resolved_at',
  'tag_list',
] as const

export interface SandboxUser {
  id: number
  email: string
  full_name: string
  created_at: string
  updated_at: string
  group: string
  admin: boolean
  color: string
}

export function userOf(store: Store, id: unknown): SandboxUser | undefined {
  const found = store.world.technicians.find((one) => one.id === Number(id))
  if (found === undefined) return undefined
  const made = new Date(store.world.start - 400 * 86_400_000).toISOString()
  const admin = found.id === store.world.technicians[0]?.id
  const { email } = found
  const rest = { group: admin ? 'Admins' : 'Technicians', admin, color: '1e3e96' }
  return { id: found.id, email, full_name: found.name, created_at: made, updated_at: made, ...rest }
}

function contactName(store: Store, id: unknown): unknown {
  return store.contacts.get(id)?.['name'] ?? null
}

export const emptyTicket = {
  subject: null,
  due_date: null,
  resolved_at: null,
  start_at: null,
  end_at: null,
  location_id: null,
  location_name: null,
  problem_type: null,
  ticket_type_id: null,
  ticket_type_name: null,
  properties: {},
  user_id: null,
  pdf_url: null,
  priority: null,
  billing_status: null,
  tag_list: [],
  sla_name: null,
  creator_name_or_email: null,
  contact_fullname: null,
  contract_name: null,
  address_id: null,
  parent: false,
  parent_id: null,
  child: false,
  recurring: false,
  customer_reply: false,
  total_formatted_billable_time: null,
  contact_id: null,
  sla_breached: false,
  sla_breaching_soon: false,
  contract_id: null,
  sla_id: null,
  customer_tag_list: [],
  resolution_time: null,
  response_time: null,
  customer_icons: [],
  comments: [],
  user: null,
}
