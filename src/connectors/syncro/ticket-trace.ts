import type { Client } from '../../contract/client.ts'
import { Walk } from '../../contract/walk.ts'
import { readMarker } from '../../domain/id.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { LostTicket } from '../desk.ts'
import { type TicketRow, closed, oneTicket, tickets } from './tickets.ts'

/** What one ticket says, and what became of one that is not where it was. No list and no message tells of either. */

/** How far clocks may differ, and how much earlier than seen a survivor may have been touched. */
const margin = 15 * 60_000
/** So many tickets of the customer are looked into for the words of the lost one. */
const mostLooks = 40

/** Where a stray was folded, on both tickets. */
export const foldMark = /\[fold \S+ into \S+\]/

/** Some deleted records read back as null instead of 404: section 4 of the contract document. */
const getOrNull = { ...tickets.get, answer: oneTicket.nullable() }

/** The ticket with everything on it; undefined when it is gone. Throws ApiError. */
export async function readTicket(
  client: Client,
  id: string,
  priority: 'settle' | 'open' = 'settle',
): Promise<{ seed: RecordSeed; comments: readonly unknown[] } | undefined> {
  const read = await client.try(getOrNull, { params: { id } }, { priority })
  if (!read.ok && read.error.status === 404) return undefined
  if (!read.ok) throw read.error
  const { value, text } = read.answer
  if (value === null) return undefined
  return { seed: seedOf(value.ticket, text), comments: value.ticket.comments ?? [] }
}

interface Listed {
  id: number
  customer_id?: number | null | undefined
  status?: string | null | undefined
  created_at?: string | null | undefined
}

export function seedOf(row: Listed, body: string): RecordSeed {
  return {
    vendorId: String(row.id),
    customerId: row.customer_id == null ? null : String(row.customer_id),
    time: Date.parse(row.created_at ?? '') || 0,
    open: !closed(row.status),
    body,
  }
}

/**
 * Records that tell where a ticket is. A technician's merge takes the comments over and leaves nothing behind, so the
 * survivor is the customer's ticket that holds our marker. See 6.6 of the contract document.
 */
export async function trace(client: Client, lost: LostTicket): Promise<RecordSeed[]> {
  const found = await readTicket(client, lost.vendorId)
  if (found !== undefined) return [found.seed]
  const survivor = await survivorOf(client, lost)
  const into = survivor && { id: Number(survivor.seed.vendorId), number: survivor.number }
  const body = {
    gone: into ? 'merged' : 'deleted',
    ticket: { id: Number(lost.vendorId) },
    into: into ?? null,
  }
  const tomb: RecordSeed = {
    vendorId: lost.vendorId,
    customerId: lost.customerId === '' ? null : lost.customerId,
    time: lost.since,
    open: false,
    body: JSON.stringify(body),
  }
  return survivor === undefined ? [tomb] : [tomb, survivor.seed]
}

/** Its comments went over to the survivor, and our marker with them. A twin has had it once from the beginning. */
async function survivorOf(
  client: Client,
  lost: LostTicket,
): Promise<{ seed: RecordSeed; number: string } | undefined> {
  const query = {
    ...(lost.customerId !== '' && { customer_id: Number(lost.customerId) }),
    since_updated_at: new Date(Math.max(0, lost.since - margin)).toISOString(),
  }
  const walk = new Walk(client, tickets.list, { query }, (row) => String(row.id), { priority: 'settle' })
  const rows = new Map<number, TicketRow>()
  for await (const page of walk.pages())
    for (const row of page.rows) if (rows.size < mostLooks) rows.set(row.id, row)
  for (const { id, number, subject } of rows.values()) {
    const read = await readTicket(client, String(id))
    const own = readMarker(subject ?? '') === lost.marker ? 1 : 0
    if (read !== undefined && bearing(lost.marker, read.comments) > own)
      return { seed: read.seed, number: String(number ?? id) }
  }
  return undefined
}

/** How many bear the marker. What we said when we folded a twin names the ticket that stayed, and is no sign. */
function bearing(marker: string, comments: readonly unknown[]): number {
  const texts = comments.map((one) => JSON.stringify(one))
  return texts.filter((text) => text.includes(marker) && !foldMark.test(text)).length
}
