import type { Client } from '../../contract/client.ts'
import type { DeskTicket } from '../desk.ts'
import { sightOf } from './ticket-report.ts'
import { type TicketRow, closed } from './tickets.ts'

type Shown = Pick<
  TicketRow,
  'id' | 'number' | 'subject' | 'customer_id' | 'created_at' | 'updated_at' | 'status' | 'priority' | 'user'
>

export function toDeskTicket(client: Client, row: Shown): DeskTicket {
  const { subdomain, baseUrl } = client.settings
  return {
    vendorId: String(row.id),
    number: String(row.number ?? row.id),
    subject: row.subject ?? '',
    customerId: String(row.customer_id ?? ''),
    createdAt: Date.parse(row.created_at ?? '') || 0,
    closed: closed(row.status),
    // Behind a proxy or the sandbox there is no page to open.
    url: baseUrl || !subdomain ? null : `https://${subdomain}.syncromsp.com/tickets/${row.id}`,
    sight: sightOf(row),
  }
}

/** A long subject is cut before its marker, so that no column of the vendor's cuts the marker off. */
export function fit(subject: string, marker: string): string {
  if (subject.length <= 250) return subject
  const words = subject.replace(marker, '').trim()
  return `${words.slice(0, 240 - marker.length)}… ${marker}`
}
