import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

const deadLetterAnswer = z.object({
  id: z.string(),
  stage: z.string().describe('sync, normalise, or identity: an id that the vendor has used again'),
  ref: z.string().describe('the record, or the row, that it is about'),
  reason: z.string(),
  count: z.int().describe('how often'),
  at: time,
})

export type DeadLetterAnswer = z.infer<typeof deadLetterAnswer>

export const deadLetters = {
  list: operation({
    id: 'dead-letters.list',
    method: 'GET',
    path: '/dead-letters',
    summary: 'What a stage could not handle, or needs a look, newest first',
    source,
    paging: cursorPaging,
    answer: deadLetterAnswer,
  }),
}
