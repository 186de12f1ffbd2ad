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
  /** When the feed was last seen to be whole: this attempt's beginning, or what the one before says. */
  wholeAt: number | null
  /** Attempts that this row stands for: quiet ones in a row are one. */
  turns: number
}
