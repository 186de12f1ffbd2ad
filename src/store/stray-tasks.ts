import type { Db } from './engine.ts'
import { decode } from './json.ts'
import { getMeta, setMeta } from './meta.ts'

/** Second tasks that were folded, by the board's id, with the one that stays. There are few, ever. */
export async function strayTasks(db: Db, connectionId: string): Promise<Record<string, string>> {
  return ((await getMeta(db, keyOf(connectionId))) ?? {}) as Record<string, string> // written below alone
}

/** In the caller's transaction, under the lease of the connection's outbox. */
export async function putStrayTask(
  db: Db,
  connectionId: string,
  vendorId: string,
  into: string,
): Promise<void> {
  const known = await strayTasks(db, connectionId)
  await setMeta(db, keyOf(connectionId), { ...known, [vendorId]: into })
}

/** On all boards. */
export async function countStrayTasks(db: Db): Promise<number> {
  const rows = await db.selectFrom('meta').select('value').where('key', 'like', `${prefix}%`).execute()
  return rows.reduce((sum, { value }) => sum + Object.keys(decode<Record<string, string>>(value)).length, 0)
}

const prefix = 'stray-tasks:'

function keyOf(connectionId: string): string {
  return `${prefix}${connectionId}`
}
