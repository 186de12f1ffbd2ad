import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { many, text } from './fields.ts'
import { log } from './log-management.ts'
import { logResult, logsurface, posted, searching } from './log-query.ts'
import { whole } from './paging.ts'

/** The platform's audit logs: Log Search once more, for organization keys and platform admins. */
const shared = {
  ...logsurface,
  permission: may.audit,
  source: 'C: KMCP paths on the native host, DOC; I: beside the unified route',
} as const
const exported = z.looseObject({ id: z.string(), status: text, links: many })

export const audit = {
  logs: operation({
    ...shared,
    id: 'audit-logs.list',
    method: 'GET',
    path: '/audit/management/logs',
    summary: 'Read audit logs',
    answer: log,
    paging: whole('logs'),
  }),
  log: operation({
    ...shared,
    id: 'audit-logs.get',
    method: 'GET',
    path: '/audit/management/logs/{id}',
    summary: 'Read one audit log',
    answer: z.looseObject({ log }),
  }),
  query: operation({
    ...shared,
    id: 'audit-query.logs',
    method: 'GET',
    path: '/audit/query/logs/{ids}',
    summary: 'Search audit logs',
    query: searching,
    answer: logResult,
  }),
  post: operation({
    ...shared,
    id: 'audit-query.post',
    method: 'POST',
    path: '/audit/query/logs',
    summary: 'Search audit logs, with the query in the body',
    query: searching,
    body: posted,
    answer: logResult,
    repeatable: true,
  }),
  poll: operation({
    ...shared,
    id: 'audit-query.poll',
    method: 'GET',
    path: '/audit/query/{queryId}',
    summary: 'Look at an audit query again',
    query: z.object({ per_page: z.int().optional() }),
    answer: logResult,
  }),
  running: operation({
    ...shared,
    id: 'audit-query.running',
    method: 'GET',
    path: '/audit/query',
    summary: 'See running audit queries',
    answer: z.looseObject({}),
  }),
  exports: operation({
    ...shared,
    id: 'audit-exports.list',
    method: 'GET',
    path: '/audit/exports',
    summary: 'See exports of audit logs',
    answer: exported,
    paging: whole('exports'),
  }),
  export: operation({
    ...shared,
    id: 'audit-exports.get',
    method: 'GET',
    path: '/audit/exports/{id}',
    summary: 'See one export of audit logs',
    answer: z.looseObject({ export: exported }),
  }),
}
