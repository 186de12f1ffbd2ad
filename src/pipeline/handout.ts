import { ApiError } from '../contract/api-error.ts'
import type { Hub } from './hub.ts'
import { LeaseLost } from './lease.ts'

/** Who hands out work: what is to be done again and again, each piece at its own pace, until it is stopped. */
export interface Handout {
  /** `work` returns how long the next time may wait, ms. It must be right when it is run twice: leases see to that. */
  repeat(name: string, work: () => Promise<number>, firstMs: number): Wake
  /** Resolves when the last piece of work has ended. */
  stop(): Promise<void>
}

/** Something has happened: the work that this belongs to is done at once, or again if it is being done. */
export type Wake = () => void

/** After work that failed. */
export const retryMs = 15_000

/** One process has all the work: a loop for each piece. */
export class Loops implements Handout {
  readonly #hub: Hub
  readonly #rests: Rest[] = []
  readonly #loops: Promise<void>[] = []
  #stopped = false

  constructor(hub: Hub) {
    this.#hub = hub
  }

  repeat(name: string, work: () => Promise<number>, firstMs = 0): Wake {
    const rest = new Rest(this.#hub)
    this.#rests.push(rest)
    this.#loops.push(this.#loop(name, work, rest, firstMs))
    return () => rest.end()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const rest of this.#rests) rest.end()
    await Promise.all(this.#loops)
  }

  async #loop(name: string, work: () => Promise<number>, rest: Rest, firstMs: number): Promise<void> {
    let wait = firstMs
    while (!this.#stopped) {
      if (wait > 0) await rest.take(wait)
      if (!this.#stopped) wait = await attempt(this.#hub, name, work)
    }
  }
}

/** A pause that news end; news that came before it are not lost. */
export class Rest {
  readonly #hub: Hub
  #ended = false
  #sleeping: AbortController | undefined

  constructor(hub: Hub) {
    this.#hub = hub
  }

  end(): void {
    this.#ended = true
    this.#sleeping?.abort('news')
  }

  async take(ms: number): Promise<void> {
    if (!this.#ended) {
      this.#sleeping = new AbortController()
      await this.#hub.outside.sleep(ms, this.#sleeping.signal)
      this.#sleeping = undefined
    }
    this.#ended = false
  }
}

/** Runs a piece of work; its trouble is logged and ends nothing else. Returns how long the next time may wait. */
export async function attempt(hub: Hub, name: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    const expected = error instanceof ApiError || error instanceof LeaseLost
    const message = error instanceof Error ? error.message : String(error)
    hub.log(expected ? 'warn' : 'error', `${name}: ${message}`, expected ? {} : { error: name })
    return retryMs
  }
}
