import { expect, test } from 'vitest'
import { countQuarantined, findingsByIds, putFindings, releaseQuarantined } from './findings.ts'
import { finding, forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('an update of a finding keeps its case', async () => {
    const { db } = await openFresh()
    await putFindings(db, [{ ...finding('f1'), caseId: 'case' }, finding('f2')])
    await putFindings(db, [finding('f1', { title: 'Changed', open: false })])
    expect(await findingsByIds(db, ['f2', 'f1', 'unknown'])).toEqual([
      { ...finding('f1', { title: 'Changed', open: false }), caseId: 'case' },
      { ...finding('f2'), caseId: null },
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
      { connectionId: 'con', customerId: null, count: 1 },
      { connectionId: 'con', customerId: 'cus', count: 2 },
      { connectionId: 'other', customerId: 'cus', count: 1 },
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
})
