import type { Outside } from '../domain/outside.ts'
import type { SqliteHandle } from '../store/sqlite.ts'

class ProcessDied extends Error {
  override name = 'ProcessDied'
}

/**
 * One life of a process. It dies at the await that its countdown reaches: nothing that it waits for ever comes back,
 * and its database answers no more. What it had asked of the network is carried out all the same.
 */
export class Life {
  dead = false
  readonly #onDeath: () => void
  #left = Infinity

  constructor(onDeath: () => void) {
    this.#onDeath = onDeath
  }

  /** From now on its awaits are counted; Infinity for a process that does not die. */
  begin(awaits: number): void {
    this.#left = awaits
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
      if (this.#count()) throw new ProcessDied('the process has died')
      return database.prepare(text)
    }
    return {
      get inTransaction() {
        return database.inTransaction ?? false
      },
      prepare,
    }
  }

  async #step(): Promise<void> {
    if (this.#count()) await new Promise<never>(() => {})
  }

  /** Counts one await; true when the process is dead. */
  #count(): boolean {
    if (!this.dead && --this.#left <= 0) {
      this.dead = true
      this.#onDeath()
    }
    return this.dead
  }
}
