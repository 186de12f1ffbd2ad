import type { Connector } from '../../src/connectors/connector.ts'
import type { DeskPeople } from '../../src/connectors/sandbox-vendor.ts'
import type { Feed } from '../../src/connectors/feed.ts'
import { loadConnectors } from '../../src/connectors/registry.ts'
import type { Fetch, Outside } from '../../src/domain/outside.ts'
import type { PolicyChange } from '../../src/domain/policy.ts'
import type { Hub } from '../../src/pipeline/hub.ts'
import { advance } from '../../src/pipeline/line.ts'
import { deliver, hasOutbox } from '../../src/pipeline/outbox.ts'
import { allProtections } from '../../src/pipeline/protections.ts'
import { syncFeed } from '../../src/pipeline/sync.ts'
import { Vendors } from '../../src/pipeline/vendors.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { makeWorld } from '../../src/sandbox/world.ts'
import { connectAll } from '../../src/simulation/connect.ts'
import { listCases } from '../../src/store/cases.ts'
import { putPolicy } from '../../src/store/policies.ts'
import { openStore } from '../../src/store/store.ts'
import { freshSqlite } from '../../src/store/testing.ts'
import { listTickets } from '../../src/store/tickets.ts'
import plainVendor from './sixth-vendor/plain/index.ts'

/** A hub over one desk and one detector whose alerts the test holds in its hand; time moves when the test says so. */

const start = Date.UTC(2026, 5, 1, 12)
const hour = 3_600_000

export interface Alert {
  id: number
  open: boolean
  host: string
  severity?: number
  advice?: string
}

export async function smallHub(
  policy: PolicyChange = {},
  between: (fetch: Fetch) => Fetch = (fetch) => fetch,
  withBoard = false,
) {
  const all = await loadConnectors()
  const holder = all.find((one) => one.desk !== undefined)
  if (holder === undefined) throw new Error('no vendor holds tickets')
  const { desk, people } = withPeople(holder)
  const alerts: Alert[] = []
  const boards = all.filter((one) => withBoard && one.board !== undefined).map(withPeople)
  const connectors = [desk, handHeld(alerts), ...boards.map((one) => one.desk)]
  const clock = { now: start }
  const world = makeWorld({ seed: 3, customers: 2, start, days: 0 })
  const time = { now: () => clock.now, sleep: () => Promise.resolve(), random: () => 0.5 }
  const sandbox = new Sandbox(connectors, world, time)
  const fetch = sandbox.fetch()
  const outside: Outside = {
    ...time,
    sleep: (ms, signal) => {
      if (signal) return new Promise<void>(() => {}) // a time-out that nobody reaches
      clock.now += ms
      return Promise.resolve()
    },
    fetch: between(fetch),
  }
  const store = await openStore(await freshSqlite())
  const live = connectAll(new Vendors(connectors, outside), sandbox, start)
  const hub: Hub = { store, outside, live, holder: 'test', protections: { ...allProtections }, log: () => {} }
  await putPolicy(store.db, '', policy, start)

  const read = async (kind: Feed['kind']): Promise<void> => {
    for (const one of live)
      for (const feed of one.connector.feeds.filter((each) => each.kind === kind)) {
        const run = await syncFeed(hub, one, feed)
        if (run?.outcome !== 'ok') throw new Error(`${feed.name}: ${run?.error}`)
      }
    await advance(hub)
  }
  /** Everything that is there to do is done, there and back. */
  const settle = async (ms = 60_000): Promise<void> => {
    clock.now += ms
    await read('findings')
    for (let round = 0; round < 8; round++) {
      for (const one of live.filter(hasOutbox)) while ((await deliver(hub, one)) !== 0);
      await read('tickets')
      if (withBoard) await read('tasks')
      clock.now += 45_000
    }
  }
  await read('customers')
  return {
    hub,
    store,
    clock,
    alerts,
    people: people(),
    boardPeople: boards[0]?.people(),
    sandbox,
    settle,
    read,
    by: world.technicians[1]?.email ?? '',
    world,
    hour,
    onlyCase: async () => (await listCases(store.db, { limit: 10 }))[0]!,
    tickets: async () => (await listTickets(store.db, { limit: 100 })).toReversed(),
    filed: () => sandbox.truth().filed,
    /** As the desk's own interface shows it to an admin. */
    async show(path: string, put?: unknown): Promise<any> {
      const found = sandbox
        .connections('http://sandbox.test')
        .find((one) => one.vendor === desk.contract.vendor)
      const headers = { authorization: `Bearer ${found?.keys[1]?.value}` }
      const sent = put === undefined ? { method: 'GET' } : { method: 'PUT', body: JSON.stringify(put) }
      const url = `${found?.baseUrl}${path}`
      const answer = await fetch(url, {
        ...sent,
        headers: { ...headers, 'content-type': 'application/json' },
        redirect: 'manual',
      })
      return JSON.parse(await answer.text())
    },
  }
}

function handHeld(alerts: Alert[]): Connector {
  const [accounts, feed] = plainVendor.feeds
  if (accounts === undefined || feed === undefined) throw new Error('the plain vendor has two feeds')
  const held: Feed = {
    ...feed,
    async *read({ now }) {
      const rows = alerts.map((one) => {
        const row = {
          id: one.id,
          account: 1,
          host: one.host,
          title: `Alert on ${one.host}`,
          at: start + one.id,
        }
        const body = JSON.stringify({
          ...row,
          severity: one.severity ?? 3,
          open: one.open,
          advice: one.advice,
        })
        return { vendorId: String(one.id), customerId: '1', time: row.at, open: one.open, body }
      })
      yield { rows, cursor: { now } }
    },
    toReading: (record) => {
      const reading = feed.toReading!(record)
      const { severity, advice } = JSON.parse(record.body) as { severity: number; advice?: string }
      const remediation = advice === undefined ? {} : { remediation: { desc: advice } }
      return { ...reading, event: { ...reading.event, severity_id: severity, ...remediation } }
    },
  }
  return { ...plainVendor, feeds: [accounts, held] }
}

/** The desk, with a door to the people who work there. */
function withPeople(desk: Connector): { desk: Connector; people: () => DeskPeople } {
  let found: DeskPeople | undefined
  const open: Connector['sandbox']['open'] = (world, options) => {
    const state = desk.sandbox.open(world, options)
    found = state.people
    return state
  }
  const people = (): DeskPeople => {
    if (found === undefined) throw new Error('nobody works at the desk')
    return found
  }
  return { desk: { ...desk, sandbox: { ...desk.sandbox, open } }, people }
}
