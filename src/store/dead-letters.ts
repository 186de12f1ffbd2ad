import { idOf } from '../domain/id.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'

/** What a stage could not handle; its row reads in the table as it does in code. */
export interface DeadLetterRow {
  id: string
  stage: string
  /** The id of what the stage was given. */
  ref: string
  reason: string
  body: string | null
  at: number
  count: number
  /** Where it was read; null when a later stage has it from a record. */
  connection_id: string | null
  feed: string | null
  customer_id: string | null
}

export type DeadLetter = DeadLetterRow

/** Whose row it is, of a letter from the sync stage. */
interface Origin {
  connectionId: string
  feed: string
  customerId?: string | null | undefined
}

/** The same trouble again is the same letter, counted. */
export async function putDeadLetter(
  db: Db,
  letter: Pick<DeadLetter, 'stage' | 'ref' | 'reason' | 'body'>,
  now: number,
  origin?: Origin,
): Promise<void> {
  const { stage, ref, reason, body } = letter
  const whose = {
    connection_id: origin?.connectionId ?? null,
    feed: origin?.feed ?? null,
    customer_id: origin?.customerId ?? null,
  }
  const row = { id: idOf('dead', stage, ref), stage, ref, reason, body, at: now, count: 1, ...whose }
  await insertMany(db, 'dead_letters', [row], {
    on: ['id'],
    set: ['reason', 'body', 'at', ['count', 'dead_letters.count + 1']],
  })
}

/** Newest first. */
export async function listDeadLetters(db: Db, limit: number): Promise<DeadLetter[]> {
  return db.selectFrom('dead_letters').selectAll().orderBy('at', 'desc').orderBy('id').limit(limit).execute()
}

export async function findDeadLetters(db: Db, ids: string[]): Promise<DeadLetter[]> {
  return db
    .selectFrom('dead_letters')
    .selectAll()
    .where(among(db, 'id', ids))
    .orderBy('id')
    .execute()
}

/** Of these, those that have not come again since then. */
export async function dropDeadLetters(db: Db, ids: string[], before: number): Promise<void> {
  await db
    .deleteFrom('dead_letters')
    .where(among(db, 'id', ids))
    .where('at', '<', before)
    .execute()
}

/** Removes a letter and hands it over, to be tried again. */
export async function takeDeadLetter(db: Db, id: string): Promise<DeadLetter | undefined> {
  return db.deleteFrom('dead_letters').where('id', '=', id).returningAll().executeTakeFirst()
}

export async function countDeadLetters(db: Db): Promise<number> {
  const query = db.selectFrom('dead_letters').select((eb) => eb.fn.countAll<number>().as('count'))
  return (await query.executeTakeFirstOrThrow()).count
}

/** Rows that could not be read, by feed. */
export async function countUnreadRows(
  db: Db,
): Promise<{ connectionId: string; feed: string; customerId: string | null; count: number }[]> {
  const query = db.selectFrom('dead_letters').where('connection_id', 'is not', null)
  const rows = await query
    .groupBy(['connection_id', 'feed', 'customer_id'])
    .select(['connection_id', 'feed', 'customer_id'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .execute()
  return rows.map((row) => ({
    connectionId: row.connection_id ?? '',
    feed: row.feed ?? '',
    customerId: row.customer_id,
    count: row.count,
  }))
}
