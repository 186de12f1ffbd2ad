import type { Behaviour, Call } from '../../contract/server.ts'
import { unprocessable } from './api.ts'
import { type Row, type Store, after, blank, bodyOf, demand, textOf } from './sandbox-store.ts'
import { addComment, ownOnly, settle, ticketOf, userOf } from './sandbox-ticket-state.ts'

/** Comments: for ever, newest first, and with subjects that can move the ticket. */
export function commentBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'comments.list': (call) => {
      const ticket = ticketOf(store, call)
      ownOnly(ticket, call)
      return listComments(store, ticket, call)
    },
    'comments.create': (call) => comment(store, call),
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
