import type * as z from 'zod'

import type { ApiError } from '../../contract/api-error.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, FeedReader } from '../feed.ts'
import { tries } from './api.ts'

/** What of a row every feed uses. */
export interface Listed {
  id: string | number
  client_id?: string | number | null | undefined
  created_at?: string | null | undefined
  updated_at?: string | null | undefined
}

/** A resource that is read whole. */
export interface Resource {
  list: Operation & { paging: Paging; answer: z.ZodType<Listed> }
  get: Operation
  /** The account may lack it, or the token may not read it, without anything being wrong. */
  optional: boolean
  /** The rows are customers themselves. */
  own: boolean
}

/** The cursor of a feed that reads whole lists: what was there last time, or why nothing is asked for the moment. */
export interface Presence {
  ids: string[]
  readAt?: number
  rest?: { until: number; why: string }
}

const restMs = 60 * 60_000

/** Why the feed rests, while it does. Never green: a resource that is not read is said to be unread. */
export function restingUntil(presence: Presence, now: number): string | undefined {
  const { rest } = presence
  return rest !== undefined && now < rest.until ? rest.why : undefined
}

/** An account without the resource, or a token without the permission, is not asked again for an hour. */
export function withoutFeature(before: Presence, error: ApiError, now: number): Batch | undefined {
  const why = whyOff(error)
  if (why === undefined) return undefined
  return { rows: [], cursor: { ...before, rest: { until: now + restMs, why } }, incomplete: why }
}

export function whyOff(error: ApiError): string | undefined {
  if (error.code === 'missing_permission' || error.status === 403)
    return `switched off, no permission: ${error.line}`
  if (error.status !== 404) return undefined
  return `switched off, this account does not have it: ${error.line}; if it has another path, say so in the client map`
}

/** So many absences are looked at in one run; the rest waits for the next. */
const atOnce = 50

/**
 * A row that is in the list no more is gone only when the vendor says so about that very id. One that is still there
 * has left the list (archived, say): its last state is kept, and it is not looked for again.
 */
export async function absentees(
  reader: FeedReader,
  resource: Resource,
  before: Presence,
  present: ReadonlySet<string>,
): Promise<Batch> {
  const missing = before.ids.filter((id) => !present.has(id))
  const told: RecordSeed[] = []
  const unclear: string[] = missing.slice(atOnce)
  let trouble: string | undefined
  for (const id of missing.slice(0, atOnce)) {
    const read = await reader.client.try(
      resource.get,
      { params: { id } },
      { priority: 'inventory', ...tries },
    )
    if (read.ok) told.push(await lastWord(reader, resource, id, JSON.stringify(read.answer.value)))
    else if (read.error.status === 404) told.push(await lastWord(reader, resource, id, tombstone(id)))
    else {
      unclear.push(id)
      trouble ??= `what became of ${id} is not clear: ${read.error.line}`
    }
  }
  const cursor: Presence = { ids: [...present, ...unclear], readAt: reader.now }
  return { rows: told, cursor, ...(trouble !== undefined && { incomplete: trouble }) }
}

async function lastWord(
  reader: FeedReader,
  resource: Resource,
  vendorId: string,
  body: string,
): Promise<RecordSeed> {
  const held = (await reader.known([vendorId])).get(vendorId)
  const customerId = held?.customerId ?? (resource.own ? vendorId : null)
  return { vendorId, customerId, time: reader.now, open: false, body }
}

/** The one Record that the vendor did not write: it says that the vendor has it no more. */
function tombstone(vendorId: string): string {
  return JSON.stringify({ id: vendorId, deleted: true })
}
