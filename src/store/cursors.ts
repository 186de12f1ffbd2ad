import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface CursorRow {
  connection_id: string
  feed: string
  state: string
  updated_at: number
}

/** How far a feed has been read: JSON in the form that the feed's reader chose; `readFeedState` reads it. */
export async function writeCursor(
  db: Db,
  connectionId: string,
  feed: string,
  state: string,
  now: number,
): Promise<void> {
  const row = { connection_id: connectionId, feed, state, updated_at: now }
  await insertMany(db, 'cursors', [row], { on: ['connection_id', 'feed'], set: ['state', 'updated_at'] })
}
