import PQueue from 'p-queue'

import type { Outside } from '../domain/outside.ts'
import { type LimitRule, type Pace, SlidingWindow } from './limits.ts'

/** Higher goes first: writes, settling an ambiguous write, open incidents, inventory, back-fill. */
export const priorities = { write: 5, settle: 4, open: 3, inventory: 2, backfill: 1 } as const
export type Priority = keyof typeof priorities

/** What all clients of one credential (or one egress address) may send together. */
export class Budget {
  readonly #rule: Pace
  readonly #outside: Pick<Outside, 'now' | 'sleep'>
  readonly #window = new SlidingWindow()
  readonly #queue: PQueue
  /** Limits that only some of the requests count against, by name. */
  readonly #lanes = new Map<string, Budget>()
  #pausedUntil = 0
  /** Requests let through. */
  spent = 0

  constructor(rule: Pace, outside: Pick<Outside, 'now' | 'sleep'>) {
    this.#rule = rule
    this.#outside = outside
    this.#queue = new PQueue({ concurrency: rule.concurrency })
  }

  /** Runs `send` as soon as the budget allows, in order of priority. `also` is a limit that not all requests share. */
  run<T>(priority: Priority, send: () => Promise<T>, also?: LimitRule): Promise<T> {
    if (also !== undefined) return this.#lane(also).run(priority, () => this.run(priority, send))
    this.#hold()
    return this.#queue.add(
      () => {
        this.#window.add(this.#outside.now())
        this.spent++
        if (this.#queue.size > 0) this.#hold()
        return send()
      },
      { priority: priorities[priority] },
    )
  }

  /** The vendor said to wait: nobody who shares this budget sends before. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#outside.now() + ms)
    if (this.#queue.size > 0) this.#hold()
  }

  #lane(rule: LimitRule): Budget {
    const name = rule.name ?? ''
    const lane =
      this.#lanes.get(name) ?? new Budget({ ...rule, concurrency: this.#rule.concurrency }, this.#outside)
    this.#lanes.set(name, lane)
    return lane
  }

  /** Everybody waits in the queue, not at its head: who comes later and matters more still goes first. */
  #hold(): void {
    if (this.#queue.isPaused || this.#waitMs() <= 0) return
    this.#queue.pause()
    void this.#reopen()
  }

  async #reopen(): Promise<void> {
    for (let wait = this.#waitMs(); wait > 0; wait = this.#waitMs()) await this.#outside.sleep(wait)
    this.#queue.start()
  }

  #waitMs(): number {
    const now = this.#outside.now()
    return Math.max(this.#pausedUntil - now, this.#window.waitMs(this.#rule, now))
  }
}
