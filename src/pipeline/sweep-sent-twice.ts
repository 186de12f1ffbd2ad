import { sentTwice } from '../store/due-changes.ts'
import type { StoredChange } from '../store/ticket-changes.ts'
import type { Hub } from './hub.ts'
import type { Live } from './vendors.ts'

/** A stray can come to light late. */
const lookBackMs = 6 * 60 * 60_000
const firstLookMs = 10 * 60_000

/**
 * What a board was sent twice and is to be looked for now: its lists have no watermark, so only these are asked about,
 * and ever more seldom. `lastAt`: when that was done last, if ever.
 */
export async function sentTwiceLately(
  { store, outside }: Hub,
  { connection }: Live,
  kind: 'project' | 'task',
  lastAt: number | undefined,
): Promise<StoredChange[]> {
  const now = outside.now()
  const sent = await sentTwice(store.db, connection.id, kind, (lastAt ?? now) - lookBackMs)
  return sent.filter(({ sentAt }) => {
    const looks = (at: number): number => looksAt(at - (sentAt ?? 0))
    return lastAt === undefined || looks(lastAt) !== looks(now)
  })
}

/** How often by this age, ms: first when it is new, then after ten minutes, twenty more, forty more. */
function looksAt(age: number): number {
  return age < 0 ? 0 : 1 + Math.floor(Math.log2(age / firstLookMs + 1))
}
