import { expect, test } from 'vitest'

import { loadConnectors } from '../connectors/registry.ts'
import { scenarios } from './scenarios.ts'
import { makeWorld } from './world.ts'

test('each has a name of its own, stories, and switches that some vendor has', async () => {
  const connectors = await loadConnectors()
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  for (const { stories, switches, wave } of scenarios) {
    expect(stories.length).toBeGreaterThan(0)
    for (const name of Object.keys(switches))
      expect(connectors.some(({ contract }) => name in contract.switches)).toBe(true)
    expect([undefined, ...stories.map(({ name }) => name)]).toContain(wave?.story)
  }
})

test('a wave reaches its share of the customers, in its time', () => {
  const scenario = scenarios.find(({ name }) => name === 'ransomware-friday')!
  const story = scenario.stories.find(({ name }) => name === 'ransomware')!
  const hour = 3_600_000
  const [start, from, to] = [0, 72 * hour, 74 * hour]
  const wave = { story, share: scenario.wave!.share, from, to }
  const { happenings } = makeWorld({
    seed: 1,
    customers: 300,
    start,
    days: 10,
    attacksPerCustomerDay: 0.001,
    wave,
  })
  const hit = new Set(
    happenings.filter((one) => one.story === 'ransomware').map((one) => one.customer.number),
  )
  expect(hit.size).toBeGreaterThan(70)
  expect(hit.size).toBeLessThan(130)
  const first = Math.min(...happenings.filter((one) => one.story === 'ransomware').map(({ at }) => at))
  expect(first).toBeGreaterThanOrEqual(from - 24 * hour)
})
