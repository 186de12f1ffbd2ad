import { allProtections } from '../../pipeline/protections.ts'
import { Governor } from '../../pipeline/governor.ts'
import type { Hub, Log } from '../../pipeline/hub.ts'
import { Vendors } from '../../pipeline/vendors.ts'
import { sealingKey, withData } from './data.ts'
import { openAll } from './live.ts'
import type { Program } from './program.ts'
import { vendorsOf } from './vendors.ts'

/** A hub for one command, over the data that is there. */
export async function withHub<T>(program: Program, log: Log, work: (hub: Hub) => Promise<T>): Promise<T> {
  const { outside, holder, hasDied } = program
  const vendors = new Vendors(await vendorsOf(program), outside)
  return withData(program, async ({ store }) => {
    vendors.governBy(new Governor({ db: store.db, now: () => outside.now(), holder, hasDied, log }))
    const live = await openAll(store.db, vendors, () => sealingKey(program), log)
    try {
      return await work({ store, outside, live, holder, protections: allProtections, log })
    } finally {
      await vendors.giveBack()
    }
  })
}
