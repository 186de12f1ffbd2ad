import type { Feed } from '../connectors/feed.ts'
import { targetOf } from '../domain/coverage.ts'
import type { Sighting } from '../domain/horizon.ts'
import type { VendorRecord } from '../domain/record.ts'

/**
 * How late things were when they were seen for the first time. Before the feed was once read whole (null) nothing is
 * known of that. After a rest of ours only what must have been there before it can be told from what came meanwhile.
 */
export function sightingsOf(
  firsts: readonly VendorRecord[],
  wholeAt: number | null,
  feed: Feed,
  now: number,
): Sighting[] {
  if (wholeAt === null) return firsts.map(({ time }) => ({ time, delayMs: undefined }))
  const rested = now - wholeAt > targetOf(feed)
  return firsts.map(({ time }) => {
    if (!rested) return { time, delayMs: Math.max(0, now - time) }
    return { time, delayMs: time < wholeAt ? wholeAt - time : undefined }
  })
}
