import type { Connector } from '../connectors/connector.ts'
import type { Outside } from '../domain/outside.ts'
import type { Hub, Log } from '../pipeline/hub.ts'
import { Governor } from '../pipeline/governor.ts'
import type { Protections } from '../pipeline/protections.ts'
import { type Schedule, start } from '../pipeline/schedule.ts'
import { Vendors } from '../pipeline/vendors.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { SqliteHandle } from '../store/sqlite.ts'
import { type Store, openStore } from '../store/store.ts'
import { connectAll } from './connect.ts'
import { type Fate, Life } from './life.ts'

/** What every process of a run finds. */
export interface Machine {
  connectors: readonly Connector[]
  sandbox: Sandbox
  database: SqliteHandle
  world: Outside
  protections: Protections
  log: Log
  /** When the connections were made. */
  since: number
  /** Of every process so far, by its name. */
  lives: Map<string, Life>
}

/** One process of the hub, from its start to its end. */
export class Process {
  readonly life: Life
  readonly store: Store
  readonly #schedule: Schedule

  private constructor(life: Life, store: Store, schedule: Schedule) {
    this.life = life
    this.store = store
    this.#schedule = schedule
  }

  /** Starts a hub on the store as it stands. `skewMs` is how far its clock is off. */
  static async start(machine: Machine, name: string, fate: Fate, skewMs = 0): Promise<Process> {
    const { connectors, sandbox, database, world, protections, log, since } = machine
    const life = new Life()
    machine.lives.set(name, life)
    // Opening the store is not part of the life: a process that dies while migrating has nothing to lose.
    const store = await openStore({ kind: 'sqlite', database: life.handle(database) })
    life.begin(fate)
    const outside = life.outside({ ...world, now: () => world.now() + skewMs })
    const vendors = new Vendors(connectors, outside)
    const hasDied = (holder: string): boolean => machine.lives.get(holder)?.dead === true
    vendors.governBy(new Governor({ db: store.db, now: outside.now, holder: name, hasDied, log }))
    const live = connectAll(vendors, sandbox, since)
    const hub: Hub = { store, outside, live, holder: name, protections, log }
    return new Process(life, store, start(hub))
  }

  /** Dead, or standing still: somebody has to start another. */
  get gone(): boolean {
    return this.life.dead || this.life.suspended
  }

  stop(): Promise<void> {
    return this.#schedule.stop()
  }
}
