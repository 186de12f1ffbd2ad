import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { normalEntities } from '../domain/entity.ts'
import { randomFrom } from '../domain/random.ts'
import { toRecord } from '../domain/record.ts'
import { makeWorld } from '../sandbox/world.ts'
import { Holding } from './conformance.ts'
import type { Connector } from './connector.ts'
import type { Feed } from './feed.ts'
import { loadConnectors } from './registry.ts'
import { type Pair, openPair } from './testing.ts'

// However a vendor puts it, by every value of every switch: the feeds bring the same, a desk and a board do their work.

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000
const days = 3
const longestLag = 2 * 3_600_000

const further =
  process.env['WATCHFLOOR_CONNECTORS'] ?? join(import.meta.dirname, '../../test/support/sixth-vendor')
const connectors = await loadConnectors(further)

/** A world that has come to rest: nothing appears or changes any more, however long the test waits. */
function open(connector: Connector, switches: Record<string, string>): Pair {
  const world = makeWorld({ seed: 23, customers: 4, start, days })
  return openPair(connector, { world, now: start + (days + 5) * day + longestLag, switches })
}

/** One at a time, also what the simulation sets beyond the values that are named. */
function eachSwitch({ contract }: Connector): [setting: string, switches: Record<string, string>][] {
  return Object.entries(contract.switches).flatMap(([name, { values, hostile = [] }]) =>
    [...new Set([...values.slice(1), ...hostile])]
      .filter((value) => value !== values[0])
      .map((value) => [`${name}=${value}`, { [name]: value }] as [string, Record<string, string>]),
  )
}

const cases = connectors.flatMap((connector) =>
  eachSwitch(connector).map(
    ([setting, switches]) => [`${connector.contract.vendor} ${setting}`, connector, switches] as const,
  ),
)

/** Every other switch stands otherwise than by default, as the simulation may set it. */
function drawn({ contract }: Connector, random: () => number): Record<string, string> {
  const chosen = Object.entries(contract.switches).flatMap(([name, { values, free, hostile }]) => {
    const others = (hostile ?? (free === true ? [] : values)).filter((value) => value !== values[0])
    const value = others[Math.floor(random() * others.length)]
    return random() < 0.5 && value !== undefined ? [[name, value]] : []
  })
  return Object.fromEntries(chosen)
}

const combinations = connectors.flatMap((connector) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const switches = drawn(connector, randomFrom(seed))
    return [`${connector.contract.vendor} ${JSON.stringify(switches)}`, connector, switches] as const
  }),
)

describe('feeds', () => {
  const expected = new Map<Connector, Promise<Told>>()
  const plain = (connector: Connector): Promise<Told> => {
    const known = expected.get(connector) ?? readFeeds(connector, {})
    expected.set(connector, known)
    return known
  }

  test.each(connectors.map((one) => [one.contract.vendor, one] as const))(
    '%s: every feed brings something',
    async (_, connector) => {
      // Of a ticketing vendor's tickets only ours are read, and here are none.
      const full = connector.feeds.filter((feed) => feed.kind !== 'tickets').map((feed) => feed.name)
      const read = await plain(connector)
      expect(full.filter((name) => read[name]?.length === 0)).toEqual([])
    },
  )

  test.each(cases)('%s: the same rows, and none of them less open', async (_, connector, switches) => {
    const [before, read] = [await plain(connector), await readFeeds(connector, switches)]
    const alters = Object.keys(switches).some((name) => connector.contract.switches[name]?.alters === true)
    const compared = (told: Told): unknown => (alters ? namesOf(told) : told)
    expect(compared(read)).toEqual(compared(before))
    expect(namesOf(read, true)).toEqual(expect.arrayContaining(namesOf(before, true)))
  })
})

describe('several at once', () => {
  test.each(combinations)('%s: the same rows', async (_, connector, switches) => {
    const [before, read] = [await readFeeds(connector, {}), await readFeeds(connector, switches)]
    expect(namesOf(read)).toEqual(namesOf(before))
  })
})

type Told = Record<string, TellTale[]>

/** Whose, and which; of all, or of the open ones. */
function namesOf(read: Told, openOnly = false): string[] {
  return Object.entries(read).flatMap(([feed, rows]) =>
    rows
      .filter((row) => row.isOpen || !openOnly)
      .map(({ customerId, vendorId }) => `${feed} ${customerId}/${vendorId}`),
  )
}

describe('desks', () => {
  const desks = [...cases, ...combinations].filter(([, { desk }]) => desk !== undefined)

  test.each(desks)('%s: a ticket is made, found, spoken to and closed', async (_, connector, switches) => {
    const { desk } = connector
    const { client, clock } = open(connector, switches)
    const since = clock.now - 60_000
    const [customerId = ''] = await customersOf(connector, switches)
    const marker = '[WF-7K2M9QX4TB]'
    const draft = { marker, customerId, subject: `Ransomware ${marker}`, body: 'Text', hostname: null }
    const made = await desk!.create(client, { kind: 'create', ...draft, severity: 'high' })
    expect(made.ok ? '' : made.error.line).toBe('')
    clock.now += longestLag
    const found = await desk!.findTickets(client, { marker, customerId, since })
    expect(found.map((one) => [one.vendorId, one.closed])).toEqual([[made.ticket?.vendorId, false]])
    const id = found[0]?.vendorId ?? ''
    const said = await desk!.note(client, id, { kind: 'note', subject: 'More of it [chg_1]', body: 'Text' })
    expect(said.ok ? '' : said.error.line).toBe('')
    expect(await desk!.findNote(client, id, '[chg_1]')).toBe(said.noteId)
    const closed = await desk!.change(client, id, { status: 'resolved' })
    expect(closed.ok ? '' : closed.error.line).toBe('')
    expect((await desk!.holds(client, id, { status: 'resolved' }))?.closed).toBe(true)
    expect((await desk!.ticketsSince(client, since)).map((one) => one.vendorId)).toEqual([id])
  })

  const watching = desks.filter(([, { desk }]) => desk?.alarms !== undefined)

  test.each(watching)(
    '%s: an alert is raised, found and cleared, and makes no ticket',
    async (_, connector, switches) => {
      const { alarms } = connector.desk!
      const { client, state } = open(connector, switches)
      const [customerId = ''] = await customersOf(connector, switches)
      const marker = '[chg_2]'
      const draft = {
        kind: 'alert',
        subject: 'Ransomware',
        marker,
        raise: true,
        customerId,
        hostname: null,
      } as const
      const raised = await alarms!.raise(client, { ...draft, body: 'Text' })
      expect(raised.ok ? '' : raised.error.line).toBe('')
      expect(await alarms!.find(client, marker)).toBe(raised.alertId)
      const cleared = await alarms!.clear(client, raised.alertId ?? '')
      expect(cleared.ok ? '' : cleared.error.line).toBe('')
      expect(state.filed?.()).toEqual([])
    },
  )
})

describe('boards', () => {
  const boards = [...cases, ...combinations].filter(([, { board }]) => board !== undefined)

  test.each(boards)('%s: a task is made, found, changed and done', async (_, connector, switches) => {
    const { board } = connector
    const { client, clock } = open(connector, switches)
    const [customerId = ''] = await customersOf(connector, switches)
    const [marker, other] = ['[WF-7K2M9QX4TB]', '[WF-8K2M9QX4TB]']
    const project = await board!.ensureProject(client, { customerId, name: 'Remediation', marker })
    expect(project.ok ? '' : project.error.line).toBe('')
    const projectId = project.ok ? project.value.vendorId : ''
    const draft = { projectId, name: 'Block', description: 'Text', severity: 'high', marker: other } as const
    const made = await board!.createTask(client, draft)
    expect(made.ok ? '' : made.error.line).toBe('')
    const id = made.ok ? made.value.vendorId : ''
    clock.now += longestLag
    expect((await board!.findProjects(client, marker)).map((one) => one.vendorId)).toEqual([projectId])
    const found = await board!.findTasks(client, other)
    expect(found.map((one) => [one.vendorId, one.done, one.name])).toEqual([[id, false, 'Block']])
    const done = await board!.updateTask(client, id, { done: true })
    expect(done.ok ? [done.value.done, done.value.name] : done.error.line).toEqual([true, 'Block'])
  })
})

async function customersOf(connector: Connector, switches: Record<string, string>): Promise<string[]> {
  const { client, clock } = open(connector, switches)
  const holding = new Holding()
  for (const feed of connector.feeds.filter((one) => one.kind === 'customers'))
    await holding.run(feed, client, clock.now, [])
  return [...holding.latest.keys()].toSorted()
}

/** Of everything that the feeds read in two runs each: whose it is, and what it says. */
async function readFeeds(connector: Connector, switches: Record<string, string>): Promise<Told> {
  const pair = open(connector, switches)
  const out: Told = {}
  let customers: string[] = []
  const feeds = connector.feeds.toSorted(
    (a, b) => Number(b.kind === 'customers') - Number(a.kind === 'customers'),
  )
  for (const feed of feeds) {
    const holding = new Holding()
    for (let run = 0; run < 2; run++) {
      await holding.run(feed, pair.client, pair.clock.now, customers)
      expect([feed.name, holding.incomplete, holding.rejected]).toEqual([feed.name, [], []])
      pair.clock.now += feed.everyMs
    }
    if (feed.kind === 'customers') customers = [...holding.latest.keys()]
    const now = pair.clock.now
    out[feed.name] = [...holding.latest.values()]
      .map((seed) => tell(feed, toRecord('connection', feed.name, seed, now), pair))
      .toSorted((a, b) => (a.vendorId < b.vendorId ? -1 : 1))
  }
  return out
}

interface TellTale {
  customerId: string | null
  vendorId: string
  isOpen: boolean
  [more: string]: unknown
}

function tell(feed: Feed, record: ReturnType<typeof toRecord>, { client }: Pair): TellTale {
  const { vendorId, customerId, open: isOpen } = record
  const reading = feed.toReading?.(record)
  const said = reading && {
    title: reading.event.finding_info.title,
    hosts: normalEntities(reading.entities)
      .filter((one) => one.kind === 'host')
      .map((one) => one.value)
      .toSorted(),
    second: Math.floor(record.time / 1000),
  }
  const customer = feed.toCustomer?.(record, client.settings)?.name
  const asset = feed.toAsset?.(record)?.name
  return { customerId, vendorId, isOpen, ...said, customer, asset }
}
