import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

export const ticketAnswer = z.object({
  id: z.string(),
  case_id: z.string(),
  connection: z.string(),
  vendor_id: z.string(),
  number: z.string().describe('as the ticketing vendor shows it'),
  marker: z.string().describe('stands in the subject'),
  url: z.string().nullable(),
  folded_into: z.string().nullable().describe('the ticket that stays, when this one was a stray'),
  status: z.string().nullable().describe('the account’s own word; null until it was read'),
  phase: z
    .enum(['new', 'working', 'waiting', 'closed', 'other'])
    .nullable()
    .describe('what the word means; other: a word that is not known, kept as it is'),
  priority: z.string().nullable(),
  assignee: z.string().nullable(),
  gone: z.enum(['deleted', 'merged']).nullable().describe('a technician took it away'),
  moved_to: z.string().nullable().describe('the ticketing customer that a technician moved it to'),
  created_at: time,
})

export type TicketAnswer = z.infer<typeof ticketAnswer>

export const tickets = {
  list: operation({
    id: 'tickets.list',
    method: 'GET',
    path: '/tickets',
    summary: 'Tickets as the ticketing vendor holds them, newest first',
    source,
    paging: cursorPaging,
    answer: ticketAnswer,
  }),
}
