import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { source, time } from './fields.ts'

const feedForecast = z.object({
  connection: z.string(),
  feed: z.string(),
  every_seconds: z.int().describe('as wanted'),
  cycle_seconds: z.int().describe('as the limit allows'),
  requests: z.number().describe('of one cycle'),
  late_seconds: z.int().describe('the oldest that something can be when it is first seen'),
})

const budgetAnswer = z.object({
  name: z.string().describe('the vendor, and whose requests are counted together; never a key'),
  connections: z.array(z.string()),
  requests: z.int(),
  window_seconds: z.number(),
  guessed: z.boolean().describe('the vendor publishes no limit: ours is halved whenever it proves too high'),
  pace_percent: z.int().describe('of the limit, what is used at the moment'),
  paused_until: time.nullable().describe('the vendor asked to wait'),
  learned: z
    .object({ limit: z.int(), remaining: z.int(), resets_at: time })
    .nullable()
    .describe('the vendor’s own count, where its answers tell it'),
  shares: z.array(z.object({ process: z.string(), requests: z.int(), until: time })),
  spent: z.int().describe('of the window, what nobody may send any more'),
  use_percent: z.int().describe('of the limit, what the cycles of all feeds use; above 100 they are late'),
  open_late_seconds: z
    .int()
    .nullable()
    .describe('the oldest that an open incident can be when it is first seen'),
  feeds: z.array(feedForecast),
  warnings: z.array(z.string()),
})

export type BudgetAnswer = z.infer<typeof budgetAnswer>

const budgetsAnswer = z.object({
  customers: z.int().describe('that the forecast is for'),
  forecast: z.string().describe('in one line'),
  data: z.array(budgetAnswer),
})

export type BudgetsAnswer = z.infer<typeof budgetsAnswer>

export const budgets = {
  list: operation({
    id: 'budgets.list',
    method: 'GET',
    path: '/budgets',
    summary:
      'What may be sent to each vendor, who holds which part of it, and how fresh that keeps what is read',
    source,
    query: z.object({
      customers: z.coerce.number().int().min(1).max(100_000).optional().describe('forecast for so many'),
    }),
    answer: budgetsAnswer,
  }),
}
