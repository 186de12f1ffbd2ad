import { expect, test } from 'vitest'

import { simulate } from '../src/simulation/simulate.ts'
import { shortLine } from './support/worlds.ts'

test('the same seed gives the same result, byte for byte', async () => {
  const connectors = await shortLine()
  const plan = {
    connectors,
    seed: 99,
    customers: 2,
    days: 0.25,
    attacksPerCustomerDay: 6,
    faults: 'all' as const,
    wallNow: () => 0,
  }
  expect(JSON.stringify(await simulate(plan))).toBe(JSON.stringify(await simulate(plan)))
})

test('without faults nothing is ambiguous and the hub lives once', async () => {
  const connectors = await shortLine()
  const plan = {
    connectors,
    seed: 5,
    customers: 3,
    days: 0.25,
    attacksPerCustomerDay: 6,
    faults: 'none' as const,
    wallNow: () => 0,
  }
  const result = await simulate(plan)
  expect(result).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0, ambiguous: 0, strays: 0 })
})
