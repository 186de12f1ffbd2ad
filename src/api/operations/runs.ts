import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { outcome, source, time } from './fields.ts'

const runAnswer = z.object({
  id: z.string(),
  connection: z.string(),
  feed: z.string(),
  started_at: time,
  ended_at: time,
  outcome: outcome.describe('incomplete: rows were kept, but the read did not reconcile'),
  rows: z.int(),
  requests: z.int(),
  error: z.string().nullable(),
})

export type RunAnswer = z.infer<typeof runAnswer>

export const runs = {
  list: operation({
    id: 'runs.list',
    method: 'GET',
    path: '/runs',
    summary: 'The last attempt at each feed',
    source,
    paging: cursorPaging,
    answer: runAnswer,
  }),
}
