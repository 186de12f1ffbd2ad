import type { Outside } from '../domain/outside.ts'
import { type Learned, type Mood, type Share, calm, factorOf, halved, merged } from './ledger.ts'
import { type LimitRule, type Pace, SlidingWindow } from './limits.ts'

/** First goes first: writes, settling an ambiguous write, open incidents, inventory, back-fill. */
const order = ['write', 'settle', 'open', 'inventory', 'backfill'] as const
export type Priority = (typeof order)[number]

/**
 * The part of a window that each may fill at once where others come too: what matters more finds room, even behind a long
 * back-fill. What is left is filled slowly. Who is alone fills all of it at once.
 */
const headroom: Readonly<Record<Priority, number>> = {
  write: 1,
  settle: 1,
  open: 0.95,
  inventory: 0.8,
  backfill: 0.6,
}

/** Where a budget is kept over a restart, and shared with other processes. */
export interface Ledger {
  take(want: number, mood: Mood): Promise<Share>
  giveBack(sent: number, lastAt: number, mood: Mood): Promise<void>
}

/** Whether a part of the window stays free of it, for those who matter more. */
function leavesRoom(priority: Priority): boolean {
  return headroom[priority] < headroom.open
}

interface Waiting {
  start(): void
}

/** After a ledger that could not be reached. */
const retryMs = 15_000

/** What all clients of one credential (or one egress address) may send together. */
export class Budget {
  readonly rule: Pace
  readonly #outside: Pick<Outside, 'now' | 'sleep'>
  readonly #window = new SlidingWindow()
  readonly #waiting: readonly Waiting[][] = order.map(() => [])
  /** Limits that only some of the requests count against, by name. */
  readonly #lanes = new Map<string, Budget>()
  /** The rule as far as it is ours at the moment; one object, because it is asked for with every request. */
  readonly #granted: { requests: number; windowMs: number; aligned: boolean }
  #open: ((lane: string, rule: Pace) => Ledger) | undefined
  #ledger: Ledger | undefined
  #share: Share
  /** A share grows by so much at a time: what a crash wastes is less than that, and a part of what was used. */
  readonly #step: number
  #asking = false
  #running = 0
  #peak = 0
  #lastAt = 0
  /** When somebody came last who must never wait. */
  #urgentAt = -Infinity
  /** When somebody came last who found one that matters less waiting in line. */
  #metAt = -Infinity
  #wakeAt = Infinity
  #mood: Mood = calm
  /** Requests that the vendor's own count still allows. */
  #left = Infinity
  /** Requests let through. */
  spent = 0

  constructor(rule: Pace, outside: Pick<Outside, 'now' | 'sleep'>) {
    this.rule = rule
    this.#outside = outside
    this.#granted = { requests: rule.requests, windowMs: rule.windowMs, aligned: rule.aligned === true }
    this.#step = Math.ceil(rule.requests / 8)
    this.#share = { requests: rule.requests, until: Infinity, again: 0, mood: calm }
  }

  /** Runs `send` as soon as the budget allows, in order of priority. `also` is a limit that not all requests share. */
  run<T>(priority: Priority, send: () => Promise<T>, also?: LimitRule): Promise<T> {
    if (also !== undefined) return this.#lane(also).run(priority, () => this.run(priority, send))
    if (headroom[priority] === 1) this.#urgentAt = this.#outside.now()
    if (this.#meets(priority)) this.#metAt = this.#outside.now()
    if (this.#first() < 0 && this.#running < this.rule.concurrency && this.#waitMs(priority) <= 0)
      return this.#start(send)
    return new Promise((resolve) => {
      this.#waiting[order.indexOf(priority)]?.push({ start: () => resolve(this.#start(send)) })
      this.#go()
    })
  }

  /** The vendor said to wait: nobody who shares this budget sends before. */
  pause(ms: number): void {
    const pausedUntil = this.#outside.now() + ms
    if (pausedUntil <= this.#mood.pausedUntil) return
    this.#mood = { ...this.#mood, pausedUntil }
    if (ms >= 1000) this.#tell()
  }

  /** The vendor refused for the rate. Where it does not say how long, or publishes no limit, ours was a guess: halve it. */
  throttled(ms: number, told: boolean): void {
    if (!told || this.rule.guessed === true) this.#mood = halved(this.#mood, this.rule, this.#outside.now())
    this.pause(ms)
  }

  /** The vendor's own count, from an answer's headers; of a limit that not all requests share, if `also` names one. */
  learn(learned: Omit<Learned, 'at'>, also?: LimitRule): void {
    if (also !== undefined) return this.#lane(also).learn(learned)
    const now = this.#outside.now()
    const resetAt = Math.min(learned.resetAt, now + 2 * this.rule.windowMs)
    this.#mood = { ...this.#mood, learned: { ...learned, resetAt, at: now } }
    // Those on their way may not be in the vendor's count yet; this one is.
    this.#left = learned.remaining - Math.max(0, this.#running - 1)
  }

  /** From now on the budget is what this ledger grants; `open` gives one for each limit, '' is the budget's own. */
  keepIn(open: (lane: string, rule: Pace) => Ledger): void {
    this.#open = open
    this.#ledger = open('', this.rule)
    this.#share = { requests: 0, until: 0, again: 0, mood: this.#mood }
    for (const [name, lane] of this.#lanes) lane.keepIn((_, rule) => open(name, rule))
  }

  /** Nothing is sent any more until it is kept in another ledger. */
  async giveBack(): Promise<void> {
    const [ledger, held] = [this.#ledger, this.#share.until > 0]
    this.#ledger = undefined
    this.#share = { requests: 0, until: 0, again: 0, mood: this.#mood }
    if (held) await ledger?.giveBack(this.#sentInWindow(), this.#lastAt, this.#mood)
    await Promise.all([...this.#lanes.values()].map((lane) => lane.giveBack()))
  }

  #lane(rule: LimitRule): Budget {
    const name = rule.name ?? ''
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane = new Budget({ ...rule, concurrency: this.rule.concurrency }, this.#outside)
    const open = this.#open
    if (open !== undefined) lane.keepIn((_, paced) => open(name, paced))
    this.#lanes.set(name, lane)
    return lane
  }

  async #start<T>(send: () => Promise<T>): Promise<T> {
    this.#lastAt = this.#outside.now()
    this.#window.add(this.#lastAt)
    this.#peak = Math.max(this.#peak, this.#window.count())
    this.#left--
    this.spent++
    this.#running++
    try {
      return await send()
    } finally {
      this.#running--
      this.#go()
    }
  }

  /** Everybody waits in line, not at its head: who comes later and matters more still goes first. */
  #go(): void {
    while (this.#running < this.rule.concurrency) {
      const first = this.#first()
      const priority = order[first]
      if (priority === undefined) return
      const wait = this.#waitMs(priority)
      if (wait > 0) return void this.#wakeIn(wait)
      this.#waiting[first]?.shift()?.start()
    }
  }

  #first(): number {
    return this.#waiting.findIndex((line) => line.length > 0)
  }

  /** Whether somebody stands in line who leaves room for one of this priority. */
  #meets(priority: Priority): boolean {
    if (leavesRoom(priority)) return false
    return order.some((other, i) => leavesRoom(other) && (this.#waiting[i]?.length ?? 0) > 0)
  }

  async #wakeIn(ms: number): Promise<void> {
    const at = this.#outside.now() + ms
    if (at >= this.#wakeAt) return
    this.#wakeAt = at
    await this.#outside.sleep(ms)
    if (this.#wakeAt === at) this.#wakeAt = Infinity
    this.#go()
  }

  #waitMs(priority: Priority): number {
    const now = this.#outside.now()
    const { pausedUntil, learned } = this.#mood
    if (pausedUntil > now) return pausedUntil - now
    if (learned !== null && learned.resetAt > now && this.#left <= learned.limit * (1 - headroom[priority]))
      return learned.resetAt - now
    const share = this.#share
    if (share.until <= now || share.requests === 0) return this.#need(now, 1)
    const granted = Math.max(1, Math.floor(share.requests * factorOf(this.#mood, this.rule, now)))
    this.#granted.requests = Math.ceil(granted * headroom[priority])
    const full = this.#window.waitMs(this.#granted, now)
    const mayFill = full > 0 && leavesRoom(priority)
    const wait = mayFill ? Math.min(full, this.#beyondMs(granted, now)) : full
    if (wait > 0 && share.requests < this.rule.requests)
      return Math.min(wait, this.#need(now, share.requests + Math.min(share.requests, this.#step)))
    return wait
  }

  /**
   * Beyond its part of the window: at once for who has been alone, else one by one, three times as fast as the window lets
   * through in the long run. Not to the brim where somebody who must never wait has come lately.
   */
  #beyondMs(granted: number, now: number): number {
    const { windowMs } = this.rule
    const lately = (at: number): boolean => now - at < 10 * windowMs
    this.#granted.requests = Math.floor(granted * (lately(this.#urgentAt) ? headroom.open : 1))
    const brim = this.#window.waitMs(this.#granted, now)
    return lately(this.#metAt) ? Math.max(brim, this.#lastAt + (0.3 * windowMs) / granted - now) : brim
  }

  /** Asks for a larger share, unless there was none just now; ms until there is something new. */
  #need(now: number, least: number): number {
    if (this.#asking || this.#ledger === undefined) return Infinity // who answers goes on by itself
    if (this.#share.again > now) return this.#share.again - now
    void this.#ask(least)
    return Infinity
  }

  /** What the vendor has taught must outlive this process. */
  #tell(): void {
    if (!this.#asking && this.#ledger !== undefined) void this.#ask(this.#share.requests)
  }

  async #ask(least: number): Promise<void> {
    const ledger = this.#ledger
    if (ledger === undefined) return
    this.#asking = true
    const base = Math.ceil(this.#step / 4)
    const used = Math.min(Math.ceil(this.#peak * 1.25), this.#share.requests)
    const want = Math.min(this.rule.requests, Math.max(base, least, used))
    try {
      const share = await ledger.take(want, this.#mood)
      if (ledger !== this.#ledger) return
      this.#share = share
      this.#hear(share.mood)
      this.#peak = this.#sentInWindow()
    } catch {
      // What we hold stands until it ends; the ledger's keeper has told why.
      this.#share = { ...this.#share, again: this.#outside.now() + retryMs }
    } finally {
      this.#asking = false
      this.#go()
    }
  }

  /** What other processes were taught. */
  #hear(told: Mood): void {
    const own = this.#mood.learned
    this.#mood = merged(told, this.#mood, this.#outside.now())
    if (this.#mood.learned !== null && this.#mood.learned.at !== own?.at)
      this.#left = this.#mood.learned.remaining
  }

  #sentInWindow(): number {
    this.#window.waitMs(this.rule, this.#outside.now())
    return this.#window.count()
  }
}
