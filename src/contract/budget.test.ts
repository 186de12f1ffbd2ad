import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Budget, type Priority } from './budget.ts'
import { type LimitRule, SlidingWindow, retryAfterMs } from './limits.ts'
import { ManualClock } from './testing.ts'

const rule = { scope: 'credential', requests: 3, windowMs: 1000, concurrency: 2 } as const

test('in no window of its length are more requests sent than the rule allows', async () => {
  const arrival = fc.record({
    after: fc.nat(900),
    takes: fc.nat(700),
    priority: fc.constantFrom('write', 'open', 'backfill'),
  })
  const rules = fc.record({
    requests: fc.integer({ min: 1, max: 6 }),
    windowMs: fc.integer({ min: 1, max: 2000 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(
      rules,
      fc.array(arrival, { maxLength: 40 }),
      fc.array(fc.nat(3000), { maxLength: 3 }),
      async (given, arrivals, pauses) => {
        const clock = new ManualClock()
        const budget = new Budget({ scope: 'credential', ...given }, clock)
        const sent: number[] = []
        let running = 0
        const work = arrivals.map(async ({ after, takes, priority }) => {
          await clock.sleep(after)
          await budget.run(priority, async () => {
            sent.push(clock.now())
            expect(++running).toBeLessThanOrEqual(given.concurrency)
            await clock.sleep(takes)
            running--
          })
        })
        await clock.run(
          Promise.all([...work, ...pauses.map((ms) => clock.sleep(ms).then(() => budget.pause(ms)))]),
        )
        expect(sent).toHaveLength(arrivals.length)
        expect(budget.spent).toBe(arrivals.length)
        for (const [i, at] of sent.entries()) {
          const before = sent[i - given.requests] ?? -Infinity
          expect(at - before).toBeGreaterThanOrEqual(given.windowMs)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a window of whole clock minutes is filled again when the next one begins, not before', async () => {
  const clock = new ManualClock(1_790_000_000_000 - (1_790_000_000_000 % 1000) + 900)
  const budget = new Budget({ ...rule, aligned: true }, clock)
  const sent: number[] = []
  await clock.run(
    Promise.all(
      Array.from({ length: 7 }, () => budget.run('open', async () => sent.push(clock.now() % 10_000))),
    ),
  )
  expect(sent).toEqual([900, 900, 900, 1000, 1000, 1000, 2000].map((ms) => ms + (sent[0] ?? 0) - 900))
})

test('what matters more goes first, even when what matters less has waited for the window', async () => {
  const clock = new ManualClock()
  const budget = new Budget({ ...rule, requests: 2, concurrency: 4 }, clock)
  const order: string[] = []
  const send = (priority: Priority, name: string) => budget.run(priority, async () => order.push(name))
  const early = ['a', 'b', 'c', 'd', 'e'].map((name) => send('backfill', name))
  const late = clock
    .sleep(10)
    .then(() =>
      Promise.all([send('inventory', 'i'), send('open', 'o'), send('settle', 's'), send('write', 'w')]),
    )
  await clock.run(Promise.all([...early, late]))
  expect(order).toEqual(['a', 'b', 'w', 's', 'o', 'i', 'c', 'd', 'e'])
})

test('a pause holds for all who share the budget, also for those who were already waiting', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const budget = new Budget({ ...rule, requests: 1 }, clock)
  const sent: number[] = []
  const send = () => budget.run('open', async () => sent.push(clock.now() - start))
  const waiting = [send(), send(), send()]
  const pausing = clock.sleep(500).then(() => budget.pause(5000))
  await clock.run(Promise.all([...waiting, pausing]))
  expect(sent).toEqual([0, 5500, 6500])
})

test('a shorter pause does not end a longer one', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const budget = new Budget(rule, clock)
  budget.pause(5000)
  budget.pause(100)
  expect(await clock.run(budget.run('open', async () => clock.now() - start))).toBe(5000)
})

test('a failed request leaves the next ones alone', async () => {
  const clock = new ManualClock()
  const budget = new Budget(rule, clock)
  const failing = budget.run('open', () => Promise.reject(new Error('no')))
  await expect(clock.run(failing)).rejects.toThrow('no')
  expect(await clock.run(budget.run('open', async () => 'yes'))).toBe('yes')
})

test('a full budget that nobody waits for starts no timer: a program can end', async () => {
  const clock = new ManualClock()
  let sleeps = 0
  const budget = new Budget(
    { ...rule, requests: 1 },
    { now: clock.now, sleep: (ms) => (sleeps++, clock.sleep(ms)) },
  )
  await clock.run(budget.run('open', async () => 1))
  budget.pause(1000)
  expect(sleeps).toBe(0)
})

test('200,000 requests take no more than one per cent longer than the limit allows', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const [requests, windowMs, runs] = [180, 60_000, 200_000]
  const budget = new Budget({ scope: 'address', requests, windowMs, concurrency: 4 }, clock)
  let left = runs
  // As callers do: a few workers, each with its next request only after the last was answered.
  const worker = async (): Promise<void> => {
    while (left-- > 0)
      await budget.run('open', () => (left % 30 === 0 ? clock.sleep(300) : Promise.resolve()))
  }
  await clock.run(Promise.all(Array.from({ length: 8 }, worker)))
  const ideal = (Math.ceil(runs / requests) - 1) * windowMs
  expect(budget.spent).toBe(runs)
  expect((clock.now() - start) / ideal).toBeGreaterThanOrEqual(1)
  expect((clock.now() - start) / ideal).toBeLessThan(1.01)
})

test('the sliding window is exact at its edges', () => {
  const window = new SlidingWindow()
  const two = { requests: 2, windowMs: 1000 }
  const at = (now: number): number => window.waitMs(two, now)
  expect(at(0)).toBe(0)
  window.add(0)
  expect(at(1)).toBe(0)
  window.add(1)
  expect([at(1), at(999), at(1000)]).toEqual([999, 1, 0])
  window.add(1000)
  expect([window.count(), at(1000), at(1001)]).toEqual([2, 1, 0])
})

test('a smaller rule over the same requests waits until enough of them are past', () => {
  const window = new SlidingWindow()
  for (const time of [0, 100, 200]) window.add(time)
  expect(window.waitMs({ requests: 1, windowMs: 1000 }, 300)).toBe(900)
})

test('the window agrees with counting, request by request', () => {
  const rules = fc.record({
    requests: fc.integer({ min: 1, max: 5 }),
    windowMs: fc.integer({ min: 1, max: 50 }),
    aligned: fc.boolean(),
  })
  fc.assert(
    fc.property(
      rules,
      fc.array(fc.nat(30), { maxLength: 1500 }),
      (given: Pick<LimitRule, 'requests' | 'windowMs' | 'aligned'>, gaps) => {
        const window = new SlidingWindow()
        const kept: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const since = given.aligned ? now - (now % given.windowMs) - 1 : now - given.windowMs
          const fits = kept.filter((time) => time > since).length < given.requests
          expect(window.waitMs(given, now) === 0).toBe(fits)
          if (!fits) continue
          window.add(now)
          kept.push(now)
        }
      },
    ),
  )
})

test('a clock that is set back holds requests for one window, not until it has caught up', () => {
  const window = new SlidingWindow()
  window.add(10_000_000)
  expect(window.waitMs({ requests: 1, windowMs: 1000 }, 5000)).toBe(1000)
  expect(window.waitMs({ requests: 1, windowMs: 1000 }, 6000)).toBe(0)
})

test.each([
  ['120', 120_000],
  [' 1 ', 1000],
  ['0', 0],
  ['-5', 0],
  ['1.5', 1500],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['', undefined],
  ['soon', undefined],
  ['NaN', undefined],
  [null, undefined],
])('Retry-After %s asks to wait %s ms', (value, ms) => {
  expect(retryAfterMs(value, 1000)).toBe(ms)
})
