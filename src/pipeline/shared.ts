import type { WorkItem, WorkQueue } from '../store/work-queue.ts'
import { type Handout, Rest, type Wake, attempt } from './handout.ts'
import type { Hub } from './hub.ts'

/** Due work is asked for this often, by one small query. */
const pollMs = 1_000
/** At once, so that the work of a fresh start goes to all processes. */
const atOnce = 4
const soonMs = 50
/** Work whose process died is handed out again after this long: its lease has just run out by then. */
const guardMs = 45_000
/** Whatever got lost on the way is planned again this often. */
const mendMs = 60_000

interface Task {
  work: () => Promise<number>
  running: boolean
  woken: boolean
}

/** Several processes share the work: the queue tells whose turn it is, leases keep a late one from doing harm. */
export class Shared implements Handout {
  readonly #hub: Hub
  readonly #queue: WorkQueue
  readonly #tasks = new Map<string, Task>()
  /** Names that the queue must be told of, and how long they may wait. */
  readonly #unplanned = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #rest: Rest
  readonly #turning: Promise<void>
  #mendAt = 0
  #stopped = false

  constructor(hub: Hub, queue: WorkQueue) {
    this.#hub = hub
    this.#queue = queue
    this.#rest = new Rest(hub)
    this.#turning = this.#turn()
  }

  repeat(name: string, work: () => Promise<number>, firstMs: number): Wake {
    const task: Task = { work, running: false, woken: false }
    this.#tasks.set(name, task)
    this.#soon(name, firstMs)
    return () => {
      if (task.running) task.woken = true
      else this.#soon(name, 0)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#rest.end()
    await this.#turning
    await Promise.all(this.#running)
  }

  #soon(name: string, ms: number): void {
    this.#unplanned.set(name, ms)
    this.#rest.end()
  }

  async #turn(): Promise<void> {
    while (!this.#stopped) {
      const wait = await attempt(this.#hub, 'the shared work', () => this.#handOut())
      if (!this.#stopped) await this.#rest.take(wait)
    }
  }

  async #handOut(): Promise<number> {
    for (const [name, ms] of this.#unplanned) {
      this.#unplanned.delete(name)
      await this.#queue.replan(name, ms)
    }
    const now = this.#hub.outside.now()
    if (now >= this.#mendAt) await this.#queue.plan([...this.#tasks.keys()], guardMs)
    if (now >= this.#mendAt) this.#mendAt = now + mendMs
    const items = await this.#queue.take(atOnce)
    if (items.length === 0) return pollMs
    // Before it begins: should we die meanwhile, another process comes to it.
    const known = items.map(({ name }) => name).filter((name) => this.#tasks.has(name))
    if (known.length > 0) await this.#queue.plan(known, guardMs)
    for (const item of items) this.#begin(item)
    return items.length === atOnce ? soonMs : pollMs
  }

  #begin(item: WorkItem): void {
    const running = this.#run(item).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run(item: WorkItem): Promise<void> {
    const task = this.#tasks.get(item.name)
    await attempt(this.#hub, `the shared work, ${item.name}`, async () => {
      if (task !== undefined && !task.running) {
        task.running = true
        task.woken = false
        const wait = await attempt(this.#hub, item.name, task.work)
        task.running = false
        await this.#queue.replan(item.name, task.woken ? 0 : wait)
        if (task.woken || wait <= 0) this.#rest.end()
      }
      await this.#queue.done(item)
      return 0
    })
  }
}
