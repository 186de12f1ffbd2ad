import PQueue from 'p-queue'

import type { Outside } from '../domain/outside.ts'
import { type LimitRule, SlidingWindow } from './limits.ts'

/** Higher goes first: writes, settling an ambiguous write, open incidents, inventory, back-fill. */
export const priorities = { write: 5, settle: 4, open: 3, inventory: 2, backfill: 1 } as const
export type Priority = keyof typeof priorities

/** What all clients of one credential (or one egress address) may send together. */
export class Budget {
  readonly #rule: LimitRule
  readonly #outside: Pick<Outside, 'now' | 'sleep'>
  readonly #window = new SlidingWindow()
  readonly #queue: PQueue
  #pausedUntil = 0
  /** Requests let through. */
  spent = 0

  constructor(rule: LimitRule & { concurrency: number }, outside: Pick<Outside, 'now' | 'sleep'>) {
    this.#rule = rule
    this.#outside = outside
    this.#queue = new PQueue({ concurrency: rule.concurrency })
  }

  /** Runs `send` as soon as the budget allows, in order of priority. */
  run<T>(priority: Priority, send: () => Promise<T>): Promise<T> {
    return this.#queue.add(
      async () => {
        await this.#turn()
        return send()
      },
      { priority: priorities[priority] },
    )
  }

  /** The vendor said to wait: nobody who shares this budget sends before. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#outside.now() + ms)
  }

  async #turn(): Promise<void> {
    for (;;) {
      const now = this.#outside.now()
      const wait = Math.max(this.#pausedUntil - now, this.#window.waitMs(this.#rule, now))
      if (wait <= 0) break
      await this.#outside.sleep(wait)
    }
    this.#window.add(this.#outside.now())
    this.spent++
  }
}
