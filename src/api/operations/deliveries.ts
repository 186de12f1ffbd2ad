import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { changeKinds } from '../../domain/ticket.ts'
import { cursorPaging } from '../paging.ts'
import { changeStates, source, time } from './fields.ts'

export const deliveryAnswer = z.object({
  id: z.string(),
  case_id: z.string(),
  connection: z.string(),
  kind: z
    .enum(changeKinds)
    .describe(
      'a second create is a follow-up; write-back tells the vendor of a finding; a project is made for the case that first needs it',
    ),
  version: z.int(),
  subject: z.string(),
  state: z
    .enum(changeStates)
    .describe(
      'ambiguous: it may have been done; never sent again before look-ups have shown that it was not',
    ),
  attempts: z.int().describe('requests sent for it'),
  lookups: z.int().describe('look-ups since it became ambiguous'),
  ambiguities: z.int().describe('how often it was ambiguous, ever'),
  settled_by_lookup: z.boolean(),
  due_at: time,
  sent_at: time.nullable(),
  vendor_id: z.string().nullable().describe('of what was made'),
  error: z.string().nullable(),
  created_at: time,
})

export type DeliveryAnswer = z.infer<typeof deliveryAnswer>

export const deliveries = {
  list: operation({
    id: 'deliveries.list',
    method: 'GET',
    path: '/deliveries',
    summary: 'Every change that was decided for a ticket or a task, and what became of it, newest first',
    source,
    query: z.object({ state: z.enum(changeStates).optional(), case_id: z.string().optional() }),
    paging: cursorPaging,
    answer: deliveryAnswer,
  }),
}
