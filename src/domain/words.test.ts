import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { hostEntity } from './entity.ts'
import { between, pick, randomFrom } from './random.ts'
import { severities, toSeverity, worst } from './severity.ts'
import { nameKey } from './tenant.ts'

test.each([
  ['Critical', 'critical'],
  ['HIGH', 'high'],
  ['info', 'informational'],
  ['None', 'informational'],
  ['Urgent', 'critical'],
  ['purple', 'unknown'],
  ['constructor', 'unknown'],
  ['__proto__', 'unknown'],
  ['', 'unknown'],
  [null, 'unknown'],
  [undefined, 'unknown'],
])('the severity of %j is %s', (word, severity) => {
  expect(toSeverity(word)).toBe(severity)
})

test('any word has a severity that we know', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype))),
      (word) => {
        expect(Object.keys(severities)).toContain(toSeverity(word))
      },
    ),
  )
})

test('the worst of several severities', () => {
  expect(worst(['low', 'critical', 'high'])).toBe('critical')
  expect(worst([])).toBe('unknown')
})

test.each([
  ['WS-01.acme.test', 'ws-01'],
  [' ws-01 ', 'ws-01'],
  ['WS-01.', 'ws-01'],
  ['10.0.0.7', '10.0.0.7'],
  ['fe80::1', 'fe80::1'],
  ['::FFFF:10.0.0.7', '::ffff:10.0.0.7'],
  ['123.acme.test', '123'],
])('%s is the host %s', (name, value) => {
  expect(hostEntity(name)).toEqual({ kind: 'host', value })
})

test.each([
  ['Harbor Dental, LLC', 'harbor dental'],
  ['HARBOR-DENTAL Inc.', 'harbor dental'],
  ['  Harbor   Dental  ', 'harbor dental'],
  ['Müller GmbH', 'muller'],
  ['Mu\u0308ller', 'muller'],
  ['Café Zürich AG', 'cafe zurich'],
  ['Acme Co., Ltd.', 'acme'],
  ['東京電力', '東京電力'],
  ['SA Power', 'sa power'],
  ['The Company Company', 'the'],
  ['Limited', 'limited'],
  ['Co. Ltd', 'co'],
  ['Straßag', 'straßag'],
  ['Büro & Co', 'buro'],
  ['!!!', '!!!'],
  ['', ''],
])('the name %j is compared as %j', (name, key) => {
  expect(nameKey(name)).toBe(key)
})

test('a name is never compared as nothing, and its key is its own key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(nameKey(name) === '').toBe(name.trim() === '')
      expect(nameKey(nameKey(name))).toBe(nameKey(name))
    }),
    { numRuns: 1000 },
  )
})

test('the same seed gives the same numbers, evenly between 0 and 1', () => {
  const [one, same, other] = [randomFrom(7), randomFrom(7), randomFrom(8)]
  const numbers = Array.from({ length: 10_000 }, one)
  expect(Array.from({ length: 10_000 }, same)).toEqual(numbers)
  expect(other()).not.toBe(numbers[0])
  expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true)
  expect(numbers.reduce((sum, n) => sum + n, 0) / numbers.length).toBeCloseTo(0.5, 1)
})

test('between takes both ends, pick takes every item', () => {
  const random = randomFrom(1)
  expect(new Set(Array.from({ length: 500 }, () => between(random, 3, 5)))).toEqual(new Set([3, 4, 5]))
  expect(new Set(Array.from({ length: 500 }, () => pick(random, ['a', 'b', 'c'])))).toEqual(
    new Set(['a', 'b', 'c']),
  )
  expect(pick(() => 0.9999999999999999, ['a', 'b'])).toBe('b')
})
