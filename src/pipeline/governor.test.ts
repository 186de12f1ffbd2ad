import { expect, test } from 'vitest'

import { Budget } from '../contract/budget.ts'
import type { Pace } from '../contract/limits.ts'
import { ManualClock } from '../contract/testing.ts'
import { listBudgets } from '../store/budgets.ts'
import type { Store } from '../store/store.ts'
import { forEachEngine } from '../store/testing.ts'
import { Governor } from './governor.ts'

const rule: Pace = { scope: 'address', requests: 64, windowMs: 60_000, concurrency: 8 }

forEachEngine((openFresh, engine) => {
  /** Virtual time runs on while a real server answers: how long a thing took is told by SQLite alone. */
  const took = (ms: number): number => (engine === 'sqlite' ? ms : 0)
  const process = (store: Store, clock: ManualClock, holder: string, dead: string[] = []) => {
    const log = (): void => {}
    const parts = { db: store.db, now: clock.now, holder, hasDied: (one: string) => dead.includes(one), log }
    const governor = new Governor(parts)
    const budget = new Budget(rule, clock)
    const connections = new Set(['con'])
    budget.keepIn((lane, own) => governor.ledger({ name: `toy:address${lane}`, connections, rule: own }))
    return budget
  }
  const flood = (budget: Budget, clock: ManualClock, sent: number[], count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        budget.run('write', async () => {
          sent.push(clock.now())
          await clock.sleep(50)
        }),
      ),
    )
  const mostInOneWindow = (sent: number[]): number =>
    Math.max(...sent.map((at) => sent.filter((one) => one >= at && one < at + rule.windowMs).length))

  test('two processes share one limit, and both get on', async () => {
    const [store, clock] = [await openFresh(), new ManualClock()]
    const sent: number[][] = [[], []]
    const both = sent.map((own, i) => flood(process(store, clock, `hub-${i}`), clock, own, 200))
    await clock.run(Promise.all(both))
    expect(sent.map((own) => own.length)).toEqual([200, 200])
    expect(mostInOneWindow(sent.flat())).toBeLessThanOrEqual(rule.requests)
    const middle = took(((sent[0]?.[0] ?? 0) + clock.now()) / 2) || Infinity
    expect(sent.map((own) => own.filter((at) => at < middle).length)).not.toContain(0)
  })

  test('a process that is killed and started again does not spend the window twice', async () => {
    const [store, clock] = [await openFresh(), new ManualClock()]
    const sent: number[] = []
    await clock.run(flood(process(store, clock, 'first'), clock, sent, 60))
    await clock.run(flood(process(store, clock, 'second', ['first']), clock, sent, 60))
    expect(sent).toHaveLength(120)
    expect(mostInOneWindow(sent)).toBeLessThanOrEqual(rule.requests)
    expect(took(clock.now() - (sent[0] ?? 0))).toBeLessThan(2.2 * rule.windowMs)
  })

  test('what a process gives back is free for the next at once, but for what it sent', async () => {
    const [store, clock] = [await openFresh(), new ManualClock()]
    const [first, sent] = [process(store, clock, 'first'), [] as number[]]
    await clock.run(flood(first, clock, sent, 24))
    await clock.run(first.giveBack())
    const second = process(store, clock, 'second')
    await clock.run(flood(second, clock, sent, 40))
    expect(took(clock.now() - (sent[0] ?? 0))).toBeLessThan(5_000)
    await expect(listBudgets(store.db)).resolves.toMatchObject([
      { name: 'toy:address', connections: ['con'] },
    ])
  })

  test('what the vendor has taught outlives the process', async () => {
    const [store, clock] = [await openFresh(), new ManualClock()]
    const first = process(store, clock, 'first')
    await clock.run(first.run('open', async () => first.throttled(30_000, false)))
    await clock.run(clock.sleep(10))
    const second = process(store, clock, 'second', ['first'])
    const asked = clock.now()
    await clock.run(second.run('open', async () => {}))
    expect(clock.now() - asked).toBeGreaterThanOrEqual(29_990)
    const [kept] = await listBudgets(store.db)
    expect(kept?.mood.factor).toBe(0.5)
  })
})
