import type { Ticket } from '../domain/ticket.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among, type Before, isBefore } from './lists.ts'

export interface TicketRow {
  id: string
  case_id: string
  connection_id: string
  vendor_id: string
  number: string
  marker: string
  url: string | null
  folded_into: string | null
  created_at: number
}

/** One row per ticket at the vendor: whoever names it again updates that row. What was folded stays folded. */
export async function putTicket(db: Db, ticket: Ticket): Promise<void> {
  await insertMany(db, 'tickets', [toRow(ticket)], {
    on: ['connection_id', 'vendor_id'],
    set: [
      'case_id',
      'number',
      'marker',
      'url',
      ['folded_into', 'coalesce(excluded.folded_into, tickets.folded_into)'],
    ],
  })
}

export async function ticketsOf(db: Db, caseIds: string[]): Promise<Ticket[]> {
  const query = db
    .selectFrom('tickets')
    .selectAll()
    .where(among(db, 'case_id', caseIds))
  return (await query.orderBy('created_at').orderBy('id').execute()).map(fromRow)
}

/** Newest first. */
export async function listTickets(
  db: Db,
  { limit, before }: { limit: number; before?: Before },
): Promise<Ticket[]> {
  let query = db
    .selectFrom('tickets')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) query = query.where(isBefore('created_at', 'id', before))
  return (await query.execute()).map(fromRow)
}

/** The ticket that carries a marker; of several, the one that the others were folded into. */
export async function ticketByMarker(db: Db, marker: string): Promise<Ticket | undefined> {
  const rows = await db
    .selectFrom('tickets')
    .selectAll()
    .where('marker', '=', marker)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const row = rows.find((each) => each.folded_into === null) ?? rows[0]
  return row && fromRow(row)
}

export async function foldTicket(db: Db, id: string, into: string): Promise<void> {
  await db.updateTable('tickets').set({ folded_into: into }).where('id', '=', id).execute()
}

/** Tickets that were folded into another one of their case. */
export async function countStrays(db: Db): Promise<number> {
  const query = db.selectFrom('tickets').where('folded_into', 'is not', null)
  return (await query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count
}

function toRow(ticket: Ticket): TicketRow {
  return {
    id: ticket.id,
    case_id: ticket.caseId,
    connection_id: ticket.connectionId,
    vendor_id: ticket.vendorId,
    number: ticket.number,
    marker: ticket.marker,
    url: ticket.url,
    folded_into: ticket.foldedInto,
    created_at: ticket.createdAt,
  }
}

function fromRow(row: TicketRow): Ticket {
  return {
    id: row.id,
    caseId: row.case_id,
    connectionId: row.connection_id,
    vendorId: row.vendor_id,
    number: row.number,
    marker: row.marker,
    url: row.url,
    foldedInto: row.folded_into,
    createdAt: row.created_at,
  }
}
