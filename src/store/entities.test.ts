import { expect, test } from 'vitest'
import { countCasesBegun, putCases } from './cases.ts'
import { countCasesWith, dropEntities, neighbours, putEntities, type Sighting } from './entities.ts'
import { caseOf, forEachEngine } from './testing.ts'

const host = { tenantId: 'ten', kind: 'host', value: 'ws-01' } as const

function sighting(findingId: string, time: number, over: Partial<Sighting> = {}): Sighting {
  return { ...host, findingId, caseId: `case of ${findingId}`, time, ...over }
}

forEachEngine((openFresh) => {
  test('neighbours share an entity inside one tenant and a time span', async () => {
    const { db } = await openFresh()
    await putEntities(db, [
      sighting('f1', 100),
      sighting('f1', 100, { kind: 'user', value: 'ws-01' }),
      sighting('f2', 201),
      sighting('f4', 150, { tenantId: 'other' }),
    ])
    const around = (reach: number) =>
      [host, { ...host, value: 'unknown' }].map((key) => ({ ...key, from: 150 - reach, to: 150 + reach }))
    expect(await neighbours(db, around(50))).toEqual([{ span: 0, caseId: 'case of f1', time: 100 }])
    expect((await neighbours(db, around(51))).map((each) => each.caseId).toSorted()).toEqual([
      'case of f1',
      'case of f2',
    ])
    expect(await neighbours(db, [])).toEqual([])
  })

  test('a sighting follows its finding into another case, and is gone when it is dropped', async () => {
    const { db } = await openFresh()
    await putEntities(db, [sighting('f1', 100)])
    await putEntities(db, [sighting('f1', 100, { caseId: 'other' })])
    const span = { ...host, from: 0, to: 1000 }
    expect((await neighbours(db, [span])).map((each) => each.caseId)).toEqual(['other'])
    await dropEntities(db, [sighting('f1', 100)])
    expect(await neighbours(db, [span])).toEqual([])
  })

  test('an entity is counted by the cases that it stands in, a storm once', async () => {
    const { db } = await openFresh()
    const storm = Array.from({ length: 20 }, (_, i) => sighting(`f${i}`, 100 + i, { caseId: 'storm' }))
    await putEntities(db, [...storm, sighting('g', 300), sighting('late', 900)])
    const counted = await countCasesWith(db, [
      { ...host, from: 0, to: 500 },
      { ...host, value: 'unknown', from: 0, to: 500 },
    ])
    expect(counted.toSorted((a, b) => a.span - b.span)).toEqual([
      { span: 0, count: 2 },
      { span: 1, count: 0 },
    ])
  })

  test('cases are counted by the time at which they began', async () => {
    const { db } = await openFresh()
    await putCases(db, [
      caseOf('a', { firstTime: 10 }),
      caseOf('b', { firstTime: 20 }),
      caseOf('c', { tenantId: 'x' }),
    ])
    expect(await countCasesBegun(db, [{ tenantId: 'ten', from: 10, to: 19 }])).toEqual(new Map([['ten', 1]]))
    expect(await countCasesBegun(db, [])).toEqual(new Map())
  })
})
