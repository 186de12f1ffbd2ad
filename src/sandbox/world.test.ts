import { expect, test } from 'vitest'

import { nameKey } from '../domain/tenant.ts'
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

test('an attack stays at one customer and on one device, and its steps follow within the hour', () => {
  const byAttack = Map.groupBy(makeWorld(plan).happenings, ({ attack }) => attack)
  expect([...byAttack.values()].some((steps) => steps.length === 3)).toBe(true)
  for (const steps of byAttack.values()) {
    expect(new Set(steps.map(({ host }) => host.name)).size).toBe(1)
    expect(new Set(steps.map(({ customer }) => customer.number)).size).toBe(1)
    for (const [i, { at }] of steps.entries())
      expect(at - (steps[i - 1]?.at ?? at)).toBeLessThanOrEqual(20 * 60_000)
  }
})

test('nothing is left to fill in, and every text names its device', () => {
  for (const { title, description, remediation, host } of makeWorld(plan).happenings) {
    expect(`${title}${description}${remediation}`).not.toMatch(/[{}]/)
    expect(description).toContain(`Hostname: ${host.name}`)
  }
})

test('as many attacks as the plan says', () => {
  const { happenings } = makeWorld({ ...plan, customers: 100, days: 10, attacksPerCustomerDay: 1 })
  const attacks = new Set(happenings.map(({ attack }) => attack)).size
  expect(attacks).toBeGreaterThan(900)
  expect(attacks).toBeLessThan(1100)
})
