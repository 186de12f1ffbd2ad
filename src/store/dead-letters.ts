import { idOf } from '../domain/id.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

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
}

export type DeadLetter = DeadLetterRow

/** The same trouble again is the same letter, counted. */
export async function putDeadLetter(
  db: Db,
  letter: Pick<DeadLetter, 'stage' | 'ref' | 'reason' | 'body'>,
  now: number,
): Promise<void> {
  const { stage, ref, reason, body } = letter
  const row = { id: idOf('dead', stage, ref), stage, ref, reason, body, at: now, count: 1 }
  await insertMany(db, 'dead_letters', [row], {
    on: ['id'],
    set: ['reason', 'body', 'at', ['count', 'dead_letters.count + 1']],
  })
}

/** Newest first. */
export async function listDeadLetters(db: Db, limit: number): Promise<DeadLetter[]> {
  return db.selectFrom('dead_letters').selectAll().orderBy('at', 'desc').orderBy('id').limit(limit).execute()
}

/** Removes a letter and hands it over, to be tried again. */
export async function takeDeadLetter(db: Db, id: string): Promise<DeadLetter | undefined> {
  return db.deleteFrom('dead_letters').where('id', '=', id).returningAll().executeTakeFirst()
}

export async function countDeadLetters(db: Db): Promise<number> {
  const query = db.selectFrom('dead_letters').select((eb) => eb.fn.countAll<number>().as('count'))
  return (await query.executeTakeFirstOrThrow()).count
}
