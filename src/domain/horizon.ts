/**
 * How late a feed's rows come. A delay lies between a thing's own time and its first sighting; they are counted in
 * buckets, each twice as wide as the one before, so that a year of them is a few numbers.
 */
export interface Horizon {
  /** The newest own time that was committed so far, epoch ms: where a plain cursor would stand. */
  newest: number
  /** Counts by bucket: up to 1 s, 2 s, 4 s, … */
  delays: number[]
  /** Things that were older than that when they were first seen: what a plain cursor would have lost. */
  late: number
}

export const noHorizon: Horizon = { newest: 0, delays: [], late: 0 }

/** A thing that was seen for the first time; its delay is left out where it would say more of us than of the vendor. */
export interface Sighting {
  time: number
  delayMs: number | undefined
}

/** What decides how far back a feed looks, ms. */
export interface Reach {
  /** What the vendor is known to need. */
  floorMs: number
  capMs: number
}

const second = 1000
/** Of a hundred thousand days the delay is not a delay any more. */
const mostBuckets = 34
/** The longest is seldom seen among few. */
const safety = 2

function bucketOf(delayMs: number): number {
  const seconds = Math.max(0, delayMs) / second
  return seconds <= 1 ? 0 : Math.min(mostBuckets, Math.ceil(Math.log2(seconds)))
}

/** With things that were seen for the first time. `newest` of before the read decides who came late. */
export function withSightings(
  horizon: Horizon,
  sightings: readonly Sighting[],
  plainMark: number,
  now: number,
): Horizon {
  const delays = [...horizon.delays]
  let { newest, late } = horizon
  for (const { time, delayMs } of sightings) {
    if (delayMs !== undefined) addTo(delays, bucketOf(delayMs))
    if (time < plainMark) late++
    // A thing from the future must not carry the mark with it.
    newest = Math.max(newest, Math.min(time, now))
  }
  return { newest, delays, late }
}

function addTo(delays: number[], bucket: number): void {
  while (delays.length <= bucket) delays.push(0)
  delays[bucket] = (delays[bucket] ?? 0) + 1
}

/** The delay that this share of all stays below, ms: the upper end of its bucket. 0 without any. */
export function quantile({ delays }: Horizon, share: number): number {
  const total = delays.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of delays.entries()) {
    seen += count
    if (count > 0 && seen >= share * total) return second * 2 ** bucket
  }
  return 0
}

/** How far behind the newest a read begins: twice what all but one in a thousand stay below. */
export function overlapOf(horizon: Horizon, { floorMs, capMs }: Reach): number {
  return Math.min(capMs, Math.max(floorMs, safety * quantile(horizon, 0.999)))
}
