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
  const got = await takeLease(hub, store.db, name)
  if (got === undefined) return undefined
  const renew = async (tx: Db): Promise<void> => {
    const renewed = await renewLease(tx, name, holder, got.fence, outside.now() + leaseMs)
    if (!renewed) throw new LeaseLost(`${name} is held by another process`)
  }
  try {
    return await work({ name, fence: got.fence, renew })
  } finally {
    await giveBack(hub, name, got.fence)
  }
}

/**
 * For work that takes the lease, and takes it again, in the very transactions that have something to commit. Undefined
 * when somebody else holds it; a fence other than the last one tells that somebody may have held it meanwhile.
 */
export async function takeLease(
  { outside, holder, protections }: Hub,
  db: Db,
  name: string,
): Promise<{ fence: number } | undefined> {
  return protections.lease ? acquireLease(db, name, holder, leaseMs, outside.now()) : { fence: 0 }
}

export async function giveBack(
  { store, holder, protections }: Hub,
  name: string,
  fence: number,
): Promise<void> {
  if (protections.lease) await releaseLease(store.db, name, holder, fence)
}

/**
 * The right to do a job of which most turns change nothing: it is taken in the transaction that has something to commit,
 * and only if nobody else has held it since the last time that we know of. Until then all that we know holds.
 */
export class LateLease {
  readonly name: string
  readonly #hub: Hub
  #fence: number
  #held = false

  /** `fence`: the number under which the job was held last, 0 for never. */
  constructor(hub: Hub, name: string, fence: number) {
    this.#hub = hub
    this.name = name
    this.#fence = fence
  }

  get fence(): number {
    return this.#fence
  }

  /** To be called in each transaction; what it returns is for `committed`. Throws LeaseLost. */
  async take(tx: Db): Promise<number> {
    const got = await takeLease(this.#hub, tx, this.name)
    if (got === undefined) throw new LeaseLost(`${this.name} is held by another process`)
    // Still ours, or taken over from ourselves.
    if (got.fence <= this.#fence + 1) return got.fence
    throw new LeaseLost(`${this.name} was held by another process meanwhile`)
  }

  committed(fence: number): void {
    this.#fence = fence
    this.#held = true
  }

  async release(): Promise<void> {
    if (this.#held) await giveBack(this.#hub, this.name, this.#fence)
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
