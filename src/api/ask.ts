import type { Feed } from '../connectors/feed.ts'
import type { Db } from '../store/store.ts'

/** What a handler may know: the database, the time, and which feeds a vendor has. */
export interface Ask {
  db: Db
  now: number
  feedsOf(vendor: string): readonly FeedFact[]
}

/** What the API needs of a feed; the readings only where events and inventory are asked for. */
export type FeedFact = Pick<Feed, 'name' | 'everyMs' | 'freshMs' | 'toActivity' | 'toAsset'> & {
  kind: string
}

/** Epoch ms as the API writes it: ISO 8601, UTC, whole seconds. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms)
}
