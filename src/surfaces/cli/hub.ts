import { allProtections } from '../../pipeline/protections.ts'
import { loadConnectors } from '../../connectors/registry.ts'
import type { Hub, Log } from '../../pipeline/hub.ts'
import { Vendors } from '../../pipeline/vendors.ts'
import { sealingKey, withData } from './data.ts'
import { openAll } from './live.ts'
import type { Program } from './program.ts'

/** A hub for one command, over the data that is there. */
export async function withHub<T>(program: Program, log: Log, work: (hub: Hub) => Promise<T>): Promise<T> {
  const vendors = new Vendors(await loadConnectors(), program.outside)
  return withData(program, async ({ store }) => {
    const live = await openAll(store.db, vendors, () => sealingKey(program), log)
    return work({
      store,
      outside: program.outside,
      live,
      holder: program.holder,
      protections: allProtections,
      log,
    })
  })
}
