import { expect, test } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import { protectionNames } from '../src/pipeline/protections.ts'
import { ablate } from '../src/simulation/ablate.ts'
import { chaosKinds } from '../src/simulation/chaos.ts'
import { shrink } from '../src/simulation/shrink.ts'
import { simulate } from '../src/simulation/simulate.ts'
import { trials } from '../src/simulation/trials.ts'
import { breachOf } from '../src/simulation/verdict.ts'
import { range, shortLine } from './support/worlds.ts'

test('every protection has its world', () => {
  expect(trials.map(({ off }) => off).toSorted()).toEqual(protectionNames.toSorted())
})

test.each(trials)(
  '$world: without $off something breaks, with it nothing does',
  { timeout: 120_000 },
  async (trial) => {
    const { without, control } = await ablate(await loadConnectors(), trial, range(1, 12))
    expect(control).toBeUndefined()
    expect(Object.values(without?.breach ?? {}).some((count) => count > 0)).toBe(true)
  },
)

const world = { customers: 2, days: 0.5, attacksPerCustomerDay: 12, faults: 'all' as const, wallNow: () => 0 }

test('the smallest run that shows what breaks can be played again', async () => {
  const plan = { connectors: await shortLine(), ...world, protections: { markerLookup: false } }
  for (const seed of range(1, 8)) {
    const shrunk = await shrink({ ...plan, seed }, { maxRuns: 24 })
    if (shrunk === undefined) continue
    expect(shrunk.breach.duplicated).toBeGreaterThan(0)
    expect(shrunk.runs).toBeLessThanOrEqual(24)
    expect(shrunk.plan.faults.length).toBeLessThan(chaosKinds.length)
    expect(breachOf(await simulate(shrunk.plan))).toEqual(shrunk.breach)
    return
  }
  throw new Error('eight worlds without a look-up, and none broke')
})

test('what breaks nothing has no smaller run that breaks', async () => {
  const plan = { connectors: await shortLine(), ...world, seed: 4, faults: 'none' as const }
  expect(await shrink(plan)).toBeUndefined()
})
