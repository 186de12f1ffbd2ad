import { expect, test } from 'vitest'

import { type Sighting, noHorizon, overlapOf, quantile, withSightings } from './horizon.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const reach = { floorMs: 15 * minute, capMs: 6 * hour }

function seen(delays: number[], now = 10 * hour): Sighting[] {
  return delays.map((delayMs) => ({ time: now - delayMs, delayMs }))
}

test('without a sighting the overlap is the floor of the vendor', () => {
  expect(quantile(noHorizon, 0.5)).toBe(0)
  expect(overlapOf(noHorizon, reach)).toBe(15 * minute)
})

test('the overlap follows the longest of a thousand delays, twice, between floor and cap', () => {
  const prompt = withSightings(noHorizon, seen(Array.from({ length: 1000 }, () => 40 * second)), 0, 10 * hour)
  expect(quantile(prompt, 0.999)).toBe(64 * second)
  expect(overlapOf(prompt, reach)).toBe(15 * minute)
  const late = withSightings(prompt, seen([hour, hour]), 0, 10 * hour)
  expect(overlapOf(late, reach)).toBe(2 * 4096 * second)
  expect(overlapOf(withSightings(late, seen([5 * hour, 5 * hour]), 0, 10 * hour), reach)).toBe(6 * hour)
  // One in ten thousand does not decide for all: the slow second reading finds it.
  const many = withSightings(noHorizon, seen(Array.from({ length: 9999 }, () => second)), 0, 10 * hour)
  expect(overlapOf(withSightings(many, seen([5 * hour]), 0, 10 * hour), reach)).toBe(15 * minute)
})

test('what is older than the newest before it is what a plain cursor would have lost', () => {
  const first = withSightings(noHorizon, seen([0, minute]), 0, hour * 10)
  expect(first).toMatchObject({ late: 0, newest: 10 * hour })
  const second = withSightings(first, seen([0, 2 * hour], 11 * hour), first.newest, 11 * hour)
  expect(second).toMatchObject({ late: 1, newest: 11 * hour })
})

test('a thing from the future does not carry the mark with it, one of unknown delay is not counted as one', () => {
  const far = { time: 99 * hour, delayMs: 0 }
  const rested = { time: hour, delayMs: undefined }
  const horizon = withSightings(noHorizon, [far, rested], 0, 10 * hour)
  expect(horizon).toEqual({ newest: 10 * hour, delays: [1], late: 0 })
})
