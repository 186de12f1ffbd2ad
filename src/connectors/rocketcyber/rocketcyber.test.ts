import { describe, expect, test } from 'vitest'

import { normalEntities } from '../../domain/entity.ts'
import { detectionFinding } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { Fetch } from '../../domain/outside.ts'
import { toRecord } from '../../domain/record.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Holding } from '../conformance.ts'
import type { Batch, Feed } from '../feed.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import { type World, seenBy, tradeName } from '../world.ts'
import { eventKey, type listEvents, verdictOf } from './events.ts'
import { attribute } from './attribution.ts'
import { findIncident, isOpen, listIncidents } from './incidents.ts'
import connector from './index.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000
const minute = 60_000

const feed = (name: string): Feed => connector.feeds.find((one) => one.name === name)!

interface Open {
  pair: Pair
  world: World
  requests: string[]
  incidents: Holding
  customers: string[]
  run(onBatch?: (batch: Batch) => void): Promise<void>
}

type Plan = Partial<PairOptions> & { customers?: number; days?: number; attacksPerCustomerDay?: number }

async function setUp(options: Plan = {}): Promise<Open> {
  const { customers: count = 8, days = 4, attacksPerCustomerDay = 2 } = options
  const made = makeWorld({ seed: 7, customers: count, start, days, attacksPerCustomerDay })
  const world = { ...made, happenings: made.happenings.filter((one) => seenBy(one, 'soc')) }
  const requests: string[] = []
  const between = (fetch: Fetch): Fetch => {
    const inner = options.between?.(fetch) ?? fetch
    return (url, init) => {
      requests.push(decodeURIComponent(url.slice(url.indexOf('/v3') + 3)))
      return inner(url, init)
    }
  }
  const switches = { rateLimit: '0', ...options.switches }
  const pair = openPair(connector, { world, now: start + 2 * day, ...options, switches, between })
  const found = new Holding()
  await found.run(feed('customers'), pair.client, pair.clock.now, [])
  const customers = [...found.latest.keys()]
  requests.length = 0
  const incidents = new Holding()
  const run = (onBatch?: (batch: Batch) => void): Promise<void> =>
    incidents.run(feed('incidents'), pair.client, pair.clock.now, customers, onBatch)
  return { pair, world, requests, incidents, customers, run }
}

/** What the vendor shows by now, and to whom it belongs. */
function truth(world: World, now: number): Map<string, string> {
  const shown = world.happenings.filter((one) => one.shownAt <= now)
  return new Map(shown.map((one) => [String(13_000_000 + one.number), String(1000 + one.customer.number)]))
}

function owners(holding: Holding): Map<string, string | null> {
  return new Map([...holding.latest.values()].map((row) => [row.vendorId, row.customerId]))
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const busy = { customers: 3, days: 6, attacksPerCustomerDay: 200 }

test('the first run reads every incident with its customer, in as few requests as possible', async () => {
  const { pair, world, requests, incidents, customers, run } = await setUp()
  await run()
  expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  expect(requests).toHaveLength(customers.length)
  expect(incidents.incomplete).toEqual([])
})

test('then a cycle with nothing new costs one request, and no row', async () => {
  const { pair, requests, incidents, run } = await setUp()
  await run()
  pair.clock.now += 1
  await run()
  requests.length = 0
  const { batches } = incidents
  await run()
  expect(requests).toHaveLength(1)
  expect(incidents.batches - batches).toBe(1)
})

test('new incidents are found and attributed by halving, resolutions are seen, for two days of cycles', async () => {
  const { pair, world, requests, incidents, run } = await setUp({ customers: 8 })
  await run()
  requests.length = 0
  let cycles = 0
  for (; pair.clock.now < start + 4 * day; pair.clock.now += 5 * minute) {
    await run()
    cycles++
  }
  await run()
  expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  const open = [...incidents.latest.values()].filter((row) => row.open).map((row) => row.vendorId)
  const really = world.happenings.filter(
    (one) => one.shownAt <= pair.clock.now && !(one.resolvedAt !== null && one.resolvedAt <= pair.clock.now),
  )
  expect(open.toSorted()).toEqual(really.map((one) => String(13_000_000 + one.number)).toSorted())
  const news = world.happenings.filter(
    (one) => one.shownAt > start + 2 * day && one.shownAt <= pair.clock.now,
  ).length
  // Three a cycle, some for the reconciles, and for each new incident at most log2(8) and one to make sure.
  expect(requests.length).toBeLessThanOrEqual(cycles * 3 + 10 + news * 4)
  expect(incidents.incomplete).toEqual([])
})

function perCustomer(owned: Map<string, string | null>): number[] {
  return Object.values(Object.groupBy(owned.values(), (owner) => owner ?? '')).map(
    (list) => list?.length ?? 0,
  )
}

/** Answers to matching requests are changed on their way. */
function altered(match: RegExp, change: (body: any) => unknown): (fetch: Fetch) => Fetch {
  return (fetch) => async (url, init) => {
    const answer = await fetch(url, init)
    if (!match.test(decodeURIComponent(url))) return answer
    const text = JSON.stringify(change(JSON.parse(await answer.text())))
    return { ...answer, text: () => Promise.resolve(text) }
  }
}

function without(id: string): (body: any) => unknown {
  return (body) => {
    const data = body.data.filter((row: { id: string }) => row.id !== id)
    const gone = body.data.length - data.length
    return { ...body, data, totalCount: body.totalCount - gone, dataCount: data.length }
  }
}

/** Something that happened at `at` and was shown at `shownAt`. */
function happen(world: World, at: number, shownAt: number, resolvedAt: number | null = null): string {
  const [model] = world.happenings
  const number = Math.max(...world.happenings.map((one) => one.number)) + 1
  world.happenings.push({ ...model!, number, at, shownAt, resolvedAt, attack: `late ${number}` })
  return String(13_000_000 + number)
}

describe('the history', () => {
  test('takes as many requests as there are full pages, and gives every row once', async () => {
    const { pair, world, requests, incidents, run } = await setUp({ ...busy, now: start + 10 * day })
    const rows: string[] = []
    await run((batch) => rows.push(...batch.rows.map((row) => row.vendorId)))
    const owned = truth(world, pair.clock.now)
    expect(requests).toHaveLength(perCustomer(owned).reduce((sum, count) => sum + Math.ceil(count / 1000), 0))
    expect(perCustomer(owned).every((count) => count > 2000)).toBe(true)
    expect(rows).toHaveLength(owned.size)
    expect(sorted(owners(incidents))).toEqual(sorted(owned))
  })

  test('goes on behind the last committed page when the process died in between', async () => {
    const { pair, world, requests, incidents, run } = await setUp({ ...busy, now: start + 10 * day })
    let batches = 0
    const dies = run(() => {
      if (++batches === 5) throw new Error('killed')
    })
    await expect(dies).rejects.toThrow('killed')
    expect(requests).toHaveLength(5)
    await run()
    const owned = truth(world, pair.clock.now)
    expect(requests).toHaveLength(perCustomer(owned).reduce((sum, count) => sum + Math.ceil(count / 1000), 0))
    expect(sorted(owners(incidents))).toEqual(sorted(owned))
  })

  test('misses nothing while incidents appear and are resolved between its pages', async () => {
    const found: { pair?: Pair } = {}
    const { pair, world, incidents, run } = await setUp({
      ...busy,
      now: start + 3 * day,
      between: (fetch) => (url, init) => {
        if (url.includes('/incidents')) found.pair!.clock.now += 7 * minute
        return fetch(url, init)
      },
    }).then((open) => Object.assign(open, { pair: (found.pair = open.pair) }))
    await run()
    pair.clock.now += minute
    await run()
    // What came after the last look is for the next cycle.
    const due = [...truth(world, pair.clock.now - 60 * minute)]
    expect(due.filter(([id, owner]) => incidents.latest.get(id)?.customerId !== owner)).toEqual([])
  })

  test('is read again when a row vanished between two pages', async () => {
    const open = await setUp({ ...busy, customers: 1, now: start + 10 * day })
    const first = String(13_000_000 + open.world.happenings[0]!.number)
    let batches = 0
    await open.run(() => {
      if (++batches === 1) open.pair.switches['withdrawn'] = first
    })
    expect(open.incidents.latest.size).toBe(truth(open.world, open.pair.clock.now).size)
    expect(open.incidents.incomplete).toEqual([])
    const pages = Math.ceil(open.incidents.latest.size / 1000)
    expect(open.requests).toHaveLength(2 * pages)
  })

  test('of one customer that fails does not hold up the others', async () => {
    const { incidents, customers, run } = await setUp({
      between: (fetch) => (url, init) =>
        /accountId=1003&/.test(url) ? Promise.resolve(failure(500)) : fetch(url, init),
    })
    await run()
    expect(incidents.incomplete.join()).toContain('customer 1003')
    const read = new Set([...incidents.latest.values()].map((row) => row.customerId))
    expect(customers.filter((one) => !read.has(one))).toEqual(['1003'])
  })

  test('of a customer that joins later is read when it joins', async () => {
    const { world, pair, customers, incidents, run } = await setUp()
    const late = customers.pop()!
    await run()
    expect([...incidents.latest.values()].some((row) => row.customerId === late)).toBe(false)
    customers.push(late)
    await run()
    expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  })
})

function failure(status: number): Awaited<ReturnType<Fetch>> {
  return {
    status,
    headers: { get: () => null },
    text: () => Promise.resolve('{"error":{"code":500,"message":"no"}}'),
  }
}

describe('following', () => {
  test('a row that is published two hours after it was created is found in the open set', async () => {
    const { world, pair, incidents, run } = await setUp()
    await run()
    const now = pair.clock.now
    const id = happen(world, now, now + 120 * minute)
    for (let i = 0; i < 30; i++) {
      pair.clock.now += 5 * minute
      await run()
    }
    expect(incidents.latest.get(id)?.customerId).toBe(String(1000 + world.happenings[0]!.customer.number))
  })

  test('a row that is published late and resolved at once is found by the reconcile at the latest', async () => {
    const { world, pair, incidents, run } = await setUp()
    await run()
    const now = pair.clock.now
    const id = happen(world, now - 20 * 60 * minute, now + 30_000, now - 19 * 60 * minute)
    for (let i = 0; i < 8; i++) {
      pair.clock.now += 60 * minute
      await run()
    }
    expect(incidents.latest.get(id)?.open).toBe(false)
  })

  test('while there is news at every turn the open set is asked for every ten minutes, and at once when there is none', async () => {
    const { world, pair, requests, run } = await setUp({ switches: { accountFields: 'present' } })
    await run()
    const turn = async (news: boolean): Promise<boolean> => {
      if (news) happen(world, pair.clock.now, pair.clock.now + minute)
      pair.clock.now += 2 * minute
      requests.length = 0
      await run()
      return requests.some((url) => url.includes('status=open'))
    }
    const asked: boolean[] = []
    for (const news of [true, true, true, true, true, true, true, false, false]) asked.push(await turn(news))
    expect(asked).toEqual([true, false, false, false, false, true, false, false, true])
  })

  test('a row that says whose it is costs no search', async () => {
    const { world, pair, requests, incidents, run } = await setUp({ switches: { accountFields: 'present' } })
    await run()
    requests.length = 0
    const id = happen(world, pair.clock.now, pair.clock.now + minute)
    pair.clock.now += 2 * minute
    await run()
    expect(requests).toHaveLength(3)
    expect(incidents.latest.get(id)?.customerId).toBe(String(1000 + world.happenings[0]!.customer.number))
  })

  test('a row that no account claims goes on without a customer', async () => {
    const { world, pair, customers, incidents, run } = await setUp()
    const stranger = customers.shift()!
    await run()
    const model = world.happenings.findIndex((one) => 1000 + one.customer.number === Number(stranger))
    world.happenings.unshift(...world.happenings.splice(model, 1))
    const id = happen(world, pair.clock.now, pair.clock.now + minute)
    pair.clock.now += 2 * minute
    await run()
    expect(incidents.latest.get(id)).toMatchObject({ customerId: null, open: true })
    customers.push(stranger)
    await run()
    expect(incidents.latest.get(id)?.customerId).toBe(stranger)
  })

  test('a row that was claimed by nobody is asked for again with the next reconcile', async () => {
    let mute = false
    const nobody = altered(/accountId=/, (body) =>
      mute ? { ...body, data: [], totalCount: 0, totalPages: 0 } : body,
    )
    const { world, pair, incidents, run } = await setUp({ between: nobody })
    await run()
    mute = true
    const id = happen(world, pair.clock.now, pair.clock.now)
    pair.clock.now += minute
    await run()
    mute = false
    expect(incidents.latest.get(id)?.customerId).toBe(null)
    pair.clock.now += 7 * 60 * minute
    await run()
    expect(incidents.latest.get(id)?.customerId).toBe(String(1000 + world.happenings[0]!.customer.number))
  })

  test('an incident that the vendor opens again is seen open again', async () => {
    const { world, pair, incidents, run } = await setUp({ switches: { reopens: 'some' } })
    await run()
    const one = world.happenings.find(
      ({ number, resolvedAt }) => number % 5 === 0 && resolvedAt !== null && resolvedAt > pair.clock.now,
    )!
    const id = String(13_000_000 + one.number)
    const seen: boolean[] = []
    const end = Math.max(one.shownAt, one.resolvedAt!) + 2 * 60 * minute
    for (; pair.clock.now < end; pair.clock.now += 10 * minute) {
      await run()
      const row = incidents.latest.get(id)
      if (row !== undefined && row.open !== seen.at(-1)) seen.push(row.open)
    }
    expect(seen).toEqual([true, false, true])
  })

  test('rows that enter the lists an hour late are found', async () => {
    const { world, pair, incidents, run } = await setUp({ switches: { indexLagSeconds: '3600' } })
    await run()
    const sighted = new Map([...incidents.latest.keys()].map((id) => [id, pair.clock.now]))
    for (const end = pair.clock.now + day; pair.clock.now < end; pair.clock.now += 5 * minute) {
      await run()
      for (const id of incidents.latest.keys()) sighted.set(id, sighted.get(id) ?? pair.clock.now)
    }
    const shown = world.happenings.filter((one) => one.shownAt <= pair.clock.now - 65 * minute)
    const delayOf = ({ number, shownAt }: (typeof shown)[number]): number =>
      (sighted.get(String(13_000_000 + number)) ?? Infinity) - shownAt
    const news = shown.filter((one) => one.shownAt > start + 2 * day).map(delayOf)
    expect(shown.map(delayOf).filter((ms) => ms === Infinity)).toEqual([])
    expect(Math.max(...news)).toBeGreaterThanOrEqual(60 * minute)
    expect(Math.min(...news)).toBeLessThan(10 * minute)
  })

  test('one of a hundred customers is found in eight questions at most', async () => {
    const { world, pair, requests, incidents, run } = await setUp({
      customers: 100,
      days: 3,
      now: start + 9 * day,
    })
    await run()
    await run()
    for (const customer of world.customers.filter(({ number }) => number % 9 === 1)) {
      const model = world.happenings.findIndex((one) => one.customer === customer)
      world.happenings.unshift(...world.happenings.splice(model, 1))
      const id = happen(world, pair.clock.now, pair.clock.now)
      requests.length = 0
      pair.clock.now += 1
      await run()
      expect(incidents.latest.get(id)?.customerId).toBe(String(1000 + customer.number))
      expect(requests.length - 3).toBeLessThanOrEqual(8)
    }
  })

  test('an incident that leaves the open set without a resolution is looked up, and matched by its exact number', async () => {
    const hidden = { id: '' }
    const { world, pair, requests, incidents, run } = await setUp({
      switches: { idFilter: 'off-by-one' },
      between: altered(/status=open|resolvedAt=/, (body) => without(hidden.id)(body)),
    })
    await run()
    const one = world.happenings.find(
      (each) => each.shownAt < pair.clock.now && (each.resolvedAt ?? 0) > pair.clock.now,
    )!
    hidden.id = String(13_000_000 + one.number)
    expect(incidents.latest.get(hidden.id)?.open).toBe(true)
    pair.clock.now = one.resolvedAt! + 2 * 60 * minute
    await run()
    expect(requests.some((request) => request.includes(`id=${hidden.id}`))).toBe(true)
    expect(incidents.latest.get(hidden.id)).toMatchObject({
      open: false,
      customerId: String(1000 + one.customer.number),
    })
    expect(incidents.incomplete).toEqual([])
  })

  test('an incident that is gone stays open, and the run says so until it is back', async () => {
    const { world, pair, incidents, run } = await setUp({ days: 1, now: start + 2 * day })
    await run()
    const one = world.happenings.find((each) => each.resolvedAt === null)!
    const id = String(13_000_000 + one.number)
    pair.switches['withdrawn'] = id
    for (let i = 0; i < 3; i++) {
      pair.clock.now += minute
      await run()
      expect(incidents.latest.get(id)?.open).toBe(true)
      expect(incidents.incomplete.join()).toContain(id)
    }
    pair.switches['withdrawn'] = 'none'
    pair.clock.now += minute
    await run()
    expect(incidents.incomplete).toEqual([])
  })

  test.each([
    ['an HTML page with 200', '<!DOCTYPE html><html><body>Application error</body></html>'],
    ['half an answer', '{"totalCount":3,"currentPage":1,"totalPages":1,"data":[{"id":"1","title":"x'],
    ['no envelope', '{"status":"ok"}'],
  ])('%s is asked for again, not taken for nothing', async (_name, text) => {
    let n = 0
    const { world, pair, incidents, run } = await setUp({
      between: (fetch) => (url, init) =>
        ++n % 3 === 0
          ? Promise.resolve({ status: 200, headers: { get: () => null }, text: () => Promise.resolve(text) })
          : fetch(url, init),
    })
    await run()
    await run()
    expect(sorted(owners(incidents))).toEqual(sorted(truth(world, pair.clock.now)))
  })

  test('an open set of several pages is read whole while it moves', async () => {
    const found: { pair?: Pair } = {}
    const open = await setUp({
      ...busy,
      now: start + 10 * day,
      between: (fetch) => (url, init) => {
        if (/status=open/.test(url) && found.pair)
          found.pair.switches['withdrawn'] = gone.splice(0, 1).join() || 'none'
        return fetch(url, init)
      },
    })
    const gone = open.world.happenings
      .filter((one) => one.resolvedAt === null)
      .map((one) => String(13_000_000 + one.number))
    await open.run()
    found.pair = open.pair
    open.pair.clock.now += minute
    await open.run()
    // One vanishes with each request, none of the others is passed over: only what is gone is looked up.
    const searched = open.requests.filter((request) => request.includes('?id=')).join()
    expect(searched.split(',').length).toBeLessThan(10)
  })
})

describe('customers', () => {
  const read = async (
    options: Plan,
  ): Promise<{ names: Map<string, string>; requests: string[]; holding: Holding; open: Open }> => {
    const open = await setUp(options)
    const holding = new Holding()
    await holding.run(feed('customers'), open.pair.client, open.pair.clock.now, [])
    const records = [...holding.latest.values()].map((row) =>
      feed('customers').toCustomer!(toRecord('c', 'customers', row, 0)),
    )
    const names = new Map(records.map((customer) => [customer!.vendorId, customer!.name]))
    return { names, requests: [...open.requests], holding, open }
  }
  const expected = (open: Open): [string, string][] =>
    open.world.customers.map((customer) => [String(1000 + customer.number), tradeName(customer)])

  test('come in one request when details do', async () => {
    const { names, requests, open } = await read({})
    expect([...names]).toEqual(expected(open))
    expect(requests).toHaveLength(1)
  })

  test('cost one more each when only ids come, and nothing the next time', async () => {
    const { names, requests, holding, open } = await read({ switches: { customers: 'ids' } })
    expect([...names]).toEqual(expected(open))
    expect(requests).toHaveLength(1 + open.world.customers.length)
    open.requests.length = 0
    await holding.run(feed('customers'), open.pair.client, open.pair.clock.now + 30 * minute, [])
    expect(open.requests).toHaveLength(1)
    await holding.run(feed('customers'), open.pair.client, open.pair.clock.now + day, [])
    expect(open.requests).toHaveLength(2 + open.world.customers.length)
  })

  test('are read in the form of the seed document where the other is not served', async () => {
    const notHere =
      (fetch: Fetch): Fetch =>
      (url, init) =>
        /\/account(\?|$)/.test(url) ? Promise.resolve(failure(404)) : fetch(url, init)
    const { names, open } = await read({ between: notHere })
    expect([...names]).toEqual(expected(open))
  })
})

test('agents are read once; that they called in makes no new record', async () => {
  const { pair, world } = await setUp()
  const agents = new Holding()
  await agents.run(feed('agents'), pair.client, pair.clock.now, [])
  expect(agents.latest.size).toBe(world.customers.flatMap((customer) => customer.hosts).length)
  const { batches } = agents
  pair.clock.now += 5 * 60 * minute
  await agents.run(feed('agents'), pair.client, pair.clock.now, [])
  expect(agents.batches - batches).toBe(1)
})

describe('an incident by its number', () => {
  test('is the exact one', async () => {
    const { pair, world } = await setUp()
    const id = String(13_000_000 + world.happenings[0]!.number)
    expect((await findIncident(pair.client, id))?.id).toBe(id)
    expect(await findIncident(pair.client, '999')).toBeUndefined()
  })

  test('is never its neighbour: the path of the seed document is tried instead', async () => {
    const { pair, world } = await setUp({ switches: { idFilter: 'off-by-one' } })
    const id = String(13_000_000 + world.happenings[0]!.number)
    expect((await findIncident(pair.client, id))?.id).toBe(id)
    pair.switches['seedForms'] = 'off'
    expect(await findIncident(pair.client, id)).toBeUndefined()
  })
})

describe('an incident in OCSF', () => {
  const reading = (row: Record<string, unknown>): Reading => {
    const body = JSON.stringify({ id: 5, status: 'open', createdAt: '2026-06-06T03:07:06.371Z', ...row })
    const seed = {
      vendorId: '5',
      customerId: '12',
      time: Date.parse('2026-06-06T03:07:06.371Z'),
      open: isOpen({ id: '5', status: 'open', ...row }),
      body,
    }
    const { event, entities } = feed('incidents').toReading!(toRecord('con', 'incidents', seed, 0))
    return { event, entities: normalEntities(entities) }
  }

  test('is a valid Detection Finding with its entities', () => {
    const description =
      'Webroot found W32.Trojan\r\nHostname: WS-01.acme.test\r\nUser: ACME\\JDoe\r\nRemote IP: 203.0.113.9\r\nProcess: UNDEFINED\r\nUsername: UNDEFINED\r\n' +
      `SHA256: ${'AB'.repeat(32)}\r\nURL: https://evil.example/x\r\nSeverity: High`
    const { event, entities } = reading({
      title: 'Webroot Detection - OTHER',
      description,
      remediation: 'Do this',
      eventCount: 3,
    })
    expect(detectionFinding.parse(event)).toEqual(event)
    expect(event).toMatchObject({
      status_id: 1,
      status: 'open',
      severity: 'high',
      severity_id: 4,
      remediation: { desc: 'Do this' },
      unmapped: { eventCount: 3 },
    })
    expect(event.device).toEqual({ type_id: 0, hostname: 'WS-01.acme.test', ip: '203.0.113.9' })
    expect(entities).toEqual([
      { kind: 'host', value: 'ws-01' },
      { kind: 'address', value: '203.0.113.9' },
      { kind: 'hash', value: 'ab'.repeat(32) },
      { kind: 'user', value: 'jdoe' },
      { kind: 'domain', value: 'evil.example' },
    ])
  })

  test('has its hosts from the listed devices and the description, else from the title', () => {
    const title = 'Webroot Detection - HOST1'
    expect(
      reading({ title, affectedDevices: ['A', 'B'], description: 'Device: C' }).entities.map(
        (one) => one.value,
      ),
    ).toEqual(['a', 'b', 'c'])
    const mailbox = { title: 'Inbox rule hides mail - jane.doe@acme.example', description: 'no labels' }
    expect(reading(mailbox).entities).toEqual([])
    expect(reading({ title, description: 'Device: C' }).entities.map((one) => one.value)).toEqual(['c'])
    expect(reading({ title, description: 'Device: UNDEFINED' }).entities.map((one) => one.value)).toEqual([
      'host1',
    ])
    expect(reading({ title: 'Two words - not a host' }).entities).toEqual([])
  })

  test.each([
    ['resolved', 4, 3],
    ['Closed', 4, 3],
    ['false-positive', 99, 3],
    ['in review', 99, 1],
  ])('keeps the word %s', (status, status_id, activity_id) => {
    expect(reading({ status }).event).toMatchObject({
      status,
      status_id,
      activity_id,
      type_uid: 200_400 + activity_id,
    })
  })

  test('says nothing where the vendor says UNDEFINED', () => {
    const { event } = reading({ title: 'UNDEFINED', description: 'UNDEFINED', remediation: 'UNDEFINED' })
    expect(event).toMatchObject({ message: 'Incident 5', severity: 'unknown' })
    expect(event.remediation).toBeUndefined()
  })
})

describe('the sandbox', () => {
  const headers = { authorization: 'bearer rc-demo-provider-key' }
  const ask = async (
    open: Open,
    path: string,
    method = 'GET',
    key = headers,
  ): Promise<{ status: number; body: any }> => {
    const [bare = '', search = ''] = path.split('?')
    const answer = await open.pair.serve({ method, path: bare, search, headers: key })
    return {
      status: answer.status,
      body: answer.headers['content-type']?.includes('json') ? JSON.parse(answer.body) : answer.body,
    }
  }
  const ids = (answer: { body: any }): string[] => answer.body.data.map((row: { id: string }) => row.id)

  test("answers the seed document's own calls", async () => {
    const open = await setUp()
    const accounts = await ask(open, '/accounts')
    expect(accounts.body).toMatchObject({
      data: [{ id: 1001, type: 'customer', status: 'active' }, {}, {}, {}, {}, {}, {}, {}],
      totalCount: 8,
      page: 1,
      limit: 50,
    })
    const page = await ask(open, '/incidents?page=1&limit=5')
    expect(page.body).toMatchObject({ page: 1, limit: 5, currentPage: 1, dataCount: 5 })
    expect(ids(await ask(open, '/incidents?page=2&limit=5')).some((id) => ids(page).includes(id))).toBe(false)
    expect((await ask(open, '/incidents?accountId=1001')).body.totalCount).toBeGreaterThan(0)
    expect((await ask(open, '/agents?accountId=1001')).body.totalCount).toBe(
      open.world.customers[0]!.hosts.length,
    )
    expect((await ask(open, '/accounts/1001')).body).toMatchObject({ id: 1001, type: 'customer' })
    expect((await ask(open, `/incidents/${ids(page)[0]}`)).body.id).toBe(ids(page)[0])
    const agent = ids(await ask(open, '/agents'))[0]!
    expect((await ask(open, `/agents/${agent}`)).body.id).toBe(agent)
    expect((await ask(open, '/accounts', 'GET', { authorization: 'Bearer wrong' })).body).toEqual({
      error: { code: 401, message: 'Unauthorized: Invalid API key' },
    })
    expect(await ask(open, '/incidents?accountId=12345')).toMatchObject({
      status: 200,
      body: { totalCount: 0, totalPages: 0, data: [] },
    })
  })

  test.each([
    ['/events', 'GET', 400, /appId is required/],
    ['/events?verdict=malicious', 'GET', 400, /appId/],
    ['/apps?page=1', 'GET', 400, /page/],
    ['/apps?pageSize=10', 'GET', 400, /pageSize/],
    ['/incidents?sort=severity:asc', 'GET', 400, /sort/],
    ['/incidents?createdAt=%7C', 'GET', 400, /createdAt/],
    ['/incidents?createdAt=yesterday%7C', 'GET', 400, /createdAt/],
    ['/incidents?pageSize=1001', 'GET', 400, /pageSize/],
    ['/events/summary?accountId=1001,1002', 'GET', 400, /accountId/],
    ['/incidents', 'POST', 404, /./],
    ['/incidents/13000001', 'DELETE', 404, /./],
    ['/incidents/13000001/events', 'GET', 404, /./],
    ['/incidents/1', 'GET', 404, /./],
    ['/account/1001', 'GET', 404, /./],
  ])('%s %s is %i', async (path, method, status, message) => {
    const answer = await ask(await setUp(), path, method)
    expect(answer).toMatchObject({
      status,
      body: { error: { code: status, message: expect.stringMatching(message) } },
    })
  })

  test('filters as the live one does', async () => {
    const open = await setUp()
    const all = (await ask(open, '/incidents')).body.totalCount
    const total = async (search: string): Promise<number> =>
      (await ask(open, `/incidents?${search}`)).body.totalCount
    expect((await total('status=open')) + (await total('status=resolved'))).toBe(all)
    expect(await total('status=open,resolved')).toBe(all)
    expect(await total('status=open&status=resolved')).toBe(all)
    expect(await total('accountId=1001,1002')).toBe(
      (await total('accountId=1001')) + (await total('accountId=1002')),
    )
    expect(await total('title=webroot')).toBeGreaterThan(0)
    expect(await total('title=webroot*')).toBe(0)
    expect(await total('remediation=nothing%20like%20this')).toBe(all)
    expect((await total('createdAt=%7C2026-06-01')) + (await total('createdAt=2026-06-02%20%7C%20'))).toBe(
      all,
    )
    expect(await total('startDate=2026-06-02')).toBe(await total('createdAt=2026-06-02%7C'))
    expect(await total('resolvedAt=2026-01-01%7C')).toBe(await total('status=resolved'))
    expect(await total('nonsense=1')).toBe(all)
    const newest = ids(await ask(open, '/incidents?sort=createdAt:desc'))
    expect(newest).toEqual(ids(await ask(open, '/incidents?sort=createdAt:asc')).toReversed())
    const devices = (await ask(open, '/agents')).body.totalCount
    expect((await ask(open, '/agents?version=nothing')).body.totalCount).toBe(devices)
    expect((await ask(open, '/agents?os=Windows*')).body.totalCount).toBe(0)
    expect((await ask(open, '/agents?connectivity=online,offline,isolated')).body.totalCount).toBe(devices)
    expect((await ask(open, '/firewalls?counters=True&type=SonicWall')).body).toMatchObject({
      totalCount: 4,
      counters: {},
    })
    const events = await ask(
      open,
      '/events?appId=34&details=attributes.direction:out*&sort=detectionDate:desc',
    )
    expect(events.body.totalCount).toBeGreaterThan(0)
    expect((await ask(open, '/events?appId=34&details=attributes.direction:inbound')).body.totalCount).toBe(0)
    expect((await ask(open, '/reportApi?fileType=csv&itemType=incidents')).body.split('\r\n')).toHaveLength(
      all + 1,
    )
  })

  test('knows keys apart', async () => {
    const open = await setUp()
    const as = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` })
    expect((await ask(open, '/account', 'GET', as('rc-demo-no-soc-key'))).status).toBe(200)
    expect((await ask(open, '/incidents', 'GET', as('rc-demo-no-soc-key'))).status).toBe(403)
    expect((await ask(open, '/account', 'GET', as('rc-demo-destroyed-key'))).status).toBe(401)
    expect((await ask(open, '/account', 'GET', { authorization: 'rc-demo-provider-key' })).status).toBe(401)
  })

  test('offers what a client must survive: unknown parameters refused everywhere', async () => {
    const open = await setUp({ switches: { strict: 'on' } })
    expect((await ask(open, '/incidents?limit=5')).status).toBe(400)
    expect((await ask(open, '/incidents?pageSize=5')).status).toBe(200)
  })

  test('tells the score what it has shown', async () => {
    const { pair, world } = await setUp()
    expect(pair.state.raised!()).toHaveLength(truth(world, pair.clock.now).size)
    expect(pair.state.raised!()[0]!.reference).toMatch(/^Source: rocketcyber\/incidents\/1300\d{4}$/)
  })
})

test('an event is known by its content, its verdict by word or number', () => {
  const row = {
    appId: 34,
    deviceId: 'a',
    verdict: 2,
    detectionDate: '2026-06-06T03:05:00.000Z',
    value: 'x',
    valueType: 'y',
  }
  const answer = connector.contract.operations['listEvents']!.answer as typeof listEvents.answer
  const one = answer.parse(row)
  expect(eventKey(one)).toBe(eventKey(answer.parse({ ...row, somethingNew: 1 })))
  expect(eventKey(one)).not.toBe(eventKey(answer.parse({ ...row, value: 'z' })))
  expect([verdictOf(one), verdictOf(answer.parse({ ...row, verdict: 'Suspicious' }))]).toEqual([
    'malicious',
    'suspicious',
  ])
})

test('a key on the wrong region is told to try the other', async () => {
  const { pair } = await setUp({ customers: 1 }).then((open) => open)
  const wrong = openPair(connector, {
    world: makeWorld({ seed: 1, customers: 1, start, days: 1 }),
    now: start,
    key: 'rc-demo-eu-key',
  })
  expect(await connector.probes[0]!.run(wrong.client)).toMatchObject({
    state: 'fail',
    mend: expect.stringContaining('try region eu'),
  })
  pair.switches['seedForms'] = 'off'
  const states = await Promise.all(
    connector.probes.map(async (probe) => (await probe.run(pair.client)).state),
  )
  expect(states.filter((state) => state === 'skip')).toHaveLength(4)
})

test.each(['404', '403'])(
  'an account that is gone (%s) spoils no question about the others',
  async (foreignAccounts) => {
    const { pair, world, customers, requests } = await setUp({ switches: { foreignAccounts } })
    const page = await pair.client.call(listIncidents, {})
    const rows = page.rows.slice(0, 5)
    requests.length = 0
    const owners = await attribute(pair.client, rows, ['999999', ...customers, '999998'])
    const expected = truth(world, pair.clock.now)
    expect([...owners]).toEqual(expect.arrayContaining(rows.map((row) => [row.id, expected.get(row.id)])))
    expect(owners.size).toBe(5)
    expect(requests.some((one) => one.includes('999999'))).toBe(true)
  },
)
