import { allProtections } from '../src/pipeline/protections.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import type { Connector } from '../src/connectors/connector.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import { defaultSwitches } from '../src/contract/contract.ts'
import { inProcessFetch } from '../src/contract/in-process.ts'
import { type Behaviour, createServer } from '../src/contract/server.ts'
import type { Fetch, Outside } from '../src/domain/outside.ts'
import { idOf } from '../src/domain/id.ts'
import { linkCustomer } from '../src/pipeline/decide-mapping.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { deliver } from '../src/pipeline/outbox.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Vendors } from '../src/pipeline/vendors.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { connectAll } from '../src/simulation/connect.ts'
import { customersOf } from '../src/store/customers.ts'
import { record as recordOf } from '../src/store/records.ts'
import { freshSqlite } from '../src/store/testing.ts'
import { openStore } from '../src/store/store.ts'
import { tenants } from '../src/store/tenants.ts'

import { hasSchema, openSchema } from './support/ocsf.ts'

/** OCSF's own schema, where it can be had. */
const checkEvent = hasSchema ? openSchema() : () => []

/** Real input: what the vendors have published, served to the real client, down the whole line to tickets. */

const now = Date.UTC(2026, 10, 22)
const folder = join(import.meta.dirname, '..', 'src', 'connectors')

function published(vendor: string, operation: string): unknown[] | undefined {
  const file = join(folder, vendor, 'fixtures', `${operation}.json`)
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { records: unknown[] }).records
}

/** The vendor's sandbox, answering with the published records wherever there are any. */
function publishedServer({ contract, sandbox }: Connector): Fetch {
  const switches = defaultSwitches(contract)
  const world = makeWorld({ seed: 1, customers: 1, start: now, days: 0 })
  const state = sandbox.open(world, { now: () => now, random: () => 0.5, switches })
  const behaviours: Record<string, Behaviour> = { ...state.behaviours }
  for (const op of Object.values(contract.operations)) {
    const records = published(contract.vendor, op.id)
    if (records !== undefined) behaviours[op.id] = () => (op.paging === undefined ? records[0] : records)
  }
  const identify = (key: string) => state.identify(key)
  const server = createServer({
    contract,
    behaviours,
    identify,
    now: () => now,
    switches,
    newRequestId: () => 'req_1',
  })
  const mount = sandbox.mounts[0] ?? ''
  return inProcessFetch(
    (request) => server({ ...request, path: request.path.slice(mount.length) }),
    '127.0.0.1',
  )
}

const connectors = await loadConnectors()
const detectors = connectors.filter((one) =>
  one.feeds.some((feed) => published(one.contract.vendor, `${feed.name}.list`) && feed.kind === 'findings'),
)

test.each(detectors.map((one) => [one.contract.title, one] as const))(
  '%s: every published record has one ticket',
  async (_, detector) => {
    const holder = connectors.find((one) => one.desk !== undefined)
    if (holder?.desk === undefined) throw new Error('no vendor holds tickets')
    const store = await openStore(await freshSqlite())
    const world = makeWorld({ seed: 1, customers: 2, start: now, days: 0 })
    const clock = { now: () => now, sleep: () => Promise.resolve(), random: () => 0.5 }
    const sandbox = new Sandbox([holder, detector], world, clock)
    const [toTickets, toPublished] = [sandbox.fetch(), publishedServer(detector)]
    const mount = detector.sandbox.mounts[0] ?? ''
    const sleep = (_ms: number, signal?: AbortSignal): Promise<void> =>
      signal ? new Promise<void>(() => {}) : Promise.resolve()
    const outside: Outside = {
      ...clock,
      sleep,
      fetch: (url, init) => (new URL(url).pathname.startsWith(mount) ? toPublished : toTickets)(url, init),
    }
    const vendors = new Vendors([holder, detector], outside)
    const live = connectAll(vendors, sandbox, now)
    const hub: Hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
    const read = async (kind: string): Promise<void> => {
      for (const one of live) {
        for (const feed of one.connector.feeds.filter((each) => each.kind === kind)) {
          const run = await syncFeed(hub, one, feed)
          if (run?.outcome === 'failed') throw new Error(`${feed.name}: ${run.error}`)
        }
      }
      await advance(hub)
    }

    await read('customers')
    const [tenant] = await tenants(store.db)
    for (const { connectionId, vendorId } of await customersOf(store.db, detector.contract.vendor)) {
      const by = { hub, actor: 'test', reason: 'one customer for all', now }
      await store.transaction((tx) => linkCustomer(tx, by, { connectionId, vendorId }, tenant?.id ?? null))
    }
    await read('findings')
    const [desk] = live.filter((one) => one.connector === holder)
    if (desk === undefined) throw new Error('no connection holds tickets')
    while ((await deliver(hub, desk)) !== 0);

    const texts = sandbox.truth().filed.map((ticket) => ticket.text)
    for (const feed of detector.feeds.filter((one) => one.kind === 'findings')) {
      const records = published(detector.contract.vendor, `${feed.name}.list`) ?? []
      const ids = await store.db
        .selectFrom('findings')
        .select(['vendor_id', 'record_id'])
        .where('feed', '=', feed.name)
        .execute()
      expect(ids.length).toBe(new Set(records.map((record) => idOf('rec', JSON.stringify(record)))).size)
      for (const { vendor_id, record_id } of ids) {
        const record = await recordOf(store.db, record_id)
        const event = record && feed.toReading?.(record).event
        expect([vendor_id, checkEvent('detection_finding', event)]).toEqual([vendor_id, []])
        const reference = `Source: ${detector.contract.vendor}/${feed.name}/${vendor_id}`
        expect([reference, texts.filter((text) => text.split('\n').includes(reference)).length]).toEqual([
          reference,
          1,
        ])
      }
    }
    await store.close()
  },
)
