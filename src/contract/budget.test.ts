import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Budget, type Ledger, type Priority } from './budget.ts'
import { type LedgerState, calm, giveBack, takeShare } from './ledger.ts'
import { type LimitRule, type Pace, SlidingWindow, retryAfterMs } from './limits.ts'
import { ManualClock } from './testing.ts'

/** One ledger in memory, as the store keeps it: each asker with its own name. */
function sharedLedger(given: Pace, clock: ManualClock) {
  let state: LedgerState = { holdings: [], mood: calm }
  const shared = {
    dead: new Set<string>(),
    broken: false,
    changes: 0,
    of: (holder: string): Ledger => ({
      async take(want, mood) {
        if (shared.broken) throw new Error('unreachable')
        const isGone = (other: string): boolean => shared.dead.has(other)
        const taken = takeShare(state, given, { holder, want, now: clock.now(), mood, isGone })
        state = taken.state
        shared.changes++
        return taken.share
      },
      async giveBack(sent, lastAt, mood) {
        state = giveBack(state, given, holder, { sent, lastAt, mood, now: clock.now() })
      },
    }),
  }
  return shared
}

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

test('who meets a long back-fill waits for one window at most; from then on it leaves room', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const windowMs = 60_000
  const budget = new Budget({ ...rule, requests: 20, windowMs, concurrency: 4 }, clock)
  const sent: [string, number][] = []
  const send = (priority: Priority) =>
    budget.run(priority, async () => sent.push([priority, clock.now() - start]))
  const filling = Array.from({ length: 60 }, () => send('backfill'))
  const urgent = (at: number) => clock.sleep(at).then(() => Promise.all([send('open'), send('write')]))
  await clock.run(Promise.all([...filling, urgent(10), urgent(windowMs + 10)]))
  const fills = sent.flatMap(([kind, at]) => (kind === 'backfill' ? [at] : []))
  expect(fills.filter((at) => at === 0)).toHaveLength(20)
  expect(sent.filter(([kind]) => kind !== 'backfill')).toEqual([
    ['write', windowMs],
    ['open', windowMs],
    ['open', windowMs + 10],
    ['write', windowMs + 10],
  ])
  // Three fifths of the window with the two that went before, then one by one.
  expect(fills.slice(28, 32)).toEqual([windowMs, windowMs, windowMs + 910, windowMs + 1810])
})

test('a back-fill that is alone takes all that is granted at once; a write that has come keeps its room', async () => {
  const fill = async (writes: boolean) => {
    const clock = new ManualClock()
    const start = clock.now()
    const budget = new Budget({ ...rule, requests: 20, windowMs: 60_000, concurrency: 4 }, clock)
    const sent: number[] = []
    if (writes) await budget.run('write', async () => {})
    const filling = Array.from({ length: 100 }, () =>
      budget.run('backfill', async () => sent.push(clock.now() - start)),
    )
    await clock.run(Promise.all(filling))
    return sent
  }
  const alone = await fill(false)
  expect(alone.at(-1)).toBe(4 * 60_000)
  const most = (sent: number[]) =>
    Math.max(...sent.map((at) => sent.filter((one) => one >= at && one < at + 60_000).length))
  expect(most(alone)).toBe(20)
  expect(most(await fill(true))).toBe(19)
})

test('where nothing is published a refusal halves the pace, which grows back by itself', async () => {
  const clock = new ManualClock()
  const budget = new Budget({ ...rule, requests: 16, concurrency: 16, guessed: true }, clock)
  const inOneWindow = async (): Promise<number> => {
    const before = budget.spent
    const flood = Array.from({ length: 20 }, () => budget.run('write', async () => {}))
    await clock.run(clock.sleep(0))
    const sent = budget.spent - before
    await clock.run(Promise.all(flood))
    await clock.run(clock.sleep(1000))
    return sent
  }
  const inFull = await inOneWindow()
  // Three that were on their way together are one refusal.
  for (let i = 0; i < 3; i++) budget.throttled(100, true)
  await clock.run(clock.sleep(1000))
  const halved = await inOneWindow()
  await clock.run(clock.sleep(300_000))
  const later = await inOneWindow()
  await clock.run(clock.sleep(1_200_000))
  expect([inFull, halved, later, await inOneWindow()]).toEqual([16, 8, 12, 16])
})

test('a published limit is not halved when the vendor said how long to wait', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const budget = new Budget(rule, clock)
  budget.throttled(5000, true)
  const sent: number[] = []
  await clock.run(
    Promise.all([1, 2, 3].map(() => budget.run('write', async () => sent.push(clock.now() - start)))),
  )
  expect(sent).toEqual([5000, 5000, 5000])
})

test('what the vendor says is left is not passed, and its last part is kept for what matters more', async () => {
  const clock = new ManualClock()
  const start = clock.now()
  const budget = new Budget({ ...rule, requests: 100, windowMs: 10_000, concurrency: 1 }, clock)
  budget.learn({ limit: 10, remaining: 6, resetAt: start + 4000 })
  const sent: [string, number][] = []
  const send = (priority: Priority) =>
    budget.run(priority, async () => sent.push([priority, clock.now() - start]))
  await clock.run(
    Promise.all(
      ['backfill', 'inventory', 'write', 'write', 'write', 'open'].map((one) => send(one as Priority)),
    ),
  )
  expect(sent.map(([name, at]) => `${name} ${at}`)).toEqual([
    'backfill 0',
    'write 0',
    'write 0',
    'write 0',
    'open 0',
    'inventory 4000',
  ])
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

test('several processes on one ledger, some of which die: together they never pass the limit', async () => {
  const plan = fc.record({
    requests: fc.integer({ min: 1, max: 40 }),
    windowMs: fc.integer({ min: 500, max: 90_000 }),
    lives: fc.array(
      fc.record({
        after: fc.nat(200_000),
        sends: fc.integer({ min: 1, max: 60 }),
        gapMs: fc.nat(3000),
        ends: fc.constantFrom('dies', 'dies unseen', 'gives back'),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ requests, windowMs, lives }) => {
      const clock = new ManualClock()
      const given = { ...rule, requests, windowMs }
      const shared = sharedLedger(given, clock)
      const sent: number[] = []
      const life = async ({ after, sends, gapMs, ends }: (typeof lives)[number], i: number) => {
        await clock.sleep(after)
        const budget = new Budget(given, clock)
        budget.keepIn(() => shared.of(`${ends} ${i}`))
        for (let n = 0; n < sends; n++) {
          await budget.run('write', async () => sent.push(clock.now()))
          await clock.sleep(gapMs)
        }
        if (ends === 'gives back') await budget.giveBack()
        if (ends === 'dies') shared.dead.add(`${ends} ${i}`)
      }
      await clock.run(Promise.all(lives.map(life)))
      expect(sent).toHaveLength(lives.reduce((sum, one) => sum + one.sends, 0))
      for (const [i, at] of sent.entries())
        expect(at - (sent[i - requests] ?? -Infinity)).toBeGreaterThanOrEqual(windowMs)
    }),
    { numRuns: 60 },
  )
})

test('a quiet hour costs a few changes of the ledger, a window of full use one', async () => {
  const clock = new ManualClock()
  const given = { ...rule, requests: 150, windowMs: 60_000, concurrency: 4 }
  const shared = sharedLedger(given, clock)
  const budget = new Budget(given, clock)
  budget.keepIn(() => shared.of('a'))
  const send = (): Promise<unknown> => budget.run('write', async () => {})
  const quiet = async (): Promise<void> => {
    for (let i = 0; i < 60; i++) await send().then(() => clock.sleep(60_000))
  }
  await clock.run(quiet())
  expect(shared.changes).toBeLessThanOrEqual(8)
  shared.changes = 0
  const flood = async (): Promise<void> => {
    for (let i = 0; i < 1500; i++) await send()
  }
  await clock.run(flood())
  expect(shared.changes).toBeLessThanOrEqual(10 + 10)
})

test('a ledger that cannot be reached: the share that is held may be used until it ends, no more', async () => {
  const clock = new ManualClock()
  const given = { ...rule, requests: 32, windowMs: 60_000, concurrency: 4 }
  const shared = sharedLedger(given, clock)
  const budget = new Budget(given, clock)
  budget.keepIn(() => shared.of('a'))
  await clock.run(budget.run('write', async () => {}))
  shared.broken = true
  const start = clock.now()
  const sent: number[] = []
  const all = Array.from({ length: 12 }, () =>
    budget.run('write', async () => sent.push(clock.now() - start)),
  )
  await clock.run(clock.sleep(3_600_000))
  // One in a window, as long as a share of one in thirty-two is valid: ten minutes.
  expect(sent).toHaveLength(9)
  expect(Math.max(...sent)).toBeLessThan(600_000)
  shared.broken = false
  await clock.run(Promise.all(all))
  expect(sent).toHaveLength(12)
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
      await budget.run('write', () => (left % 30 === 0 ? clock.sleep(300) : Promise.resolve()))
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
