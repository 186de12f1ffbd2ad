/** One attempt at one feed. */
export interface Run {
  id: string
  connectionId: string
  feed: string
  startedAt: number
  endedAt: number
  /** `incomplete`: rows were kept, but the walk did not reconcile, so the cursor did not move past it. */
  outcome: 'ok' | 'incomplete' | 'failed'
  rows: number
  requests: number
  error: string | null
}
