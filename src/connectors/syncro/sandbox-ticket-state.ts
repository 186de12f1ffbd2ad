import type { Call } from '../../contract/server.ts'
import { type Row, type Store, demand, holds, notFound, sees, textOf, tokenOf } from './sandbox-store.ts'

/** What tickets, comments and all that hangs on a ticket share: finding it, settling its times, taking it away. */

/** The ticket of the path, or 404: unknown, deleted, or of a customer that the token may not see. */
export function ticketOf(store: Store, call: Call, name = 'id'): Row {
  const row = seen(store, call, call.params[name])
  if (row === undefined) throw notFound()
  return row
}

export function seen(store: Store, call: Call, id: unknown): Row | undefined {
  const row = store.tickets.get(id)
  return row !== undefined && sees(call, row['customer_id']) ? row : undefined
}

/** "Their Ticket" shows only what is assigned to the token's owner. */
export function ownOnly(row: Row, call: Call): void {
  if (holds(call, 'Tickets - View Details') || row['user_id'] === tokenOf(call).userId) return
  demand(call, 'Tickets - View Details')
}

/** A status that begins with Resolved sets resolved_at, leaving it clears it; every change moves updated_at. */
export function settle(row: Row, changes: Record<string, unknown>, now: string): Record<string, unknown> {
  const status = textOf(changes['status'] ?? row['status'])
  const resolvedAt = status.startsWith('Resolved')
    ? (row['resolved_at'] ?? now)
    : status === 'Invoiced'
      ? row['resolved_at']
      : null
  return { ...changes, resolved_at: resolvedAt, updated_at: now }
}

export function addComment(store: Store, ticketId: number, body: Record<string, unknown>, call: Call): Row {
  return say(store, ticketId, body, tokenOf(call).userId)
}

export function say(store: Store, ticketId: number, body: Record<string, unknown>, userId: number): Row {
  const now = store.stamp()
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
  const user = users.get(found) ?? toUser(store, found)
  users.set(found, user)
  return user
}

const users = new WeakMap<Technician, SandboxUser>()

type Technician = Store['world']['technicians'][number]

function toUser(store: Store, found: Technician): SandboxUser {
  const made = new Date(store.world.start - 400 * 86_400_000).toISOString()
  const admin = found.id === store.world.technicians[0]?.id
  const { email } = found
  const rest = { group: admin ? 'Admins' : 'Technicians', admin, color: '1e3e96' }
  return { id: found.id, email, full_name: found.name, created_at: made, updated_at: made, ...rest }
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
