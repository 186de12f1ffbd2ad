import { expect, test } from 'vitest'
import type { Run } from '../domain/run.ts'
import { countDeadLetters, listDeadLetters, putDeadLetter, takeDeadLetter } from './dead-letters.ts'
import { latestRuns, pruneRuns, putRun, runLoads } from './runs.ts'
import { forEachEngine } from './testing.ts'

function run(id: string, feed: string, at: number, over: Partial<Run> = {}): Run {
  return {
    id,
    connectionId: 'con',
    feed,
    startedAt: at,
    endedAt: at + 1,
    outcome: 'ok',
    rows: 0,
    requests: 1,
    error: null,
    wholeAt: at,
    turns: 1,
    ...over,
  }
}

forEachEngine((openFresh) => {
  test('the last run of each feed is known, and survives pruning', async () => {
    const { db } = await openFresh()
    for (const each of [run('r1', 'incidents', 1), run('r2', 'incidents', 5), run('r3', 'agents', 2)])
      await putRun(db, each)
    await putRun(db, run('r2', 'incidents', 5, { outcome: 'failed', error: '503' }))
    const latest = [run('r3', 'agents', 2), run('r2', 'incidents', 5, { outcome: 'failed', error: '503' })]
    expect(await latestRuns(db)).toEqual(latest)
    expect(await pruneRuns(db, 100)).toBe(1)
    expect(await latestRuns(db)).toEqual(latest)
  })

  test('what a turn costs is the mean of whole turns, quiet ones counted as often as they were', async () => {
    const { db } = await openFresh()
    await putRun(db, run('r1', 'incidents', 1, { requests: 100, endedAt: 901 }))
    await putRun(db, run('r2', 'incidents', 2, { requests: 1, turns: 99, endedAt: 12 }))
    await putRun(db, run('r3', 'incidents', 3, { requests: 50, outcome: 'failed' }))
    expect(await runLoads(db, 1)).toEqual([
      { connectionId: 'con', feed: 'incidents', requests: 1.99, lastsMs: 18.9 },
    ])
    expect(await runLoads(db, 3)).toEqual([])
  })

  test('the same trouble again is one dead letter, counted, until it is taken', async () => {
    const { db } = await openFresh()
    const letter = { stage: 'normalise', ref: 'rec_1', reason: 'no time', body: null }
    await putDeadLetter(db, letter, 1)
    await putDeadLetter(db, { ...letter, reason: 'no id' }, 2)
    await putDeadLetter(db, { ...letter, ref: 'rec_2', body: '{}' }, 3)
    expect(await countDeadLetters(db)).toBe(2)
    const [newest, counted] = await listDeadLetters(db, 10)
    expect(newest).toMatchObject({ ref: 'rec_2', body: '{}', count: 1 })
    expect(counted).toMatchObject({ ...letter, reason: 'no id', at: 2, count: 2 })
    expect(await takeDeadLetter(db, counted!.id)).toEqual(counted)
    expect(await takeDeadLetter(db, counted!.id)).toBeUndefined()
  })
})
