import type { Outside } from '../domain/outside.ts'
import type { SqliteHandle } from '../store/sqlite.ts'

class ProcessDied extends Error {
  override name = 'ProcessDied'
}

/** What becomes of a process at the await that its countdown reaches. */
export interface Fate {
  /** Infinity for a process that goes on. */
  awaits: number
  /** A suspended one (a laptop's lid, a paused virtual machine) goes on later, and knows nothing of the time between. */
  ending: 'death' | 'suspension'
}

/**
 * One life of a process. Dead, nothing that it waits for ever comes back, and its database answers no more. What it had
 * asked of the network is carried out all the same.
 */
export class Life {
  dead = false
  #left = Infinity
  #ending: Fate['ending'] = 'death'
  #suspension: PromiseWithResolvers<void> | undefined

  /** From now on its awaits are counted. */
  begin({ awaits, ending }: Fate): void {
    this.#left = awaits
    this.#ending = ending
  }

  get suspended(): boolean {
    return this.#suspension !== undefined
  }

  /** Goes on where it stood, and dies after so many awaits more. */
  resume(awaits: number): void {
    this.begin({ awaits, ending: 'death' })
    this.#suspension?.resolve()
    this.#suspension = undefined
  }

  outside(world: Outside): Outside {
    return {
      now: world.now,
      random: world.random,
      sleep: async (ms, signal) => {
        await world.sleep(ms, signal)
        await this.#step()
      },
      fetch: async (url, init) => {
        await this.#step()
        const answer = await world.fetch(url, init)
        await this.#step()
        return answer
      },
    }
  }

  handle(database: SqliteHandle): SqliteHandle {
    const prepare = (text: string): ReturnType<SqliteHandle['prepare']> => {
      if (this.#isOver()) {
        // Its connection is closed with it, and with that what it had begun.
        if (database.inTransaction === true) database.prepare('rollback').run()
        throw new ProcessDied('the process has died')
      }
      return database.prepare(text)
    }
    return {
      root: database.root ?? database,
      get inTransaction() {
        return database.inTransaction ?? false
      },
      prepare,
    }
  }

  async #step(): Promise<void> {
    const over = this.#isOver()
    if (!over && this.#left <= 0) this.#suspension ??= Promise.withResolvers()
    if (this.#suspension !== undefined) await this.#suspension.promise
    if (over || this.dead) await new Promise<never>(() => {})
  }

  /** Counts one await; true when the process is dead. A suspension waits for a step between two pieces of work. */
  #isOver(): boolean {
    if (!this.dead && --this.#left <= 0 && this.#ending === 'death') this.dead = true
    return this.dead
  }
}
