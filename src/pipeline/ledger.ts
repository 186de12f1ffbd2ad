import type { Batch } from '../connectors/feed.ts'
import { type Gap, reasonOf } from '../domain/coverage.ts'

/** What one run of a feed could not cover. */
export class Ledger {
  readonly #gaps = new Map<string, Gap>()
  /** Why the run is not whole, for people. */
  incomplete: string | undefined

  /** One gap per part and customer; a batch that gives only a reason stands for all of the feed. */
  take(batch: Batch): void {
    const { gaps = [], incomplete } = batch
    const told = incomplete ?? (gaps.length > 0 ? reasonOf(gaps) : undefined)
    this.incomplete ??= told
    const whole = { customerId: null, what: 'list', from: null, to: null }
    for (const gap of gaps.length > 0 || told === undefined ? gaps : [{ ...whole, reason: told }])
      this.#gaps.set(keyOf(gap), gap)
  }

  get gaps(): Gap[] {
    return [...this.#gaps.values()]
  }
}

function keyOf({ customerId, what }: Gap): string {
  return JSON.stringify([customerId, what])
}
