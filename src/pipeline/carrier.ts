import type { ApiError } from '../contract/api-error.ts'
import type { Db } from '../store/store.ts'
import type { StoredChange } from '../store/ticket-changes.ts'

/** How one kind of change travels: one request, and the look-up that tells whether it was carried out. */
export interface Carrier {
  /** For how long after a request its effect may stay invisible to look-ups, ms. */
  visibilityMs: number
  /** Sends it, once. */
  carry(change: StoredChange): Promise<Carried>
  /** Undefined when it has surely not been carried out yet. Throws ApiError when that cannot be told. */
  lookUp(change: StoredChange): Promise<Done | undefined>
}

export type Carried = { done: Done; error?: never } | { done?: never; error: ApiError }

/** What was made or changed at the vendor. */
export interface Done {
  vendorId: string
  /** What else is to be kept, in the transaction that settles the change. */
  keep?(tx: Db, now: number): Promise<void>
}
