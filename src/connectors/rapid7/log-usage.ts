import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, free, many, text } from './fields.ts'
import { logResult, logsurface, searching } from './log-query.ts'
import { whole } from './paging.ts'

/** How much is kept, and how to get it out in bulk. */
const usage = z.looseObject({
  per_day_usage: z.looseObject({
    usage: z.array(
      z.looseObject({
        interval: text,
        log_usage: z.array(z.looseObject({ id: text, usage: count })).nullish(),
      }),
    ),
    period: free,
    usage_units: text,
    report_interval: text,
  }),
})
const span = z.object({
  from: z.string().optional().describe('YYYY-MM-DD'),
  to: z.string().optional().describe('YYYY-MM-DD'),
  time_range: z.string().optional(),
  interval: z.string().optional(),
})
const exported = z.looseObject({ id: z.string(), status: text, links: many })
const read = { ...logsurface, method: 'GET' } as const

export const logUsage = {
  download: operation({
    ...read,
    id: 'log-download.get',
    path: '/download/logs/{ids}',
    summary: 'Up to ten logs as plain text, without statistics',
    source: 'C: DOC',
    query: z.object({
      query: z.string().optional(),
      from: z.int().optional(),
      to: z.int().optional(),
      time_range: z.string().optional(),
      limit: z.int().min(1).max(20_000_000).optional(),
    }),
    answer: z.string(),
    plain: true,
  }),
  organization: operation({
    ...read,
    id: 'log-usage.organization',
    path: '/usage/organizations',
    summary: 'Volume a day',
    source: 'C: DOC',
    query: span,
    answer: usage,
  }),
  logs: operation({
    ...read,
    id: 'log-usage.logs',
    path: '/usage/organizations/logs',
    summary: 'Volume a day and log',
    source: 'C: DOC',
    query: span,
    answer: usage,
  }),
  log: operation({
    ...read,
    id: 'log-usage.log',
    path: '/usage/organizations/logs/{key}',
    summary: 'Volume a day of one log',
    source: 'C: DOC',
    query: span,
    answer: usage,
  }),
  metric: operation({
    ...read,
    id: 'log-metrics.query',
    path: '/query/metrics/{id}',
    summary: 'Values of a metric',
    source: 'C: KMCP',
    query: searching,
    answer: logResult,
  }),
  exports: operation({
    ...read,
    id: 'log-exports.list',
    path: '/exports',
    summary: 'Exports',
    source: 'C: KMCP; I: answer',
    answer: exported,
    paging: whole('exports'),
  }),
  export: operation({
    ...read,
    id: 'log-exports.get',
    path: '/exports/{id}',
    summary: 'One export',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({ export: exported }),
  }),
  removeExport: operation({
    ...logsurface,
    id: 'log-exports.remove',
    method: 'DELETE',
    path: '/exports/{id}',
    summary: 'Delete an export',
    source: 'C: KMCP',
    answer: z.unknown(),
    status: 204,
    permission: may.write,
  }),
  stats: operation({
    ...read,
    id: 'search-stats.list',
    path: '/search-stats',
    summary: 'What searches cost',
    source: 'C: KMCP; I: answer',
    answer: z.looseObject({}),
    paging: whole('search_stats'),
  }),
}
