import type { Identity } from './auth.ts'
import type { Operation } from './operation.ts'
import type { Refusal } from './refusal.ts'
import type { WireRequest } from './wire.ts'

/** Whose requests are counted together. */
export type LimitScope = 'credential' | 'address'

export interface LimitRule {
  scope: LimitScope
  requests: number
  windowMs: number
  /** Counted in whole windows by the clock, instead of over the last `windowMs`. */
  aligned?: boolean
  /** Rules with different names are counted apart, also when their figures are the same. */
  name?: string
}

export type Pace = LimitRule & {
  concurrency: number
  /** The vendor publishes no limit: this one is a guess, halved whenever it proves too high. */
  guessed?: true
}

/** How a vendor limits. The client half paces itself below the limit; the server half counts and refuses. */
export interface LimitHabit {
  /** What the client allows itself. */
  pace: Pace
  /** A further limit that only some operations count against: writes, say. */
  alsoPaced?(op: Operation, settings: Readonly<Record<string, string>>): LimitRule | undefined
  /** How long an answer asks to wait, ms, from whatever headers this vendor sends. */
  heed(headers: { get(name: string): string | null }, status: number, now: number): number | undefined
  /** The vendor's own count, where an answer's headers tell it; `resetAt` is epoch ms. */
  learn?(
    headers: { get(name: string): string | null },
    now: number,
  ): { limit: number; remaining: number; resetAt: number } | undefined
  /** What the sandbox grants, from the switches; `undefined` grants everything. */
  grant(request: WireRequest, switches: Record<string, string>, identity?: Identity): LimitRule | undefined
  /** `waitMs` is how long until a request would be let in. */
  refuse(waitMs: number, switches: Record<string, string>, now: number): Refusal
  /** Headers of every answer. */
  headers?(
    window: { limit: number; remaining: number; resetAt: number },
    now: number,
    switches: Record<string, string>,
  ): Record<string, string>
}

/** The requests of the last `windowMs` (or since the window began), counted exactly. Both halves use it. */
export class SlidingWindow {
  #times: number[] = []
  #first = 0

  /** Ms until one more request fits; 0 means now. */
  waitMs(rule: Pick<LimitRule, 'requests' | 'windowMs' | 'aligned'>, now: number): number {
    if ((this.#times.at(-1) ?? 0) > now) this.#setBack(now)
    const began = rule.aligned === true ? now - (now % rule.windowMs) : undefined
    this.#forget(began === undefined ? now - rule.windowMs : began - 1)
    const over = this.#times.length - this.#first - rule.requests
    if (over < 0) return 0
    if (began !== undefined) return began + rule.windowMs - now
    return Math.max(1, (this.#times[this.#first + over] ?? now) + rule.windowMs - now)
  }

  add(now: number): void {
    this.#times.push(now)
  }

  count(): number {
    return this.#times.length - this.#first
  }

  /** The clock was set back: what it has not reached yet counts as sent just now, or nobody could send until then. */
  #setBack(now: number): void {
    this.#times = this.#times.map((time) => Math.min(time, now))
  }

  #forget(until: number): void {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= until) this.#first++
    if (this.#first < 512) return
    this.#times = this.#times.slice(this.#first)
    this.#first = 0
  }
}

/** Retry-After as whole seconds or an HTTP date, in ms from now. */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
