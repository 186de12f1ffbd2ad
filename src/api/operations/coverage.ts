import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { lights } from '../../domain/coverage.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

const gap = z.object({
  what: z.string().describe('which part; history: what lies before the connection was made'),
  from: time.nullable(),
  to: time.nullable(),
  reason: z.string(),
  since: time.describe('when it was first found'),
  tries: z.int().describe('reads that have found it open'),
})

const late = z.object({
  counted: z.int().describe('things whose delay between their own time and their first sighting is known'),
  half_within_seconds: z.int(),
  most_within_seconds: z.int().describe('999 of 1000'),
  lost_by_plain_cursor: z
    .int()
    .describe('things that came after newer ones: a cursor without an overlap would have lost them'),
})

const coverageAnswer = z.object({
  connection: z.string(),
  vendor: z.string(),
  feed: z.string(),
  customer: z.string().nullable().describe('the vendor’s id; null: all customers of the connection together'),
  customer_name: z.string().nullable(),
  state: z.enum(lights).describe('green only when it was read whole, lately, and nothing of it waits'),
  reason: z.string().describe('why it is not green'),
  read: z
    .array(z.object({ from: time.nullable().describe('null: from the beginning'), to: time }))
    .describe('which of the items’ own time was read whole'),
  declared: z.int().nullable().describe('rows that the vendor says there are, at the last whole read'),
  seen: z.int().nullable(),
  gaps: z.array(gap),
  whole_at: time.nullable().describe('when it was last read whole'),
  age_seconds: z.int().nullable(),
  target_seconds: z.int().describe('older than this is stale'),
  quarantined: z.int(),
  dead_letters: z.int().describe('rows that could not be read, or whose id was used again'),
  late: late.nullable(),
})

export type CoverageAnswer = z.infer<typeof coverageAnswer>

export const coverage = {
  list: operation({
    id: 'coverage.list',
    method: 'GET',
    path: '/coverage',
    summary: 'What was read of every feed, for every customer, and what was not',
    source,
    query: z.object({
      connection: z.string().optional(),
      feed: z.string().optional(),
      customer: z.string().optional().describe('the vendor’s id; all: only the rows for all customers'),
      state: z.enum(lights).optional(),
    }),
    paging: cursorPaging,
    answer: coverageAnswer,
  }),
}
