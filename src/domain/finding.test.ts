import { expect, test } from 'vitest'

import { isAnother } from './finding.ts'

const hour = 3_600_000
const first = { time: 10 * hour, customerId: 'a', seenAt: 11 * hour }

test.each<[string, next: Parameters<typeof isAnother>[1], another: boolean]>([
  ['an update', { time: 10 * hour, customerId: 'a', born: 10 * hour }, false],
  [
    'the same time with other fractions',
    { time: 10 * hour + 999, customerId: 'a', born: 10 * hour + 999 },
    false,
  ],
  ['one that moved to another customer', { time: 10 * hour, customerId: 'b', born: 10 * hour }, false],
  ['a time that was put right', { time: 9 * hour, customerId: 'a', born: 9 * hour }, false],
  ['made after the former was seen', { time: 12 * hour, customerId: 'a', born: 12 * hour }, true],
  ['made then, for nobody known', { time: 12 * hour, customerId: null, born: 12 * hour }, true],
  ['made before, for another customer', { time: 9 * hour, customerId: 'b', born: 9 * hour }, true],
  ['made before, for nobody known', { time: 9 * hour, customerId: null, born: 9 * hour }, false],
  ['no word of when', { time: 12 * hour, customerId: 'b', born: undefined }, false],
])('%s', (_, next, another) => {
  expect(isAnother(first, next)).toBe(another)
})
