import { sql } from 'kysely'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'
import { prepared } from './prepared.ts'

/** A Record that waits for the pipeline. Beside the records: whoever has read one need not write its body again. */
export interface PendingRow {
  record_id: string
  /** 0 for a version that the vendor has replaced. */
  head: number
  first_seen_at: number
}

/** One that waits already goes on waiting. */
export async function putPending(db: Db, rows: PendingRow[]): Promise<void> {
  await insertMany(db, 'pending', rows, { on: ['record_id'], set: ['head'] })
}

/** They have been replaced, and are read before what has replaced them. */
export async function demotePending(db: Db, recordIds: string[]): Promise<void> {
  if (recordIds.length > 0) await demote(db, { recordIds })
}

const demote = prepared((db, { recordIds }: { recordIds: string[] }) =>
  db
    .updateTable('pending')
    .set({ head: 0 })
    .where(among(db, 'record_id', recordIds))
    .compile(),
)

export async function markDone(db: Db, recordIds: string[]): Promise<void> {
  await done(db, { recordIds })
}

const done = prepared((db, { recordIds }: { recordIds: string[] }) =>
  db
    .deleteFrom('pending')
    .where(among(db, 'record_id', recordIds))
    .compile(),
)

/** Whether anything waits. */
export async function hasPending(db: Db): Promise<boolean> {
  return (await any(db, {})).rows.length > 0
}

const any = prepared((db) => db.selectFrom('pending').select('record_id').limit(sql.lit(1)).compile())
