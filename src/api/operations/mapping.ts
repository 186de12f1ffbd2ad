import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

const suggestionAnswer = z.object({
  connection: z.string(),
  vendor_id: z.string(),
  name: z.string(),
  tenant_id: z.string().nullable().describe('null: nobody comes near'),
  tenant: z.string().nullable(),
  score: z.number().nullable().describe('0 to 1'),
  reasons: z.array(z.string()),
})

export type SuggestionAnswer = z.infer<typeof suggestionAnswer>

const mappingEventAnswer = z.object({
  id: z.string(),
  at: time,
  actor: z.string().describe('a person, or watchfloor itself'),
  kind: z.enum(['link', 'unlink', 'confirm', 'merge', 'split', 'undo', 'rename', 'vanish', 'return']),
  connection: z.string().nullable(),
  vendor_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  tenant: z.string().nullable(),
  reason: z.string(),
  undone_by: z.string().nullable().describe('the decision that took it back'),
})

export type MappingEventAnswer = z.infer<typeof mappingEventAnswer>

export const mapping = {
  suggestions: operation({
    id: 'customers.suggestions',
    method: 'GET',
    path: '/customers/suggestions',
    summary: 'Who the customers that wait, or that are in doubt, could be, with reasons',
    source,
    paging: cursorPaging,
    answer: suggestionAnswer,
  }),
  events: operation({
    id: 'customers.events',
    method: 'GET',
    path: '/customers/events',
    summary: 'Every decision about who is who, newest first',
    source,
    paging: cursorPaging,
    answer: mappingEventAnswer,
  }),
}
