import { acquireLease, leaseHolders, releaseAllOf, releaseLease, renewLease } from '../store/leases.ts'
import type { Db } from '../store/store.ts'
import type { Hub } from './hub.ts'

/** A holder that dies is followed by another after this long. */
const leaseMs = 30_000

export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** The right to do one job, until somebody else holds it. Work is fenced: its transaction checks that we still hold it. */
export interface Lease {
  name: string
  fence: number
  /** Throws LeaseLost inside the transaction whose work must then not be committed; extends the lease otherwise. */
  renew(tx: Db): Promise<void>
}

/** Runs `work` when nobody else holds the job; undefined when somebody does. */
export async function withLease<T>(
  hub: Hub,
  name: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> {
  const { store, outside, holder } = hub
  if (!hub.protections.lease) return work({ name, fence: 0, renew: async () => {} })
  const got = await acquireLease(store.db, name, holder, leaseMs, outside.now())
  if (got === undefined) return undefined
  const renew = async (tx: Db): Promise<void> => {
    const renewed = await renewLease(tx, name, holder, got.fence, outside.now() + leaseMs)
    if (!renewed) throw new LeaseLost(`${name} is held by another process`)
  }
  try {
    return await work({ name, fence: got.fence, renew })
  } finally {
    await releaseLease(store.db, name, holder, got.fence)
  }
}

/** A hub that starts again after a crash need not wait for the leases of its former self. */
export async function releaseTheDead(
  db: Db,
  now: number,
  hasDied: (holder: string) => boolean,
): Promise<void> {
  for (const holder of await leaseHolders(db, now)) if (hasDied(holder)) await releaseAllOf(db, holder)
}
