import { setImmediate } from 'node:timers/promises'

interface Timer {
  at: number
  order: number
  wake: () => void
  /** Nobody waits for it any more. */
  over: boolean
}

/** The event loop is left to others (signals, a test's runner) after so many timers only: a turn of it is dear. */
const loopEvery = 256

/** All work here is made of promises without I/O: Node calls this back when every one of them has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Time that passes only when everybody sleeps: a month in seconds, and the same month every time. */
export class VirtualClock {
  #now: number
  #order = 0
  /** A binary heap by (at, order). */
  readonly #timers: Timer[] = []

  constructor(start: number) {
    this.#now = start
  }

  now = (): number => this.#now

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const wake = (): void => {
        timer.over = true
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, wake, over: false }
      this.#push(timer)
      signal?.addEventListener('abort', wake, { once: true })
    })

  /** Runs everything that is due up to `until`, or until `ended` says so. */
  async run(until: number, ended: () => boolean = () => false): Promise<void> {
    for (let turns = 0; ;) {
      await settled()
      if (++turns % loopEvery === 0) await setImmediate()
      while (this.#timers[0]?.over === true) this.#pop()
      const next = this.#timers[0]
      if (ended()) return
      if (next === undefined || next.at > until) break
      this.#pop()
      this.#now = Math.max(this.#now, next.at)
      next.wake()
    }
    if (until < Infinity) this.#now = Math.max(this.#now, until)
  }

  #push(timer: Timer): void {
    const heap = this.#timers
    let i = heap.push(timer) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#before(i, parent)) break
      this.#swap(i, parent)
      i = parent
    }
  }

  #pop(): void {
    const heap = this.#timers
    this.#swap(0, heap.length - 1)
    heap.pop()
    for (let i = 0; ;) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && this.#before(child, least)) least = child
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }

  #before(i: number, j: number): boolean {
    const [a, b] = [this.#timers[i], this.#timers[j]]
    if (a === undefined || b === undefined) return false
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #swap(i: number, j: number): void {
    const heap = this.#timers
    const [a, b] = [heap[i], heap[j]]
    if (a === undefined || b === undefined) return
    heap[i] = b
    heap[j] = a
  }
}
