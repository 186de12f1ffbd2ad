import type { Db } from '../store/store.ts'

/** What a handler may know: the database, the time, and which feeds a vendor has. */
export interface Ask {
  db: Db
  now: number
  feedsOf(vendor: string): readonly FeedFact[]
}

export interface FeedFact {
  name: string
  kind: string
  everyMs: number
  freshMs?: number
}

/** Epoch ms as the API writes it: ISO 8601, UTC, whole seconds. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms)
}
