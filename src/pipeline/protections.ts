/**
 * What stands between the line and the faults of its world. All of them are on wherever the product runs; only the
 * simulation takes one away, to show what breaks without it.
 */
export interface Protections {
  /** Reads again what is younger than the late-arrival horizon. */
  overlap: boolean
  /** Walks a list again when it moved under the walk. */
  secondWalk: boolean
  /** Looks for the marker before a write whose outcome was unclear is sent again. */
  markerLookup: boolean
  /** One holder of each job at a time, fenced. */
  lease: boolean
  /** Knows its own change when a vendor reports it back. */
  echoCheck: boolean
  /** Keeps what belongs to no known tenant apart until it does. */
  quarantine: boolean
}

export type Protection = keyof Protections

export const allProtections: Protections = {
  overlap: true,
  secondWalk: true,
  markerLookup: true,
  lease: true,
  echoCheck: true,
  quarantine: true,
}

export const protectionNames = Object.keys(allProtections) as Protection[] // the keys of a literal
