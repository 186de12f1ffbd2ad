import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { severity, source, time } from './fields.ts'

export const taskAnswer = z.object({
  id: z.string(),
  case_id: z.string(),
  tenant_id: z.string(),
  connection: z.string().nullable().describe('the board; null while no board knows the tenant'),
  vendor_id: z.string().nullable().describe('null until it was made'),
  marker: z.string().describe('stands in its description'),
  action: z.string().describe('what is to be done, in the words of the vendor of the finding'),
  severity,
  state: z
    .enum(['no customer', 'no project', 'being made', 'refused', 'open', 'done', 'deleted'])
    .describe(
      'no customer: no customer at a board is linked to the tenant; no project: its project comes first',
    ),
  closed_by: z.string().nullable().describe('null: its case was resolved'),
  closed_at: time.nullable(),
  created_at: time,
})

export type TaskAnswer = z.infer<typeof taskAnswer>

export const tasks = {
  list: operation({
    id: 'tasks.list',
    method: 'GET',
    path: '/tasks',
    summary: 'Recommended actions and their tasks on the board, newest first',
    source,
    query: z.object({ case_id: z.string().optional() }),
    paging: cursorPaging,
    answer: taskAnswer,
  }),
}
