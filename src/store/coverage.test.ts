import { expect, test } from 'vitest'

import type { Gap } from '../domain/coverage.ts'
import { noHorizon } from '../domain/horizon.ts'
import { putConnection, removeConnection } from './connections.ts'
import { addCovered, listCoverage } from './coverage.ts'
import { writeCursor } from './cursors.ts'
import { countUnreadRows, putDeadLetter } from './dead-letters.ts'
import { readFeedState } from './feed-states.ts'
import { openGaps, settleGaps } from './gaps.ts'
import { listHorizons, putHorizon } from './horizons.ts'
import { putRun } from './runs.ts'
import { forEachEngine } from './testing.ts'

const gap = (what: string, over: Partial<Gap> = {}): Gap => ({
  customerId: null,
  what,
  from: null,
  to: null,
  reason: 'one row is missing',
  ...over,
})

const ran = (startedAt: number) => ({
  id: `run_${startedAt}`,
  connectionId: 'con',
  feed: 'incidents',
  startedAt,
  endedAt: startedAt + 1,
  outcome: 'ok' as const,
  rows: 0,
  requests: 1,
  error: null,
  wholeAt: startedAt,
  turns: 1,
})

forEachEngine((openFresh) => {
  test('what was read is joined, customer by customer', async () => {
    const { db } = await openFresh()
    const own = { customerId: 'c1', from: 0, to: 10, declared: 7, seen: 7 }
    await addCovered(db, 'con', 'incidents', [own, { customerId: null, from: 10, to: null }], 1)
    await addCovered(db, 'con', 'incidents', [{ ...own, from: 10, to: 30, declared: 9, seen: 9 }], 2)
    const place = { connectionId: 'con', feed: 'incidents' }
    expect(await listCoverage(db)).toEqual([
      { ...place, customerId: null, spans: [{ from: 10, to: null }], declared: null, seen: null, readAt: 1 },
      { ...place, customerId: 'c1', spans: [{ from: 0, to: 30 }], declared: 9, seen: 9, readAt: 2 },
    ])
  })

  test('gaps are those of the last read: counted while they are open, closed when they are gone', async () => {
    const { db } = await openFresh()
    await settleGaps(db, 'con', 'incidents', [gap('open set'), gap('history', { customerId: 'c1' })], 1)
    await settleGaps(db, 'con', 'agents', [gap('list')], 1)
    await settleGaps(db, 'con', 'incidents', [gap('open set', { reason: 'two are missing' })], 2)
    const open = async () =>
      (await openGaps(db)).map((one) => [one.feed, one.what, one.reason, one.since, one.tries])
    expect(await open()).toEqual([
      ['agents', 'list', 'one row is missing', 1, 1],
      ['incidents', 'open set', 'two are missing', 1, 2],
    ])
    await settleGaps(db, 'con', 'incidents', [], 3)
    expect(await open()).toEqual([['agents', 'list', 'one row is missing', 1, 1]])
    await settleGaps(db, 'con', 'incidents', [gap('open set')], 4)
    expect(await open()).toContainEqual(['incidents', 'open set', 'one row is missing', 4, 1])
  })

  test('a read begins with cursor, delays and the last run, in one question', async () => {
    const { db } = await openFresh()
    expect(await readFeedState(db, 'con', 'incidents', 'lease')).toEqual({
      cursor: undefined,
      horizon: noHorizon,
      last: undefined,
      fence: 0,
    })
    await writeCursor(db, 'con', 'incidents', JSON.stringify({ at: 3 }), 3)
    await putRun(db, ran(1))
    await putRun(db, ran(5))
    await putRun(db, { ...ran(9), id: 'other', feed: 'agents' })
    const horizon = { newest: 4, delays: [0, 2], late: 1 }
    await putHorizon(db, 'con', 'incidents', horizon)
    expect(await readFeedState(db, 'con', 'incidents', 'lease')).toEqual({
      cursor: { at: 3 },
      horizon,
      last: ran(5),
      fence: 0,
    })
    expect(await listHorizons(db)).toEqual([{ connectionId: 'con', feed: 'incidents', horizon }])
  })

  test('a connection that comes back after it was removed has read nothing', async () => {
    const { db } = await openFresh()
    const settings = { name: 'Con', settings: {}, secrets: '', createdAt: 1 }
    await putConnection(db, { id: 'con', vendor: 'v', ...settings })
    await putRun(db, ran(1))
    await addCovered(db, 'con', 'incidents', [{ customerId: null, from: 0, to: null }], 1)
    await settleGaps(db, 'con', 'incidents', [gap('open set')], 1)
    await removeConnection(db, 'con')
    expect(await readFeedState(db, 'con', 'incidents', 'lease')).toMatchObject({ last: undefined })
    expect(await listCoverage(db)).toEqual([])
    expect(await openGaps(db)).toEqual([])
  })

  test('rows that could not be read are counted by feed, later stages’ letters are not', async () => {
    const { db } = await openFresh()
    const letter = { stage: 'sync', reason: 'no id', body: '{}' }
    const origin = { connectionId: 'con', feed: 'incidents', customerId: 'c1' }
    for (const ref of ['a', 'b', 'a']) await putDeadLetter(db, { ...letter, ref }, 1, origin)
    await putDeadLetter(db, { stage: 'normalise', ref: 'rec', reason: 'odd', body: null }, 1)
    expect(await countUnreadRows(db)).toEqual([{ ...origin, count: 2 }])
  })
})
