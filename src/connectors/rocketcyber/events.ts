import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import { operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { digest } from '../../domain/id.ts'
import { subscription } from './api.ts'
import { count, id, query, text, word } from './fields.ts'
import { paged, whole } from './paging.ts'

/** What one app detected. An event has no id; its app is mandatory, and filters of its own are undocumented. */
const event = z.looseObject({
  appId: z.union([z.int(), z.string()]),
  deviceId: id.nullish(),
  verdict: z.union([word('informational', 'suspicious', 'malicious'), z.number()]),
  detectionDate: text,
  value: z.unknown().optional(),
  valueType: text,
  details: z.looseObject({}).nullish(),
  createdAt: text,
  updatedAt: text,
  customerId: id.nullish(),
  accountPath: text,
  incidentId: id.nullish(),
})

export const listEvents = operation({
  id: 'events.list',
  method: 'GET',
  path: '/events',
  summary: 'Detections of one app',
  source: 'C: CEL3, SRV, WYR, SUF; createdAt to incidentId are I',
  query: z.object({
    appId: z.int().describe('mandatory'),
    accountId: query.accountId,
    verdict: query.texts.describe('informational, suspicious, malicious'),
    details: z.string().optional().describe('path.to.attribute:value, an asterisk is a wildcard'),
    dates: query.range,
    sort: query.sort,
  }),
  paging: paged,
  answer: event,
  permission: subscription,
})

/** Two rows with one key are one event. */
export function eventKey(row: z.infer<typeof event>): string {
  return digest(JSON.stringify([row.appId, row.deviceId, row.detectionDate, row.valueType, row.value]))
}

/** v2 counted verdicts from 0; both forms are read. */
export function verdictOf(row: z.infer<typeof event>): string {
  const numbers = ['informational', 'suspicious', 'malicious']
  return typeof row.verdict === 'number'
    ? (numbers[row.verdict] ?? String(row.verdict))
    : (row.verdict ?? '').toLowerCase()
}

/** The shape of the counts is unpublished: rows in an envelope, bare, or keyed by the app. */
const summarised: Paging = {
  ...whole,
  read(body, asked) {
    if (!isObject(body) || body['data'] !== undefined || body['appId'] !== undefined)
      return whole.read(body, asked)
    const entries = Object.entries(body)
    if (!entries.every(([key, value]) => /^\d+$/.test(key) && isObject(value))) return whole.read(body, asked)
    return { rows: entries.map(([appId, counts]) => ({ appId: Number(appId), ...(counts as object) })) } // just shown
  },
  write(rows, asked, switches) {
    if (switches['summary'] === 'array') return rows
    if (switches['summary'] !== 'map') return whole.write(rows, asked, switches)
    return Object.fromEntries(rows.map((row) => [isObject(row) ? String(row['appId']) : '', row]))
  },
}

export const summarizeEvents = operation({
  id: 'events.summary',
  method: 'GET',
  path: '/events/summary',
  summary: 'Verdict counts of every app',
  source: 'C: CEL3, SRV; the counts are I',
  query: z.object({ accountId: query.oneAccount.describe('one id, a list is refused') }),
  paging: summarised,
  answer: z.looseObject({
    appId: z.union([z.int(), z.string()]),
    accountId: id.nullish(),
    informational: count,
    suspicious: count,
    malicious: count,
    total: count,
  }),
  permission: subscription,
})
