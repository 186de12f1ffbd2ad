import type { Client } from '../../contract/client.ts'
import { isObject } from '../../contract/errors.ts'
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

const foldMark = /\[fold \S+ into \S+\]$/

/** What was said on both tickets when a stray was folded; somebody who quotes it says something of his own. */
export function isFoldNote(comment: unknown): boolean {
  const subject = isObject(comment) ? comment['subject'] : undefined
  return typeof subject === 'string' && foldMark.test(subject)
}

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

/**
 * A merge takes the comments over, and our marker with them. A twin has borne it once from the beginning: it is what is
 * left where somebody has deleted one of the two before we folded the other.
 */
async function survivorOf(client: Client, lost: LostTicket): Promise<Survivor | undefined> {
  const query = {
    ...(lost.customerId !== '' && { customer_id: Number(lost.customerId) }),
    since_updated_at: new Date(Math.max(0, lost.since - margin)).toISOString(),
  }
  const walk = new Walk(client, tickets.list, { query }, (row) => String(row.id), { priority: 'settle' })
  const rows = new Map<number, TicketRow>()
  for await (const page of walk.pages())
    for (const row of page.rows) if (rows.size < mostLooks) rows.set(row.id, row)
  let twin: Survivor | undefined
  for (const { id, number, subject } of rows.values()) {
    const read = await readTicket(client, String(id))
    if (read === undefined) continue
    const told = read.comments.filter((one) => !isFoldNote(one))
    const bearing = told.filter((one) => JSON.stringify(one).includes(lost.marker)).length
    const isTwin = readMarker(subject ?? '') === lost.marker
    const found = { seed: read.seed, number: String(number ?? id) }
    if (bearing > (isTwin ? 1 : 0)) return found
    if (isTwin && told.length === read.comments.length) twin ??= found
  }
  return twin
}

interface Survivor {
  seed: RecordSeed
  number: string
}
