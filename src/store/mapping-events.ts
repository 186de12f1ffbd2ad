import type { MappingEvent, MappingKind } from '../domain/mapping.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { type Before, isBefore } from './lists.ts'

export interface MappingEventRow {
  id: string
  at: number
  actor: string
  kind: MappingKind
  connection_id: string | null
  vendor_id: string | null
  tenant_id: string | null
  reason: string
  detail: string
  undone_by: string | null
}

/** Keeps what was decided; an event is never changed, save that another has undone it. */
export async function putMappingEvents(db: Db, events: readonly MappingEvent[]): Promise<void> {
  await insertMany(db, 'mapping_events', events.map(toRow), { on: ['id'], set: ['undone_by'] })
}

export async function mappingEvent(db: Db, id: string): Promise<MappingEvent | undefined> {
  const row = await db.selectFrom('mapping_events').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** Newest first. */
export async function listMappingEvents(
  db: Db,
  { limit, before }: { limit: number; before?: Before },
): Promise<MappingEvent[]> {
  let query = db
    .selectFrom('mapping_events')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) query = query.where(isBefore('at', 'id', before))
  return (await query.execute()).map(fromRow)
}

function toRow(event: MappingEvent): MappingEventRow {
  return {
    id: event.id,
    at: event.at,
    actor: event.actor,
    kind: event.kind,
    connection_id: event.connectionId,
    vendor_id: event.vendorId,
    tenant_id: event.tenantId,
    reason: event.reason,
    detail: encode(event.detail),
    undone_by: event.undoneBy,
  }
}

function fromRow(row: MappingEventRow): MappingEvent {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    kind: row.kind,
    connectionId: row.connection_id,
    vendorId: row.vendor_id,
    tenantId: row.tenant_id,
    reason: row.reason,
    detail: decode(row.detail),
    undoneBy: row.undone_by,
  }
}
