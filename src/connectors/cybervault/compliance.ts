import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { number, stamp, text } from './fields.ts'
import { keyset, listQuery } from './paging.ts'

/** How a tenant stands against the frameworks. Nothing of it is documented but that it exists. */

const framework = z.looseObject({
  framework_id: z.string().min(1),
  name: text,
  version: text,
  control_count: number,
  passing: number,
  failing: number,
  score: number,
})

const control = z.looseObject({
  control_id: z.string().min(1),
  title: text,
  category: text,
  status: text,
  severity: text,
  evidence_count: number,
  last_checked_at: stamp,
})

const report = z.looseObject({
  report_id: z.string().min(1),
  framework_id: text,
  status: text,
  format: text,
  period_start: stamp,
  period_end: stamp,
  created_at: stamp,
  completed_at: stamp,
})

export const frameworkList = {
  name: 'frameworks',
  id: 'framework_id',
  fields: ['framework_id', 'name', 'score'],
  order: 'framework_id:asc',
}

export const controlList = {
  name: 'controls',
  id: 'control_id',
  fields: ['control_id', 'status', 'severity'],
  order: 'control_id:asc',
}

export const reportList = {
  name: 'reports',
  id: 'report_id',
  fields: ['created_at', 'status', 'framework_id'],
  order: 'created_at:desc',
}

const day = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be a date or a timestamp',
})

const read = ['compliance:read']

export const listFrameworks = operation({
  id: 'compliance.frameworks',
  method: 'GET',
  path: '/compliance/frameworks',
  summary: 'Frameworks, with how many controls pass',
  source: 'I: section 11',
  query: listQuery,
  paging: keyset(frameworkList),
  answer: framework,
  permission: read,
})

export const listControls = operation({
  id: 'compliance.controls',
  method: 'GET',
  path: '/compliance/frameworks/{framework_id}/controls',
  summary: 'Controls of a framework',
  source: 'I: section 11',
  query: listQuery,
  paging: keyset(controlList),
  answer: control,
  permission: read,
})

export const createReport = operation({
  id: 'compliance.createReport',
  method: 'POST',
  path: '/compliance/reports',
  summary: 'Orders a report; it is ready some seconds later',
  source: 'I: section 11',
  body: z
    .looseObject({
      framework_id: z.string().min(1),
      period_start: day,
      period_end: day,
      format: z.literal('json').default('json'),
    })
    .refine(({ period_start: start, period_end: end }) => Date.parse(end) > Date.parse(start), {
      path: ['period_end'],
      error: 'must be later than period_start',
    }),
  answer: report,
  status: 201,
  permission: ['compliance:write'],
})

export const listReports = operation({
  id: 'compliance.reports',
  method: 'GET',
  path: '/compliance/reports',
  summary: 'Reports ordered',
  source: 'I: section 11',
  query: listQuery,
  paging: keyset(reportList),
  answer: report,
  permission: read,
})

export const getReport = operation({
  id: 'compliance.report',
  method: 'GET',
  path: '/compliance/reports/{report_id}',
  summary: 'One report, and how far it is',
  source: 'I: section 11',
  answer: report,
  permission: read,
})

export const getReportContent = operation({
  id: 'compliance.reportContent',
  method: 'GET',
  path: '/compliance/reports/{report_id}/content',
  summary: 'What a report says',
  source: 'I: section 11',
  answer: z.looseObject({}),
  permission: read,
})
