import { expect, test } from 'vitest'
import { neighbours, putEntities, type Sighting } from './entities.ts'
import { putFindings } from './findings.ts'
import { finding, forEachEngine } from './testing.ts'

const host = { tenantId: 'ten', kind: 'host', value: 'ws-01' } as const

function sighting(findingId: string, time: number, over: Partial<Sighting> = {}): Sighting {
  return { ...host, findingId, time, ...over }
}

forEachEngine((openFresh) => {
  test('neighbours share an entity inside one tenant and a time span, and are in a case', async () => {
    const { db } = await openFresh()
    await putFindings(
      db,
      ['f1', 'f2', 'f3', 'f4'].map((id) => ({
        ...finding(id),
        caseId: id === 'f3' ? null : `case of ${id}`,
      })),
    )
    await putEntities(db, [
      sighting('f1', 100),
      sighting('f1', 100, { kind: 'user', value: 'ws-01' }),
      sighting('f2', 201),
      sighting('f3', 150),
      sighting('f4', 150, { tenantId: 'other' }),
    ])
    const around = (reach: number) =>
      [host, host, { ...host, value: 'unknown' }].map((key) => ({ ...key, time: 150, reach }))
    expect(await neighbours(db, around(50))).toEqual([{ ...sighting('f1', 100), caseId: 'case of f1' }])
    expect((await neighbours(db, around(51))).map((each) => each.findingId)).toEqual(['f1', 'f2'])
    expect(await neighbours(db, [])).toEqual([])
  })
})
