import { expect, test } from 'vitest'

import { defaultPolicy } from './policy.ts'
import { decay, linkKindOf, rarity } from './rarity.ts'

test('the fewer cases have it, the more it says, down to nothing', () => {
  const values = [1, 5, 20, 40, 61, 100].map((withIt) => rarity(withIt, 100, defaultPolicy))
  expect(values).toEqual(values.toSorted((a, b) => b - a))
  expect(values[0]).toBe(1)
  expect(values.at(-1)).toBe(0)
})

test('while there is little history, nothing is taken to be common', () => {
  expect(rarity(2, 2, defaultPolicy)).toBeGreaterThan(0.4)
  expect(rarity(0, 0, defaultPolicy)).toBeGreaterThan(0.7)
})

test('a link has half its weight at the end of its window, and none beyond', () => {
  expect([0, 60, 61].map((gap) => decay(gap, 60))).toEqual([1, 0.5, 0])
})

test('a customer’s own addresses weigh less than others', () => {
  const kinds = ['10.1.2.3', '172.20.0.1', '192.168.1.1', '100.64.3.2', '203.0.113.9', '172.40.0.1']
  expect(kinds.map((value) => linkKindOf({ kind: 'address', value }, defaultPolicy))).toEqual([
    'internalAddress',
    'internalAddress',
    'internalAddress',
    'internalAddress',
    'address',
    'address',
  ])
})
