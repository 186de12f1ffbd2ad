import { ApiError } from '../../contract/api-error.ts'
import type { Client, Outcome } from '../../contract/client.ts'
import { readMarker } from '../../domain/id.ts'
import type { TicketFields } from '../../domain/ticket.ts'
import type { DeskTicket } from '../desk.ts'
import { fit, toDeskTicket } from './desk-ticket.ts'
import { attempt } from './desk-trouble.ts'
import { closed, tickets } from './tickets.ts'
import { priorityFor, readTicketWords, readWords, statusFor } from './vocabulary.ts'

/** Fields of a ticket, in the account's own words. One PUT, sent once: what came of an unclear one is read. */
export async function change(
  client: Client,
  ticketId: string,
  fields: TicketFields,
): Promise<Outcome<unknown> & { ticket?: DeskTicket }> {
  const body = await attempt(() => bodyOf(client, ticketId, fields))
  if ('error' in body) return { ok: false, error: body.error }
  const params = { id: ticketId }
  const outcome = await client.try(
    tickets.update,
    { params, body: body.value },
    { priority: 'write', attempts: 1 },
  )
  return outcome.ok ? { ...outcome, ticket: toDeskTicket(client, outcome.answer.value.ticket) } : outcome
}

export async function holds(
  client: Client,
  ticketId: string,
  fields: TicketFields,
): Promise<DeskTicket | undefined> {
  const { ticket } = await client.call(tickets.get, { params: { id: ticketId } }, { priority: 'settle' })
  const wants = [
    fields.status === undefined || closed(ticket.status) === (fields.status === 'resolved'),
    fields.marker === undefined || ticket.subject?.includes(fields.marker) === true,
    fields.severity === undefined || ticket.priority === (await priorityOf(client, fields.severity)),
  ]
  return wants.every(Boolean) ? toDeskTicket(client, ticket) : undefined
}

async function bodyOf(client: Client, ticketId: string, fields: TicketFields) {
  const { status, severity, marker } = fields
  return {
    ...(status !== undefined && { status: await statusOf(client, status) }),
    ...(severity !== undefined && { priority: await priorityOf(client, severity) }),
    ...(marker !== undefined && { subject: await subjectWith(client, ticketId, marker) }),
  }
}

async function statusOf(client: Client, wanted: 'open' | 'resolved'): Promise<string> {
  const { statuses } = await readTicketWords(client)
  const found = statusFor(wanted, statuses)
  if (found !== undefined) return found
  const mend = wanted === 'resolved' ? 'one that begins with "Resolved"' : '"In Progress" or "New"'
  throw cannot(`the account has no status for "${wanted}": add ${mend} to its ticket statuses`)
}

async function priorityOf(client: Client, severity: string): Promise<string> {
  const { priorities } = await readWords(client, { priority: 'write' })
  const found = priorityFor(severity, priorities)
  if (found !== undefined) return found
  throw cannot(`the account has no priority for "${severity}": it has ${priorities.join(', ')}`)
}

/** The words stay; the marker stands in front of them again. */
async function subjectWith(client: Client, ticketId: string, marker: string): Promise<string> {
  const { ticket } = await client.call(tickets.get, { params: { id: ticketId } }, { priority: 'write' })
  const words = ticket.subject ?? ''
  const other = readMarker(words)
  return words.includes(marker)
    ? words
    : fit(`${marker} ${words.replace(other ?? marker, '').trim()}`, marker)
}

function cannot(message: string): ApiError {
  return new ApiError({ vendor: 'syncro', status: 0, code: 'no_word', message, verdict: 'refused' })
}
