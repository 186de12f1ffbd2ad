import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { logErrors } from './api.ts'
import { count, free, many, text } from './fields.ts'

/** Log Search: a query answers at once or later, and says by its links where to look again and where it goes on. */
const link = z.looseObject({ rel: z.string(), href: z.string() })

/** `message` is mostly JSON, never surely; sequence numbers pass 2^53, so only their text counts. */
export const logEvent = z.looseObject({
  log_id: text,
  message: z.union([z.string(), z.looseObject({})]).nullish(),
  timestamp: count,
  sequence_number: count,
  sequence_number_str: text,
  labels: many,
  links: z.array(link).nullish(),
})

export type LogEvent = z.infer<typeof logEvent>

export const logResult = z.looseObject({
  id: text,
  logs: many,
  progress: count,
  events: sometimes(z.array(logEvent).nullish()),
  statistics: sometimes(
    z.looseObject({ type: text, stats: free, groups: many, timeseries: free, cardinality: count }).nullish(),
  ),
  partial: sometimes(free),
  search_stats: sometimes(free),
  leql: z.looseObject({ statement: text, during: free }).nullish(),
  links: z.array(link).nullish(),
})

export type LogResult = z.infer<typeof logResult>

export const logsurface = { surface: 'logs', errors: logErrors } as const

/** One of `time_range` or `from` with `to` must be there. */
export const searching = z.object({
  query: z.string().optional().describe('LEQL; empty finds everything'),
  from: z.int().optional().describe('epoch ms'),
  to: z.int().optional().describe('epoch ms'),
  time_range: z.string().optional().describe('free text: yesterday, Last 30 Days'),
  per_page: z.int().min(1).optional().describe('default 50, at most 500'),
  most_recent_first: z.boolean().optional(),
  sequence_number: z.string().optional(),
  label: z.string().optional(),
  labels: z.string().optional().describe('separated by colons'),
  kvp_info: z.boolean().optional(),
  export_format: z.string().optional(),
})

/** `log_keys` is only known to the saved form. */
export const posted = z.looseObject({
  logs: z.array(z.string()),
  leql: z.looseObject({
    statement: text,
    during: z.looseObject({ from: count, to: count, time_range: text }),
  }),
})

const read = { ...logsurface, answer: logResult }

export const logQuery = {
  logs: operation({
    id: 'log-query.logs',
    method: 'GET',
    path: '/query/logs/{ids}',
    summary: 'Search one log, or several with colons between',
    source: 'C: PLG, XSO, KMCP, DOC',
    query: searching,
    ...read,
  }),
  logset: operation({
    id: 'log-query.logset',
    method: 'GET',
    path: '/query/logsets/{id}',
    summary: 'Search all logs of a set',
    source: 'C: XSO, KMCP',
    query: searching,
    ...read,
  }),
  logsetByName: operation({
    id: 'log-query.logset-by-name',
    method: 'GET',
    path: '/query/logsets',
    summary: 'Search all logs of a set by its name',
    source: 'C: DOC',
    query: searching.extend({ logset_name: z.string() }),
    ...read,
  }),
  post: operation({
    id: 'log-query.post',
    method: 'POST',
    path: '/query/logs',
    summary: 'Search logs, with the query in the body',
    source: 'C: DOC, PY',
    query: searching,
    body: posted,
    repeatable: true,
    ...read,
  }),
  poll: operation({
    id: 'log-query.poll',
    method: 'GET',
    path: '/query/{queryId}',
    summary: 'Look at a query again',
    source: 'C: PLG, KMCP',
    query: z.object({ per_page: z.int().optional() }),
    ...read,
  }),
  running: operation({
    id: 'log-query.running',
    method: 'GET',
    path: '/query',
    summary: 'Queries that are running',
    source: 'C: KMCP; I: answer',
    ...logsurface,
    answer: z.looseObject({}),
  }),
  context: operation({
    id: 'log-query.context',
    method: 'GET',
    path: '/query/context/{sequence_number}',
    summary: 'What stands around an event',
    source: 'C: PLG, XSO, KMCP',
    query: z.object({
      timestamp: z.int().optional(),
      log_keys: z.string().optional(),
      context_type: z.string().optional(),
      per_page: z.int().optional(),
    }),
    ...read,
  }),
  saved: operation({
    id: 'log-query.saved',
    method: 'GET',
    path: '/query/saved_query/{id}',
    summary: 'Run a saved query',
    source: 'C: KMCP, DOC',
    query: searching,
    ...read,
  }),
  savedOn: operation({
    id: 'log-query.saved-on',
    method: 'GET',
    path: '/query/logs/{ids}/{savedId}',
    summary: 'Run a saved query on other logs',
    source: 'C: KMCP',
    query: searching,
    ...read,
  }),
}
