import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { prepared } from './prepared.ts'

export interface CursorRow {
  connection_id: string
  feed: string
  state: string
  updated_at: number
}

/** How far a feed has been read, in the form that the feed's reader chose; undefined before the first read. */
export async function readCursor(db: Db, connectionId: string, feed: string): Promise<unknown> {
  const [row] = (await state(db, { connectionId, feed })).rows
  return row && decode(row.state)
}

const state = prepared((db, { connectionId, feed }: { connectionId: string; feed: string }) => {
  const query = db.selectFrom('cursors').select('state').where('connection_id', '=', connectionId)
  return query.where('feed', '=', feed).compile()
})

export async function writeCursor(
  db: Db,
  connectionId: string,
  feed: string,
  state: unknown,
  now: number,
): Promise<void> {
  const row = { connection_id: connectionId, feed, state: encode(state), updated_at: now }
  await insertMany(db, 'cursors', [row], { on: ['connection_id', 'feed'], set: ['state', 'updated_at'] })
}
