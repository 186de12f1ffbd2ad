import * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { Client } from '../../contract/client.ts'
import { sometimes } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import type { RecordSeed } from '../../domain/record.ts'
import { subscription } from './api.ts'
import { count, id, lastSegment, query, text, timeOf, word } from './fields.ts'
import { paged } from './paging.ts'

/** What the vendor's analysts raise. The interface only reads; nothing can be resolved over it. */
export const incident = z.looseObject({
  id,
  title: text,
  description: text,
  remediation: text,
  status: word('open', 'resolved', 'closed', 'draft', 'suppressed', 'false-positive'),
  createdAt: text,
  publishedAt: text,
  updatedAt: text,
  resolvedAt: text,
  // Not in the documented list: read when present, never required.
  accountId: sometimes(id.nullish()),
  customerId: sometimes(id.nullish()),
  accountPath: sometimes(text),
  accountName: sometimes(text),
  eventCount: sometimes(count),
  affectedDevices: sometimes(z.array(z.string()).nullish()),
  severity: sometimes(text),
})

export type Incident = z.infer<typeof incident>

export const listIncidents = operation({
  id: 'incidents.list',
  method: 'GET',
  path: '/incidents',
  summary: 'Incidents, of all customers or of some',
  source: 'C: CEL3, SRV, CEL2, RPT',
  query: z.object({
    id: z.array(z.int()).optional().describe('may hand back a neighbour: match the id yourself'),
    title: query.texts.describe('contains; an asterisk matches nothing'),
    accountId: query.accountId,
    description: query.texts.describe('contains; an asterisk matches nothing'),
    remediation: z.string().optional().describe('has no effect'),
    createdAt: query.range,
    resolvedAt: query.range,
    status: z.array(z.string()).optional().describe('open, resolved'),
    sort: query.sort,
  }),
  paging: paged,
  answer: incident,
  permission: subscription,
})

export const getIncident = operation({
  id: 'incidents.get',
  method: 'GET',
  path: '/incidents/{id}',
  summary: 'One incident, in the form of the seed document',
  source: 'I: SEED; CEL3 and SRV list no such path',
  answer: incident,
  permission: subscription,
  alias: true,
})

/** Whose a row is, where the row says so itself. */
export function statedCustomer(row: Incident): string | undefined {
  return row.accountId ?? row.customerId ?? lastSegment(row.accountPath)
}

const closedWords = new Set(['resolved', 'closed', 'false-positive', 'false positive', 'suppressed'])

/** An unknown word without a resolution counts as open: better looked at than missed. */
export function isOpen(row: Incident): boolean {
  const word = row.status?.toLowerCase() ?? ''
  return word === 'open' || (!closedWords.has(word) && timeOf(row.resolvedAt) === undefined)
}

export function toSeed(row: Incident, body: string, customerId: string | null, now: number): RecordSeed {
  return { vendorId: row.id, customerId, time: timeOf(row.createdAt) ?? now, open: isOpen(row), body }
}

/** By number, matched exactly: the filter has been seen to hand back a neighbour. Falls back to the seed's path. */
export async function findIncident(client: Client, number: string): Promise<Incident | undefined> {
  const page = await client.call(listIncidents, { query: { id: [Number(number)] } })
  const exact = page.rows.find((row) => row.id === number)
  if (exact !== undefined) return exact
  try {
    const row = await client.call(getIncident, { params: { id: number } })
    return row.id === number ? row : undefined
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
