import type { Known } from '../connectors/connector.ts'
import type { Store } from '../store/store.ts'
import type { Lease } from './lease.ts'

/** Larger open sets are read from the database each time. */
const maxKept = 2_000
const customersMs = 600_000

/**
 * What this process still knows of a feed from its last run, so that a quiet run asks the database nothing. Good for as
 * long as nobody else has held the feed's lease in between.
 */
export class FeedMemory {
  /** The cursor's JSON text; undefined before the first. */
  cursor: string | undefined
  /** Pages of which every row is held. The client hands out the same page while the vendor sends the same bytes. */
  readonly held = new WeakSet<object>()
  #open: Known[] | undefined
  #customers: { at: number; ids: string[] } | undefined
  #fence: number

  constructor(fence: number) {
    this.#fence = fence
  }

  get open(): Known[] | undefined {
    return this.#open
  }

  set open(open: Known[] | undefined) {
    this.#open = open !== undefined && open.length > maxKept ? undefined : open
  }

  /** Customers come from another feed, which nobody watches here: they are asked for again after ten minutes. */
  async customers(now: number, ask: () => Promise<string[]>): Promise<string[]> {
    const kept = this.#customers
    if (kept !== undefined && kept.ids.length > 0 && now - kept.at < customersMs) return kept.ids
    const ids = await ask()
    this.#customers = { at: now, ids }
    return ids
  }

  /** Whether it is still true under this lease: ours without a break, or taken anew by nobody but us. */
  continues(fence: number): boolean {
    const unbroken = fence === this.#fence || fence === this.#fence + 1
    this.#fence = fence
    return unbroken
  }
}

const memories = new WeakMap<Store, Map<string, FeedMemory>>()

export function recall(store: Store, { name, fence }: Lease): FeedMemory | undefined {
  const found = memories.get(store)?.get(name)
  return found?.continues(fence) === true ? found : undefined
}

export function remember(store: Store, { name }: Lease, memory: FeedMemory): void {
  const all = memories.get(store) ?? new Map<string, FeedMemory>()
  memories.set(store, all.set(name, memory))
}

/** After a failure nobody knows what was committed: the database tells. */
export function forget(store: Store, { name }: Lease): void {
  memories.get(store)?.delete(name)
}
