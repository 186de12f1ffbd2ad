import type { Covered } from '../domain/coverage.ts'
import type { FeedState } from '../store/feed-states.ts'
import type { Store } from '../store/store.ts'
import { HeldRows } from './held-rows.ts'

/** In which another process may have learnt of customers. */
const customersMs = 3_600_000

/**
 * What this process still knows of a feed from its last run, so that a quiet run asks the database nothing. Good for as
 * long as nobody else has held the feed's lease in between: whoever commits on the strength of it is told.
 */
export class FeedMemory {
  /** The cursor's JSON text; undefined before the first. */
  cursor: string | undefined
  /** When this process last wrote it down, epoch ms. */
  writtenAt = 0
  horizon: FeedState['horizon']
  last: FeedState['last']
  /** Pages of which every row is held. The client hands out the same page while the vendor sends the same bytes. */
  readonly held = new WeakSet<object>()
  readonly rows = new HeldRows()
  /** The customers that the vendor listed when nobody had come or gone. */
  listed: string | undefined
  /** The feed's lease as far as we know. */
  fence: number
  #customers: { at: number; ids: string[] } | undefined
  /** What is written down of what was covered, by customer: it is told at every turn, and written once. */
  readonly #covered = new Map<string | null, string>()

  constructor({ cursor, horizon, last, fence }: FeedState) {
    this.fence = fence
    this.cursor = JSON.stringify(cursor)
    this.horizon = horizon
    this.last = last
  }

  /** What of it is not written down yet. */
  news(covered: readonly Covered[] = []): Covered[] {
    return covered.filter((one) => this.#covered.get(one.customerId) !== JSON.stringify(one))
  }

  /** To be called when it is committed. */
  keep(covered: readonly Covered[]): void {
    for (const one of covered) this.#covered.set(one.customerId, JSON.stringify(one))
  }

  /** They come from another feed; see `forgetCustomers`. */
  async customers(now: number, ask: () => Promise<string[]>): Promise<string[]> {
    const kept = this.#customers
    if (kept !== undefined && kept.ids.length > 0 && now - kept.at < customersMs) return kept.ids
    const ids = await ask()
    this.#customers = { at: now, ids }
    return ids
  }

  forgetCustomers(): void {
    this.#customers = undefined
  }
}

const memories = new WeakMap<Store, Map<string, FeedMemory>>()

export function feedLease(connectionId: string, feed: string): string {
  return `feed:${connectionId}:${feed}`
}

/** By the name of the feed's lease. */
export function recall(store: Store, name: string): FeedMemory | undefined {
  return memories.get(store)?.get(name)
}

export function remember(store: Store, name: string, memory: FeedMemory): void {
  const all = memories.get(store) ?? new Map<string, FeedMemory>()
  memories.set(store, all.set(name, memory))
}

/** There are customers whom no feed knows of yet. */
export function forgetCustomers(store: Store): void {
  for (const memory of memories.get(store)?.values() ?? []) memory.forgetCustomers()
}

/** After a failure nobody knows what was committed: the database tells. */
export function forget(store: Store, name: string): void {
  memories.get(store)?.delete(name)
}
