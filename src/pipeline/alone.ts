import type { Db } from '../store/store.ts'
import type { Hub } from './hub.ts'
import { withLease } from './lease.ts'

/** Runs a person's decision in one transaction, while no process moves records along the line. */
export async function alone<T>(hub: Hub, work: (tx: Db, now: number) => Promise<T>): Promise<T> {
  for (;;) {
    const done = await withLease(hub, 'line', async (lease) => ({
      value: await hub.store.transaction(async (tx) => {
        await lease.renew(tx)
        return work(tx, hub.outside.now())
      }),
    }))
    if (done !== undefined) return done.value
    await hub.outside.sleep(100)
  }
}
