import { sql } from 'kysely'
import type { Ticket } from '../domain/ticket.ts'
import { type Db, locked } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among, type Before, isBefore } from './lists.ts'
import { prepared } from './prepared.ts'

export interface TicketRow {
  id: string
  case_id: string
  connection_id: string
  vendor_id: string
  number: string
  marker: string
  url: string | null
  folded_into: string | null
  gone: Ticket['gone']
  seen: string | null
  agreed: string | null
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
      ['seen', 'coalesce(tickets.seen, excluded.seen)'],
      ['agreed', 'coalesce(tickets.agreed, excluded.agreed)'],
    ],
  })
}

export type TicketPatch = Partial<Pick<Ticket, 'foldedInto' | 'gone' | 'seen' | 'agreed'>>

export async function setTicket(db: Db, id: string, patch: TicketPatch): Promise<void> {
  const { foldedInto, gone, seen, agreed } = patch
  const row = {
    ...(foldedInto !== undefined && { folded_into: foldedInto }),
    ...(gone !== undefined && { gone }),
    ...(seen !== undefined && { seen: encode(seen) }),
    ...(agreed !== undefined && { agreed: encode(agreed) }),
  }
  await update(db, { id, ...row })
}

const update = prepared((db, { id, ...row }: { id: string } & Partial<Omit<TicketRow, 'id'>>) =>
  db.updateTable('tickets').set(row).where('id', '=', id).compile(),
)

/** Those of the vendor's tickets that we hold. */
export async function ticketsByVendorIds(
  db: Db,
  connectionId: string,
  vendorIds: string[],
): Promise<Ticket[]> {
  if (vendorIds.length === 0) return []
  return (await byVendorIds(db, { connectionId, vendorIds })).rows.map(fromRow)
}

interface AtVendor extends Record<string, string | string[]> {
  connectionId: string
  vendorIds: string[]
}

const atVendor = (db: Db, { connectionId, vendorIds }: AtVendor) =>
  db
    .selectFrom('tickets')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where(among(db, 'vendor_id', vendorIds))
    .orderBy('id')

const byVendorIds = prepared((db, args: AtVendor) => atVendor(db, args).compile())

/** The same, to be changed: until the transaction ends nobody else changes them. */
export async function holdTickets(db: Db, connectionId: string, vendorIds: string[]): Promise<Ticket[]> {
  if (vendorIds.length === 0) return []
  return (await heldByVendorIds(db, { connectionId, vendorIds })).rows.map(fromRow)
}

const heldByVendorIds = prepared((db, args: AtVendor) => locked(db, atVendor(db, args)).compile())

/** Tickets that were merged into each of these: also by way of others, and into strays that were folded into it. */
export async function ticketsMergedInto(db: Db, ids: readonly string[]): Promise<Map<string, Ticket[]>> {
  const roots = new Map(ids.map((id) => [id, id]))
  const found = new Map<string, Ticket[]>()
  for (let next = [...ids], steps = 0; next.length > 0 && steps < mostSteps; steps++) {
    const rows = (await leadingTo(db, { ids: next })).rows.map(fromRow).filter((one) => !roots.has(one.id))
    for (const one of rows) {
      const root = roots.get(one.foldedInto ?? '') ?? ''
      roots.set(one.id, root)
      if (one.gone === 'merged') found.set(root, [...(found.get(root) ?? []), one])
    }
    next = rows.map((one) => one.id)
  }
  return found
}

/** Merged tickets are merged again: a few steps, and never round in a circle. */
const mostSteps = 8

const leadingTo = prepared((db, { ids }: { ids: string[] }) => {
  const query = db
    .selectFrom('tickets')
    .selectAll()
    .where(sql<boolean>`folded_into is not null`)
  return query
    .where(among(db, 'folded_into', ids))
    .orderBy('id')
    .compile()
})

/**
 * The ticket at which work on each case goes on: its youngest that still stands, or the one that this was merged into.
 * Of two with one marker the first that we knew, for the sweep folds the other into it. A case whose tickets were all
 * deleted has none.
 */
export async function liveTickets(
  db: Db,
  connectionId: string,
  caseIds: string[],
): Promise<Map<string, Ticket | null>> {
  const all = (await ticketsOf(db, caseIds)).filter((one) => one.connectionId === connectionId)
  const live = new Map<string, Ticket | null>(all.map((one) => [one.caseId, null]))
  const standing = Map.groupBy(
    all.filter((one) => one.foldedInto === null && one.gone === null),
    (one) => `${one.caseId} ${one.marker}`,
  )
  // Oldest first: the youngest stays.
  for (const [first] of standing.values()) if (first !== undefined) live.set(first.caseId, first)
  for (const one of all) {
    if (one.gone !== 'merged' || live.get(one.caseId) !== null) continue
    live.set(one.caseId, (await survivor(db, one.foldedInto)) ?? null)
  }
  return live
}

async function survivor(db: Db, id: string | null): Promise<Ticket | undefined> {
  for (let next = id, steps = 0; next !== null && steps < mostSteps; steps++) {
    const row = await db.selectFrom('tickets').selectAll().where('id', '=', next).executeTakeFirst()
    if (row === undefined || row.gone === 'deleted') return undefined
    if (row.folded_into === null) return fromRow(row)
    next = row.folded_into
  }
  return undefined
}

/** Of these the strays that were folded into a ticket which is gone now: they are what is left. */
export async function unfold(db: Db, ids: string[], goneId: string): Promise<void> {
  const query = db
    .updateTable('tickets')
    .set({ folded_into: null })
    .where(among(db, 'id', ids))
  await query.where('folded_into', '=', goneId).where('gone', 'is', null).execute()
}

export async function ticketsOf(db: Db, caseIds: string[]): Promise<Ticket[]> {
  return caseIds.length === 0 ? [] : (await ofCases(db, { caseIds })).rows.map(fromRow)
}

const ofCases = prepared((db, { caseIds }: { caseIds: string[] }) => {
  const query = db
    .selectFrom('tickets')
    .selectAll()
    .where(among(db, 'case_id', caseIds))
  return query.orderBy('created_at').orderBy('id').compile()
})

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
  const { rows } = await byMarker(db, { marker })
  const row = rows.find((each) => each.folded_into === null) ?? rows[0]
  return row && fromRow(row)
}

const byMarker = prepared((db, { marker }: { marker: string }) => {
  const query = db.selectFrom('tickets').selectAll().where('marker', '=', marker)
  return query.orderBy('created_at').orderBy('id').compile()
})

export async function foldTicket(db: Db, id: string, into: string): Promise<void> {
  await db.updateTable('tickets').set({ folded_into: into }).where('id', '=', id).execute()
}

/** Tickets that were folded into another one of their case. */
export async function countStrays(db: Db): Promise<number> {
  const query = db.selectFrom('tickets').where('folded_into', 'is not', null).where('gone', 'is', null)
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
    gone: ticket.gone,
    seen: ticket.seen && encode(ticket.seen),
    agreed: Object.keys(ticket.agreed).length === 0 ? null : encode(ticket.agreed),
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
    gone: row.gone,
    seen: row.seen === null ? null : decode(row.seen),
    agreed: row.agreed === null ? {} : decode(row.agreed),
    createdAt: row.created_at,
  }
}
