import * as z from 'zod'

import { sliceRows } from '../../contract/body.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { audit } from './audit.ts'
import { toActivity } from './audit-activity.ts'
import { type LogPage, searchLogs, sequenceOf } from './log-search.ts'
import { type Scope, eachScope, readCursor } from './scopes.ts'

/** Reads the platform's audit logs, where they are enabled and the key may. */
export const auditFeed: Feed = {
  name: 'audit',
  kind: 'audit',
  everyMs: 180 * 60_000,
  read: readAudit,
  toActivity,
}

const hour = 3_600_000
const day = 24 * hour
const history = 28 * day
/** Entries may arrive late. */
const reach = { floorMs: 2 * hour, capMs: day }
const perPage = 200

const cursorSchema = z.object({ scopes: z.record(z.string(), z.number()).default({}) })

async function* readAudit(reader: FeedReader): AsyncGenerator<Batch> {
  const { cursor, trouble } = readCursor(cursorSchema, reader.cursor)
  yield* eachScope(reader, (scope) => readScope(reader, scope, cursor), {
    cursor: () => cursor,
    trouble,
    optional: true,
  })
}

async function* readScope(
  reader: FeedReader,
  scope: Scope,
  cursor: z.infer<typeof cursorSchema>,
): AsyncGenerator<Batch, string | undefined> {
  const options = { settings: scope.settings, priority: 'inventory' } as const
  const logs = await reader.client.call(audit.logs, {}, options)
  const ids = logs.rows.map((log) => log.id)
  if (ids.length === 0) return undefined
  const from = Math.max(reader.now - history, (cursor.scopes[scope.name] ?? 0) - reader.overlapMs(reach))
  const query = { from, to: reader.now + hour, per_page: perPage }
  const input = { params: { ids: ids.join(':') }, query }
  for await (const page of searchLogs(reader.client, audit.query, audit.poll, input, options)) {
    const rows = await newRows(reader, scope, page)
    if (rows.length > 0) yield { rows, cursor: reader.cursor }
  }
  cursor.scopes[scope.name] = reader.now
  return undefined
}

async function newRows(reader: FeedReader, scope: Scope, { result, text }: LogPage): Promise<RecordSeed[]> {
  const slices = sliceRows(text, 'events')
  const rows = (result.events ?? []).map((event, i): RecordSeed => {
    const time = Number(event.timestamp ?? reader.now)
    const vendorId = `${event.log_id ?? ''}/${sequenceOf(event)}`
    return {
      vendorId,
      customerId: scope.customerId,
      time,
      open: false,
      body: slices?.[i] ?? JSON.stringify(event),
    }
  })
  // An entry never changes; only the links in it follow the address that was asked.
  const known = await reader.known(rows.map((row) => row.vendorId))
  return rows.filter((row) => !known.has(row.vendorId))
}
