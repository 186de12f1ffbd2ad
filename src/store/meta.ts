import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'

export interface MetaRow {
  key: string
  value: string
}

/** Single facts about this installation. */
export async function getMeta(db: Db, key: string): Promise<unknown> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst()
  return row && decode(row.value)
}

export async function setMeta(db: Db, key: string, value: unknown): Promise<void> {
  await insertMany(db, 'meta', [{ key, value: encode(value) }], { on: ['key'], set: ['value'] })
}
