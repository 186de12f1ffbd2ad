import { expect, test } from 'vitest'
import {
  casesElsewhere,
  countElsewhere,
  countQuarantined,
  findingsByIds,
  moveFindings,
  putFindings,
  releaseQuarantined,
} from './findings.ts'
import { finding, forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('an update of a finding keeps its case', async () => {
    const { db } = await openFresh()
    await putFindings(db, [{ ...finding('f1'), caseId: 'case' }, finding('f2')])
    await putFindings(db, [finding('f1', { title: 'Changed', open: false })])
    expect(await findingsByIds(db, ['f2', 'f1', 'unknown'])).toEqual([
      { ...finding('f1', { title: 'Changed', open: false }), caseId: 'case', elsewhere: false },
      { ...finding('f2'), caseId: null, elsewhere: false },
    ])
  })

  test('findings of customers without a tenant wait, counted, until the customer is linked', async () => {
    const { db } = await openFresh()
    const waiting = { tenantId: null }
    await putFindings(db, [
      finding('f1', { ...waiting, time: 2 }),
      finding('f2', { ...waiting, time: 1 }),
      finding('f3', { ...waiting, customerId: null }),
      finding('f4', { ...waiting, connectionId: 'other' }),
      finding('f5'),
    ])
    const counts = [
      { connectionId: 'con', customerId: null, count: 1, oldest: 1000 },
      { connectionId: 'con', customerId: 'cus', count: 2, oldest: 1 },
      { connectionId: 'other', customerId: 'cus', count: 1, oldest: 1000 },
    ]
    expect(await countQuarantined(db)).toEqual(counts)
    const freed = await releaseQuarantined(db, 'con', 'cus', 'ten')
    expect(freed.map((each) => [each.id, each.tenantId])).toEqual([
      ['f2', 'ten'],
      ['f1', 'ten'],
    ])
    expect((await releaseQuarantined(db, 'con', null, 'ten')).map((each) => each.id)).toEqual(['f3'])
    expect(await countQuarantined(db)).toEqual([counts[2]])
  })

  test('a finding is put elsewhere, and told of there, until it is put right', async () => {
    const { db } = await openFresh()
    await putFindings(db, [{ ...finding('f1'), caseId: 'case' }, finding('f2')])
    await moveFindings(db, ['f1'], { tenantId: 'other', elsewhere: true })
    expect(await countElsewhere(db)).toEqual([{ connectionId: 'con', customerId: 'cus', count: 1 }])
    expect(await casesElsewhere(db, 'con', 'cus')).toEqual(['case'])
    expect(await casesElsewhere(db, 'con', 'another')).toEqual([])
    await moveFindings(db, ['f1'], { tenantId: null, elsewhere: false, caseId: null })
    expect(await countElsewhere(db)).toEqual([])
    expect(await findingsByIds(db, ['f1'])).toMatchObject([{ tenantId: null, caseId: null }])
    expect(await countQuarantined(db)).toMatchObject([{ count: 1 }])
  })
})
