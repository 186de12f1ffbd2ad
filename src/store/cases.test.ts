import { expect, test } from 'vitest'
import { casesByIds, countCases, listCases, putCases } from './cases.ts'
import { edgesOf, putEdges } from './edges.ts'
import { caseOf, forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('a case grows, and keeps when it was made', async () => {
    const { db } = await openFresh()
    await putCases(db, [caseOf('c1'), caseOf('c2')])
    await putCases(db, [caseOf('c1', { findingCount: 2, status: 'resolved', createdAt: 9, updatedAt: 9 })])
    expect(await casesByIds(db, ['c1'])).toEqual([
      caseOf('c1', { findingCount: 2, status: 'resolved', updatedAt: 9 }),
    ])
    expect(await countCases(db)).toEqual({ open: 1, resolved: 1 })
  })

  test('a case is written as it now is, whatever it is known as', async () => {
    const { db } = await openFresh()
    const [one, two] = [caseOf('c1'), caseOf('c2')]
    await putCases(db, [one, two])
    const now = [
      { ...one, firstTime: one.firstTime - 5, tenantId: 'other', title: 'moved' },
      { ...two, lastTime: two.lastTime + 5, title: 'grown' },
      caseOf('c3'),
    ]
    await putCases(db, now, new Map([one, two].map((each) => [each.id, each])))
    expect(await casesByIds(db, ['c1', 'c2', 'c3'])).toEqual(now)
  })

  test('pages are newest first and join without a gap or a repeat', async () => {
    const { db } = await openFresh()
    const all = Array.from({ length: 25 }, (_, i) =>
      caseOf(`c${i}`, {
        firstTime: Math.floor(i / 4),
        tenantId: `t${i % 2}`,
        status: i % 3 ? 'open' : 'resolved',
      }),
    )
    await putCases(db, all)
    const read = []
    for (let page = await listCases(db, { limit: 4 }); page.length > 0;) {
      read.push(...page)
      const last = page.at(-1)!
      page = await listCases(db, { limit: 4, before: { time: last.firstTime, id: last.id } })
    }
    expect(read).toEqual(all.toSorted((a, b) => b.firstTime - a.firstTime || (a.id < b.id ? 1 : -1)))
    const some = await listCases(db, { limit: 50, tenantId: 't1', status: 'open' })
    expect(some).toEqual(read.filter((each) => each.tenantId === 't1' && each.status === 'open'))
  })

  test('every edge has its reason, and the last one given stands', async () => {
    const { db } = await openFresh()
    const edge = { caseId: 'c1', findingId: 'f1', reason: 'founded it', weight: 0 }
    await putEdges(db, [edge, { ...edge, caseId: 'c2' }])
    await putEdges(db, [{ ...edge, reason: 'host ws-01', weight: 1.2 }])
    expect(await edgesOf(db, 'c1')).toEqual([{ ...edge, reason: 'host ws-01', weight: 1.2 }])
  })
})
