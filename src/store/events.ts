import type { DetectionFinding } from '../domain/event.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among } from './lists.ts'

export interface EventRow {
  id: string
  record_id: string
  connection_id: string
  class_uid: number
  time: number
  body: string
}

/** An Event with what the table needs beside it. */
export interface StoredEvent {
  id: string
  recordId: string
  connectionId: string
  event: DetectionFinding
}

export async function putEvents(db: Db, events: StoredEvent[]): Promise<void> {
  await insertMany(db, 'events', events.map(toRow), {
    on: ['id'],
    set: ['record_id', 'class_uid', 'time', 'body'],
  })
}

export async function event(db: Db, id: string): Promise<StoredEvent | undefined> {
  const row = await db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

export async function eventsByIds(db: Db, ids: string[]): Promise<StoredEvent[]> {
  return (
    await db
      .selectFrom('events')
      .selectAll()
      .where(among(db, 'id', ids))
      .execute()
  ).map(fromRow)
}

function toRow({ id, recordId, connectionId, event }: StoredEvent): EventRow {
  const { class_uid, time } = event
  return { id, record_id: recordId, connection_id: connectionId, class_uid, time, body: encode(event) }
}

function fromRow({ id, record_id, connection_id, body }: EventRow): StoredEvent {
  return { id, recordId: record_id, connectionId: connection_id, event: decode(body) }
}
