import * as z from 'zod'

import { correctionKinds } from '../../domain/correction.ts'
import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { deliveryAnswer } from './deliveries.ts'
import { severity, source, time } from './fields.ts'
import { taskAnswer } from './tasks.ts'
import { ticketAnswer } from './tickets.ts'

const caseAnswer = z.object({
  id: z.string(),
  marker: z.string().describe('stands in the subject of its ticket'),
  tenant_id: z.string(),
  tenant: z.string(),
  title: z.string(),
  severity,
  status: z.enum(['open', 'resolved']),
  first_time: time.describe('of its first finding'),
  last_time: time,
  finding_count: z.int(),
  merged_into: z.string().nullable().describe('the marker of the case in which a person merged it'),
  ticket: z.object({ number: z.string(), url: z.string().nullable() }).nullable(),
  created_at: time,
  updated_at: time,
})

export type CaseAnswer = z.infer<typeof caseAnswer>

const findingAnswer = z.object({
  id: z.string(),
  connection: z.string(),
  feed: z.string(),
  vendor_id: z.string(),
  title: z.string(),
  severity,
  open: z.boolean().describe('unresolved at the vendor'),
  time,
  entities: z.array(z.object({ kind: z.string(), value: z.string() })),
  reason: z.string().describe('why it is in this case'),
  weight: z.number().describe('what the shared entities weigh; 0 where the reason is another'),
  record_id: z.string().describe('the bytes that it was read from'),
})

const correctionAnswer = z.object({
  id: z.string(),
  kind: z.enum(correctionKinds),
  at: time,
  who: z.string(),
  why: z.string(),
  into: z.string().describe('the marker of the case that gained'),
  from: z.string().describe('the marker of the case that lost'),
  findings: z.array(z.string()),
  undone: z.boolean(),
})

const relatedAnswer = z.object({
  case_id: z.string(),
  marker: z.string(),
  reason: z.string(),
  weight: z.number(),
})

const caseDetail = caseAnswer.extend({
  findings: z.array(findingAnswer),
  tickets: z.array(ticketAnswer),
  tasks: z.array(taskAnswer),
  deliveries: z.array(deliveryAnswer),
  comments: z.array(
    z.object({
      source: z
        .enum(['ticket', 'hub', 'news'])
        .describe('ticket: a technician wrote it there; hub: written here; news: what became of the ticket'),
      author: z.string(),
      body: z.string(),
      at: time,
    }),
  ),
  decision: z
    .object({ status: z.enum(['open', 'resolved']), who: z.string(), reason: z.string(), at: time })
    .nullable()
    .describe('a person’s word at the ticket, until there is news of the attack'),
  corrections: z.array(correctionAnswer).describe('what people changed, newest first'),
  related: z.array(relatedAnswer).describe('cases that look like the same attack'),
})

export type CaseDetail = z.infer<typeof caseDetail>

export const cases = {
  list: operation({
    id: 'cases.list',
    method: 'GET',
    path: '/cases',
    summary: 'Cases, newest attack first',
    source,
    query: z.object({ status: z.enum(['open', 'resolved']).optional(), tenant_id: z.string().optional() }),
    paging: cursorPaging,
    answer: caseAnswer,
  }),
  get: operation({
    id: 'cases.get',
    method: 'GET',
    path: '/cases/{id}',
    summary: 'One case by its id or marker, with why its findings belong together and what was told to whom',
    source,
    answer: caseDetail,
  }),
}
