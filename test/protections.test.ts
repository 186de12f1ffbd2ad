import { expect, test } from 'vitest'

import { ablate } from '../src/simulation/ablate.ts'
import { chaosKinds } from '../src/simulation/chaos.ts'
import { breachOf } from '../src/simulation/verdict.ts'
import { shrink } from '../src/simulation/shrink.ts'
import { simulate } from '../src/simulation/simulate.ts'
import { range, shortLine } from './support/worlds.ts'

const world = { customers: 2, days: 0.5, attacksPerCustomerDay: 12, faults: 'all' as const, wallNow: () => 0 }

test('without looking for markers something breaks, and the smallest run that shows it can be played again', async () => {
  const connectors = await shortLine()
  const without = { connectors, ...world, protections: { markerLookup: false } }
  const [found] = await Array.fromAsync(ablate({ connectors, ...world }, range(1, 8), ['markerLookup']))
  expect(found?.broke?.breach.duplicated).toBeGreaterThan(0)
  const shrunk = await shrink({ ...without, seed: found?.broke?.seed ?? 0 }, { maxRuns: 12 })
  if (shrunk === undefined) throw new Error('the run that broke does not break again')
  expect(shrunk.runs).toBeLessThanOrEqual(12)
  expect(shrunk.plan.faults.length).toBeLessThan(chaosKinds.length)
  expect(breachOf(await simulate(shrunk.plan))).toEqual(shrunk.breach)
})

test('what breaks nothing has no smaller run that breaks', async () => {
  const plan = { connectors: await shortLine(), ...world, seed: 4, faults: 'none' as const }
  expect(await shrink(plan)).toBeUndefined()
})
