import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type CoverageFacts, stateOf, targetOf } from './coverage.ts'
import type { Run } from './run.ts'
import { join, until } from './span.ts'

const now = Date.UTC(2026, 10, 22)
const minute = 60_000
const run = (over: Partial<Run> = {}): Run => ({
  id: 'run_1',
  connectionId: 'acme',
  feed: 'incidents',
  startedAt: now - minute,
  endedAt: now - minute,
  outcome: 'ok',
  rows: 0,
  requests: 1,
  error: null,
  wholeAt: now - minute,
  turns: 1,
  ...over,
})
const facts = (over: Partial<CoverageFacts> = {}): CoverageFacts => ({
  run: run(),
  targetMs: 4 * minute,
  gaps: [],
  quarantined: 0,
  deadLetters: 0,
  ...over,
})
const gap = { what: 'open set', reason: 'the vendor declares 7 rows, 6 were read' }
const history = { what: 'history', reason: 'not read yet' }

test.each<[light: string, reason: RegExp, over: Partial<CoverageFacts>]>([
  ['green', /^$/, {}],
  ['unknown', /not been read yet/, { run: undefined }],
  ['unknown', /clock/, { run: run({ wholeAt: now + 5 * minute }) }],
  ['red', /not been read lately/, { run: run({ wholeAt: now - 5 * minute }) }],
  ['red', /6 were read/, { gaps: [gap] }],
  ['red', /6 were read/, { run: run({ outcome: 'incomplete', error: gap.reason }), gaps: [gap, history] }],
  ['amber', /not read yet/, { run: run({ outcome: 'incomplete', error: history.reason }), gaps: [history] }],
  ['amber', /is failed: 503/, { run: run({ outcome: 'failed', error: '503' }) }],
  ['red', /is failed: 503/, { run: run({ outcome: 'failed', error: '503', wholeAt: null }) }],
  ['red', /is failed: 503/, { run: run({ outcome: 'failed', error: '503', wholeAt: now - 5 * minute }) }],
  ['red', /is failed: 503/, { run: run({ outcome: 'failed', error: '503' }), gaps: [gap] }],
  ['red', /is incomplete/, { run: run({ outcome: 'incomplete', error: 'odd' }) }],
  ['amber', /^2 findings wait/, { quarantined: 2 }],
  ['amber', /^1 row needs a look/, { deadLetters: 1 }],
  ['amber', /no tenant/, { unlinked: true }],
])('coverage is %s, because it %s', (light, reason, over) => {
  const state = stateOf(facts(over), now)
  expect(state.light).toBe(light)
  expect(state.reason).toMatch(reason)
})

test('only a whole, recent read with nothing left behind is green', () => {
  const outcome = fc.constantFrom('ok' as const, 'incomplete' as const, 'failed' as const)
  const count = fc.nat(1)
  const anything = fc.record({
    run: fc.option(fc.record({ outcome, age: fc.integer({ min: -10, max: 10 }), whole: fc.boolean() }), {
      nil: undefined,
    }),
    gaps: fc.subarray([gap, history]),
    quarantined: count,
    deadLetters: count,
    unlinked: fc.boolean(),
  })
  fc.assert(
    fc.property(anything, ({ run: given, ...rest }) => {
      const wholeAt = given?.whole === true ? now - given.age * minute : null
      const own = given && run({ outcome: given.outcome, wholeAt })
      const { light, reason } = stateOf(facts({ ...rest, run: own }), now)
      const clean = rest.gaps.length + rest.quarantined + rest.deadLetters === 0 && !rest.unlinked
      const age = wholeAt === null ? Infinity : now - wholeAt
      const fresh = age <= 4 * minute && age >= -minute
      expect(light === 'green').toBe(own?.outcome === 'ok' && fresh && clean)
      expect(reason === '').toBe(light === 'green')
    }),
  )
})

test('two missed turns and a minute are allowed, unless the feed says otherwise', () => {
  expect(targetOf({ everyMs: minute })).toBe(4 * minute)
  expect(targetOf({ everyMs: minute, freshMs: 90_000 })).toBe(90_000)
})

test('stretches are joined where they touch, and "and on" swallows what follows', () => {
  const spans = [
    { from: 50, to: null },
    { from: 0, to: 10 },
    { from: 10, to: 20 },
    { from: 60, to: 70 },
    { from: 30, to: 25 },
  ]
  expect(join(spans)).toEqual([
    { from: 0, to: 20 },
    { from: 50, to: null },
  ])
  expect(until(join(spans), 55)).toEqual([
    { from: 0, to: 20 },
    { from: 50, to: 55 },
  ])
})

test('joined stretches cover what the single ones covered, whatever their order', () => {
  const stretch = fc
    .record({ from: fc.nat(100), length: fc.nat(20), on: fc.boolean() })
    .map(({ from, length, on }) => ({ from, to: on && from > 80 ? null : from + length }))
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 20 }), fc.nat(130), (spans, at) => {
      const within = (all: typeof spans) => all.some(({ from, to }) => from <= at && at <= (to ?? Infinity))
      expect(within(join(spans))).toBe(within(spans))
      expect(join(spans.toReversed())).toEqual(join(spans))
    }),
  )
})
