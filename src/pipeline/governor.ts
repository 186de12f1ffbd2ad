import type { Ledger } from '../contract/budget.ts'
import { type LedgerState, calm, giveBack, takeShare } from '../contract/ledger.ts'
import type { Pace } from '../contract/limits.ts'
import { type StoredBudget, putBudget, readBudget } from '../store/budgets.ts'
import type { Db } from '../store/store.ts'
import type { Log } from './hub.ts'

export interface GovernorParts {
  db: Db
  now(): number
  /** Names this process. */
  holder: string
  /** Another process, by its holder's name, that is known to be gone. */
  hasDied(holder: string): boolean
  log: Log
}

export interface LedgerPlace {
  name: string
  /** Ids of the connections that share it. */
  connections: ReadonlySet<string>
  rule: Pace
}

/**
 * Keeps the budgets in the database, for this process and the others: each holds a share of each limit, and what a
 * crashed one may have sent counts as spent. One statement a change, none a request.
 */
export class Governor {
  readonly #parts: GovernorParts
  /** As this process last left them: as long as nobody else changed one, nothing need be read. */
  readonly #kept = new Map<string, StoredBudget>()
  #silent = false

  constructor(parts: GovernorParts) {
    this.#parts = parts
  }

  ledger(place: LedgerPlace): Ledger {
    const { holder, now, hasDied } = this.#parts
    const isGone = (other: string): boolean => other !== holder && hasDied(other)
    return {
      take: (want, mood) =>
        this.#change(place, (state, at) => {
          const taken = takeShare(state, place.rule, { holder, want, now: at, mood, isGone })
          return [taken.state, taken.share]
        }),
      giveBack: (sent, lastAt, mood) =>
        this.#change(place, (state) => {
          return [giveBack(state, place.rule, holder, { sent, lastAt, mood, now: now() }), undefined]
        }),
    }
  }

  /** Whoever changed it first is first: the other looks again. Rejects while the database cannot be reached. */
  async #change<T>(
    { name, connections, rule }: LedgerPlace,
    change: (state: LedgerState, now: number) => [LedgerState, T],
  ): Promise<T> {
    try {
      for (;;) {
        const kept = this.#kept.get(name) ?? (await readBudget(this.#parts.db, name))
        const updatedAt = this.#parts.now()
        const [state, result] = change(kept ?? { holdings: [], mood: calm }, updatedAt)
        const version = (kept?.version ?? 0) + 1
        const next = { name, connections: [...connections], rule, ...state, version, updatedAt }
        if (await putBudget(this.#parts.db, next)) {
          this.#kept.set(name, next)
          this.#silent = false
          return result
        }
        this.#kept.delete(name)
      }
    } catch (error) {
      this.#kept.delete(name)
      this.#tell(name, error)
      throw error
    }
  }

  /** Once per trouble: it is tried again every few seconds. */
  #tell(budget: string, error: unknown): void {
    if (!this.#silent)
      this.#parts.log('warn', 'a budget cannot be read: nothing is sent beyond the share that is held', {
        budget,
        reason: error instanceof Error ? error.message : String(error),
      })
    this.#silent = true
  }
}
