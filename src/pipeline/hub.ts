import type { Outside } from '../domain/outside.ts'
import type { Store } from '../store/store.ts'
import type { WorkQueue } from '../store/work-queue.ts'
import type { Protections } from './protections.ts'
import type { Live } from './vendors.ts'

/** What every stage is given. */
export interface Hub {
  store: Store
  outside: Outside
  live: readonly Live[]
  /** Names this process in leases. */
  holder: string
  protections: Protections
  log: Log
  /** Where several processes share the work; without it all of it is done here. */
  queue?: WorkQueue
}

/** One line of structured news. Never holds a key. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void
