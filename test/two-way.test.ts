// Tickets in both directions, on a virtual clock: technicians work at the desk while everything fails that can.
import { expect, test } from 'vitest'

import { type Habit, humane } from '../src/sandbox/habits.ts'
import { type SimulationPlan, type SimulationResult, simulate } from '../src/simulation/simulate.ts'
import { shortLine } from './support/worlds.ts'

/** Busy people: half a day holds every kind of deed. */
const busy: readonly Habit[] = humane.map((habit) => ({
  ...habit,
  share: Math.min(1, habit.share * 4),
  hours: [0.1, 4],
}))

async function play(seed: number, more: Partial<SimulationPlan> = {}): Promise<SimulationResult> {
  const plan = { customers: 3, days: 0.5, attacksPerCustomerDay: 8, faults: 'all' as const, people: busy }
  return simulate({ connectors: await shortLine(), seed, wallNow: () => 0, ...plan, ...more })
}

test.each([1, 2, 3])('world %i: no comment lost, no echo, and every alert told once', async (seed) => {
  const result = await play(seed)
  expect(result).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0, lostComments: 0, echoes: 0 })
  expect(result.comments).toBeGreaterThan(0)
})

test('without the echo check our own words come back as theirs', async () => {
  const { echoes } = await play(1, { protections: { echoCheck: false } })
  expect(echoes).toBeGreaterThan(0)
})
