import { expect, test } from 'vitest'

import { type Happening, type Sensor, seenBy } from '../connectors/world.ts'
import { nameKey } from '../domain/tenant.ts'
import { stories } from './stories/index.ts'
import { makeWorld } from './world.ts'

const start = Date.parse('2026-09-01T00:00:00Z')
const plan = { seed: 7, customers: 20, start, days: 5 }

test('the same plan gives the same world, another seed another one', () => {
  expect(makeWorld(plan)).toEqual(makeWorld(plan))
  expect(makeWorld({ ...plan, seed: 8 })).not.toEqual(makeWorld(plan))
})

test('1,000 customers can be told apart by name and domain, and their devices by name, address and MAC', () => {
  const { customers } = makeWorld({ ...plan, customers: 1000, days: 0 })
  expect(new Set(customers.map(({ name }) => nameKey(name))).size).toBe(1000)
  expect(new Set(customers.map(({ domain }) => domain)).size).toBe(1000)
  expect(customers.map(({ number }) => number)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  for (const { hosts } of customers)
    expect(new Set(hosts.map(({ name }) => name.toLowerCase())).size).toBe(hosts.length)
  const hosts = customers.flatMap((customer) => customer.hosts)
  for (const field of ['name', 'ip', 'mac'] as const)
    expect(new Set(hosts.map((host) => host[field])).size).toBe(hosts.length)
  for (const { name } of hosts) expect(name.length).toBeLessThanOrEqual(15)
})

test('what happens is numbered in order of time, within the plan, and shown only after it took place', () => {
  const { happenings } = makeWorld(plan)
  expect(happenings.length).toBeGreaterThan(100)
  expect(happenings.map(({ number }) => number)).toEqual(happenings.map((_, i) => i + 1))
  for (const [i, { at, shownAt, resolvedAt }] of happenings.entries()) {
    expect(at).toBeGreaterThanOrEqual(happenings[i - 1]?.at ?? start)
    expect(shownAt).toBeGreaterThan(at)
    expect(resolvedAt ?? Infinity).toBeGreaterThan(shownAt)
  }
})

const hour = 3_600_000

test('an attack stays at one customer, and its steps follow within hours; some reach several devices', () => {
  const { happenings } = makeWorld(plan)
  const attacks = [
    ...Map.groupBy(
      happenings.filter(({ story }) => story !== 'noise'),
      ({ attack }) => attack,
    ).values(),
  ]
  expect(attacks.some((steps) => new Set(steps.map(({ host }) => host.name)).size > 2)).toBe(true)
  for (const steps of attacks) {
    expect(new Set(steps.map(({ customer }) => customer.number)).size).toBe(1)
    expect(new Set(steps.map(({ story }) => story)).size).toBe(1)
    for (const [i, { at }] of steps.entries())
      expect(at - (steps[i - 1]?.at ?? at)).toBeLessThanOrEqual(4 * hour)
  }
})

test('attackers who have nothing to do with each other do not come to a customer from one address', () => {
  const { happenings } = makeWorld({ ...plan, attacksPerCustomerDay: 20 })
  const attacksFrom = new Map<string, Set<string>>()
  for (const { customer, attack, description } of happenings) {
    const [address] = /203\.0\.113\.\d+/.exec(description) ?? []
    if (address === undefined) continue
    const key = `${customer.number} ${address}`
    attacksFrom.set(key, (attacksFrom.get(key) ?? new Set()).add(attack))
  }
  expect(attacksFrom.size).toBeGreaterThan(500)
  expect([...attacksFrom.values()].filter((attacks) => attacks.size > 1)).toEqual([])
})

test('each sensor tells of its own share, in its own words and in its own time', () => {
  const { happenings } = makeWorld({ ...plan, days: 30 })
  const seen = (sensor: Sensor) => happenings.flatMap((one) => seenBy(one, sensor) ?? [])
  for (const sensor of ['soc', 'siem', 'endpoint'] as const) {
    expect(seen(sensor).length).toBeGreaterThan(100)
    expect(seen(sensor).length).toBeLessThan(happenings.length)
    for (const { at, shownAt, resolvedAt } of seen(sensor)) {
      expect(shownAt).toBeGreaterThan(at)
      expect(resolvedAt ?? Infinity).toBeGreaterThan(shownAt)
    }
  }
  for (const one of happenings) {
    const [soc, siem] = [seenBy(one, 'soc'), seenBy(one, 'siem')]
    if (soc === undefined || siem === undefined) continue
    expect(siem).toMatchObject({ attack: soc.attack, number: soc.number, host: soc.host })
    expect(siem.title).not.toBe(soc.title)
  }
})

test('every kind of story is told, and two attacks meet at one customer, even on one device', () => {
  const { happenings } = makeWorld({ ...plan, customers: 50, days: 20 })
  expect(new Set(happenings.map(({ story }) => story))).toEqual(new Set(stories.map(({ name }) => name)))
  const meet = (same: (a: Happening, b: Happening) => boolean): boolean =>
    happenings.some((a, i) =>
      happenings
        .slice(i + 1, i + 20)
        .some((b) => b.attack !== a.attack && b.at - a.at < hour && b.customer === a.customer && same(a, b)),
    )
  expect(meet(() => true)).toBe(true)
  expect(meet((a, b) => a.host.name === b.host.name)).toBe(true)
})

test('repeated noise of one source is one attack, any other noise stands for itself; false alarms are closed', () => {
  const { happenings } = makeWorld({ ...plan, days: 30 })
  const noise = Map.groupBy(
    happenings.filter(({ story }) => story === 'noise'),
    ({ attack }) => attack,
  )
  const repeated = [...noise].filter(([, all]) => all.length > 1)
  expect(repeated.length).toBeGreaterThan(10)
  for (const [attack] of repeated) expect(attack).toMatch(/^\d+-noise-(?:rmm|scanner-\d)$/)
  expect(noise.size).toBeGreaterThan(repeated.length)
  const alarms = happenings.filter(({ falseAlarm }) => falseAlarm)
  expect(alarms.length).toBeGreaterThan(10)
  expect(alarms.every(({ resolvedAt }) => resolvedAt !== null)).toBe(true)
})

test('nothing is left to fill in, and what the service says about a device names it', () => {
  for (const one of makeWorld(plan).happenings) {
    for (const { title, description, remediation } of Object.values(one.told ?? {}))
      expect(`${title}${description}${remediation}`).not.toMatch(/[{}]|undefined/)
  }
  const ofDevices = makeWorld(plan).happenings.filter((one) =>
    seenBy(one, 'soc')?.title.includes(one.host.name),
  )
  expect(ofDevices.length).toBeGreaterThan(50)
  for (const { description, host } of ofDevices) expect(description).toContain(`Hostname: ${host.name}`)
})

test('as many attacks as the plan says', () => {
  const { happenings } = makeWorld({ ...plan, customers: 100, days: 10, attacksPerCustomerDay: 1 })
  const attacks = new Set(happenings.map(({ attack }) => attack)).size
  expect(attacks).toBeGreaterThan(850)
  expect(attacks).toBeLessThan(1150)
})
