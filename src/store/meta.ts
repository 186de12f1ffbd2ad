import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { prepared } from './prepared.ts'

export interface MetaRow {
  key: string
  value: string
}

/** Single facts about this installation. */
export async function getMeta(db: Db, key: string): Promise<unknown> {
  const [row] = (await byKey(db, { key })).rows
  return row && decode(row.value)
}

const byKey = prepared((db, { key }: { key: string }) =>
  db.selectFrom('meta').select('value').where('key', '=', key).compile(),
)

export async function setMeta(db: Db, key: string, value: unknown): Promise<void> {
  await insertMany(db, 'meta', [{ key, value: encode(value) }], { on: ['key'], set: ['value'] })
}
