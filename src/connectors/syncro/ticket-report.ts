import * as z from 'zod'

import type { VendorRecord } from '../../domain/record.ts'
import type { TicketComment, TicketPhase, TicketReport, TicketSight } from '../../domain/ticket.ts'
import { comment } from './comments.ts'
import { closed, ticketDetail, ticketRow } from './tickets.ts'

/** How a ticket stands, read from what the tickets feed keeps: a list's row, a single ticket, or where one has gone. */

/** Written by us in place of a ticket that answers 404: nothing of the vendor's could be kept. */
const goneBody = z.object({
  gone: z.enum(['deleted', 'merged']),
  ticket: z.object({ id: z.int() }),
  into: z.object({ id: z.int(), number: z.string() }).nullable(),
})

const standingBody = z.union([z.looseObject({ ticket: ticketDetail }), ticketRow])

export function toReport(record: Pick<VendorRecord, 'vendorId' | 'body'>): TicketReport {
  const body: unknown = JSON.parse(record.body)
  const gone = goneBody.safeParse(body)
  if (gone.success) {
    const { into } = gone.data
    return {
      vendorId: record.vendorId,
      gone: gone.data.gone,
      into: into && { vendorId: String(into.id), number: into.number },
    }
  }
  const read = standingBody.parse(body)
  const ticket = isWrapped(read) ? read.ticket : read
  return {
    vendorId: record.vendorId,
    number: String(ticket.number ?? ticket.id),
    subject: ticket.subject ?? '',
    sight: sightOf(ticket),
    comments: commentsOf(ticket.comments),
  }
}

function isWrapped(body: z.output<typeof standingBody>): body is { ticket: z.output<typeof ticketDetail> } {
  return 'ticket' in body && typeof body['ticket'] === 'object'
}

type Shown = Pick<
  z.output<typeof ticketDetail>,
  'id' | 'status' | 'priority' | 'customer_id' | 'updated_at' | 'created_at' | 'user'
>

export function sightOf(ticket: Shown): TicketSight {
  const status = ticket.status ?? ''
  const assignee = ticket.user?.['full_name']
  return {
    status,
    phase: phaseOf(status),
    priority: ticket.priority ?? null,
    customerId: String(ticket.customer_id ?? ''),
    assignee: typeof assignee === 'string' ? assignee : null,
    updatedAt: Date.parse(ticket.updated_at ?? ticket.created_at ?? '') || 0,
  }
}

const phases: Record<string, TicketPhase> = {
  new: 'new',
  'in progress': 'working',
  scheduled: 'working',
  'customer reply': 'working',
  'waiting for parts': 'waiting',
  'waiting on customer': 'waiting',
}

/** The default statuses, and what begins like them; an account's other words stay as they are. */
function phaseOf(status: string): TicketPhase {
  if (closed(status)) return 'closed'
  const word = status.trim().toLowerCase()
  if (Object.hasOwn(phases, word)) return phases[word] ?? 'other'
  return word.startsWith('waiting') ? 'waiting' : 'other'
}

/** A comment that cannot be read must not be lost in silence: the record goes to the dead letters. */
function commentsOf(listed: unknown[] | null | undefined): TicketComment[] {
  const read = z.array(comment).parse(listed ?? [])
  return read
    .map((one) => ({
      vendorId: String(one.id),
      subject: one.subject ?? '',
      body: one.body ?? '',
      author: one.tech ?? '',
      at: Date.parse(one.created_at ?? '') || 0,
    }))
    .toSorted((a, b) => a.at - b.at || Number(a.vendorId) - Number(b.vendorId))
}
