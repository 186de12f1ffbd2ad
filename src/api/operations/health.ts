import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { lights, readings } from '../../domain/coverage.ts'
import { changeStates, source, time } from './fields.ts'

const feedHealth = z.object({
  connection: z.string(),
  vendor: z.string(),
  feed: z.string(),
  state: z.enum(readings).describe('ok only after a whole and recent read; never: not read yet'),
  light: z.enum(lights).describe('green only when nothing of it waits either'),
  reason: z.string().describe('why it is not green'),
  last_run_at: time.nullable(),
  age_seconds: z.int().nullable().describe('since the last run ended'),
  every_seconds: z.int(),
  error: z.string().nullable(),
  lost_by_plain_cursor: z
    .int()
    .describe('things that came after newer ones, and were found by reading again'),
})

export type FeedHealth = z.infer<typeof feedHealth>

const healthAnswer = z.object({
  status: z.enum(['operational', 'degraded']),
  timestamp: time,
  reasons: z.array(z.string()).describe('why it is degraded, one line each'),
  feeds: z.array(feedHealth),
  cases: z.object({ open: z.int(), resolved: z.int() }),
  quarantined: z.int().describe('findings whose customer stands for no tenant yet'),
  doubtful_customers: z.int().describe('whose name now is that of another tenant'),
  dead_letters: z.int(),
  ambiguous_writes: z.int().describe('writes whose outcome is being looked up'),
  deliveries: z.record(z.enum(changeStates), z.int()),
})

export type Health = z.infer<typeof healthAnswer>

export const health = {
  get: operation({
    id: 'system.health',
    method: 'GET',
    path: '/system/health',
    summary: 'Whether everything is read and delivered, and what is not',
    source,
    answer: healthAnswer,
  }),
  openapi: operation({
    id: 'system.openapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    source,
    answer: z.looseObject({}),
  }),
}
