import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { RapidWorld } from './sandbox-world.ts'

const start = Date.parse('2026-09-01T00:00:00Z')
const hour = 3_600_000
const plan = { seed: 7, customers: 9, start, days: 3, attacksPerCustomerDay: 4 }

test('what is indexed late comes behind newer rows, with its own times, and none is lost', () => {
  const [prompt, late] = [new RapidWorld(makeWorld(plan)), new RapidWorld(makeWorld(plan))]
  const ids = (world: RapidWorld): string[] => world.raised(true).map((one) => one.reference)
  let missing = 0
  for (let at = start; at <= start + 72 * hour; at += hour / 4) {
    prompt.advance(at)
    late.advance(at, hour)
    missing = Math.max(missing, ids(prompt).length - ids(late).length)
  }
  expect(missing).toBeGreaterThan(0)
  late.advance(start + 80 * hour, hour)
  prompt.advance(start + 80 * hour)
  expect(ids(late).toSorted()).toEqual(ids(prompt).toSorted())
  const alerts = (world: RapidWorld) => world.cast.managed.flatMap(({ alerts: all }) => all)
  const times = new Map(alerts(prompt).map(({ rrn, created }) => [rrn, created]))
  expect(alerts(late).map(({ rrn, created }) => [rrn, created])).toEqual(
    alerts(late).map(({ rrn }) => [rrn, times.get(rrn)]),
  )
  const statuses = (world: RapidWorld) => new Map(alerts(world).map(({ rrn, status }) => [rrn, status]))
  expect(statuses(late)).toEqual(statuses(prompt))
})
