import type { Ticket } from '../../domain/ticket.ts'
import { listTickets } from '../../store/tickets.ts'
import { type Ask, instant } from '../ask.ts'
import type { TicketAnswer } from '../operations/tickets.ts'
import { type ListPage, type PageQuery, mapPage, readPage } from '../page.ts'

export async function list({ db }: Ask, query: PageQuery): Promise<ListPage<TicketAnswer>> {
  const read = (limit: number, before?: { time: number; id: string }) =>
    listTickets(db, { limit, ...(before && { before }) })
  const page = await readPage(query, 'tickets', read, (ticket) => ({ time: ticket.createdAt, id: ticket.id }))
  return mapPage(page, (rows) => rows.map(toTicketAnswer))
}

export function toTicketAnswer(ticket: Ticket): TicketAnswer {
  return {
    id: ticket.id,
    case_id: ticket.caseId,
    connection: ticket.connectionId,
    vendor_id: ticket.vendorId,
    number: ticket.number,
    marker: ticket.marker,
    url: ticket.url,
    folded_into: ticket.foldedInto,
    status: ticket.seen?.status ?? null,
    phase: ticket.seen?.phase ?? null,
    priority: ticket.seen?.priority ?? null,
    assignee: ticket.seen?.assignee ?? null,
    gone: ticket.gone,
    moved_to: movedTo(ticket),
    created_at: instant(ticket.createdAt),
  }
}

function movedTo({ agreed }: Ticket): string | null {
  const { home, customer } = agreed
  return home !== undefined && typeof customer === 'string' && customer !== home ? customer : null
}
