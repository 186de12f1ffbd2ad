import { expect, test } from 'vitest'

import { SandboxClock } from './sandbox-clock.ts'

test('it runs as fast as it is told, from where it stands', () => {
  let real = 1_000_000
  const clock = new SandboxClock(() => real, 60)
  real += 1000
  expect(clock.now()).toBe(1_060_000)
  clock.run(1)
  real += 1000
  expect(clock.now()).toBe(1_061_000)
  clock.run(0)
  real += 1000
  expect(clock.now()).toBe(1_061_000)
})

test('it is driven on, never back', () => {
  const clock = new SandboxClock(() => 5000)
  clock.forward(3_600_000)
  clock.forward(-10)
  expect(clock.now()).toBe(3_605_000)
})
