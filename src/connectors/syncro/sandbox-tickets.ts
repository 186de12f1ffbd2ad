import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { unprocessable } from './api.ts'
import {
  type Row,
  type Store,
  after,
  blank,
  bodyOf,
  earliest,
  gone,
  notFound,
  pickFields,
  sees,
  textOf,
  tokenOf,
} from './sandbox-store.ts'
import {
  addComment,
  drop,
  emptyTicket,
  ownOnly,
  seen,
  settle,
  ticketOf,
  userOf,
} from './sandbox-ticket-state.ts'
import { detail } from './sandbox-ticket-view.ts'
import { closed } from './tickets.ts'

/** Tickets as they behave: nothing is idempotent, and times move with every change. */
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
  }
}

function list(store: Store, call: Call): readonly Row[] {
  const { query, switches } = call
  const lag = Number(switches['searchLagSeconds'] ?? 0) * 1000
  const tests = timeTests(call)
  for (const name of ['customer_id', 'contact_id', 'user_id'] as const) {
    if (query[name] !== undefined) tests.push((row) => row[name] === query[name])
  }
  if (query['number'] !== undefined) tests.push((row) => textOf(row['number']) === query['number'])
  if (query['mine'] === true) tests.push((row) => row['user_id'] === tokenOf(call).userId)
  const { status } = query
  if (status === 'Not Closed') tests.push((row) => !closed(row['status']))
  else if (status !== undefined) tests.push((row) => row['status'] === status)
  if (tokenOf(call).customers !== undefined) tests.push((row) => sees(call, row['customer_id']))
  if (lag > 0) tests.push((row) => (store.more.get(row.id)?.madeAt ?? 0) + lag <= call.now)
  if (typeof query['query'] === 'string')
    tests.push(matches(store, query['query'].toLowerCase(), switches['ticketQuery']))
  return shown(
    store,
    ordered(
      found(store, call).filter((row) => tests.every((test) => test(row))),
      switches['ticketOrder'],
    ),
    call,
  )
}

const times = [
  ['created_after', 'created_at'],
  ['resolved_after', 'resolved_at'],
  ['since_updated_at', 'updated_at'],
] as const

/** They leave the fewest rows, and so are asked first. */
function timeTests({ query, switches }: Call): ((row: Row) => boolean)[] {
  const tests: ((row: Row) => boolean)[] = []
  for (const [name, field] of times) {
    if (query[name] === undefined) continue
    const test = after(query[name], switches)
    tests.push((row) => test(row[field]))
  }
  return tests
}

/** Newest first: no more than must be looked at. */
function found({ tickets }: Store, { query, switches }: Call): Row[] {
  return tickets.since(
    earliest(query['created_after'], switches),
    earliest(query['since_updated_at'], switches),
  )
}

function ordered(rows: Row[], order: string | undefined): Row[] {
  if (order === 'oldest') return rows.toReversed()
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

function remove(store: Store, row: Row): unknown {
  drop(store, row.id)
  return { message: 'Ticket was successfully deleted. ' }
}

function contactName(store: Store, id: unknown): unknown {
  return store.contacts.get(id)?.['name'] ?? null
}
