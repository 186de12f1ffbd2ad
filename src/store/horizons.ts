import type { Horizon } from '../domain/horizon.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'

export interface HorizonRow {
  connection_id: string
  feed: string
  newest: number
  delays: string
  late: number
}

export async function putHorizon(
  db: Db,
  connectionId: string,
  feed: string,
  { newest, delays, late }: Horizon,
): Promise<void> {
  const row = { connection_id: connectionId, feed, newest, delays: encode(delays), late }
  await insertMany(db, 'horizons', [row], {
    on: ['connection_id', 'feed'],
    set: ['newest', 'delays', 'late'],
  })
}

export async function listHorizons(
  db: Db,
): Promise<{ connectionId: string; feed: string; horizon: Horizon }[]> {
  const rows = await db.selectFrom('horizons').selectAll().orderBy('connection_id').orderBy('feed').execute()
  return rows.map((row) => ({
    connectionId: row.connection_id,
    feed: row.feed,
    horizon: { newest: row.newest, delays: decode(row.delays), late: row.late },
  }))
}
