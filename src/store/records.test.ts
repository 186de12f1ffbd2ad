import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toRecord, type VendorRecord } from '../domain/record.ts'
import { markDone } from './pending.ts'
import { countRecords, heads, openHeads, putRecords, record, recordsByIds, takePending } from './records.ts'
import { empty, forEachEngine } from './testing.ts'

function version(vendorId: string, body: string, now = 1, open = true, feed = 'incidents'): VendorRecord {
  return toRecord('con', feed, { vendorId, customerId: null, time: 1000, open, body }, now)
}

forEachEngine((openFresh) => {
  test('what was read before is not new', async () => {
    const { db } = await openFresh()
    const rows = [version('1', 'A'), version('2', 'A')]
    expect((await putRecords(db, rows)).fresh).toEqual(rows)
    expect((await putRecords(db, [...rows, version('3', 'A')])).fresh).toEqual([version('3', 'A')])
    expect(await countRecords(db)).toBe(3)
    expect(await record(db, rows[0]!.id)).toEqual(rows[0])
    const ids = [...rows.map((row) => row.id), 'unknown']
    expect(await recordsByIds(db, ids)).toEqual(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    expect(await recordsByIds(db, [])).toEqual([])
  })

  test('the last version is the head, of this connection and feed only', async () => {
    const { db } = await openFresh()
    const other = version('1', 'other', 1, true, 'agents')
    await putRecords(db, [version('1', 'A'), version('1', 'B'), other])
    await putRecords(db, [version('1', 'C', 2)])
    expect(await heads(db, 'con', 'incidents', ['1', 'unknown'])).toEqual([version('1', 'C', 2)])
    expect(await heads(db, 'con', 'agents', ['1'])).toEqual([other])
  })

  test('a version that comes back is head and pending again', async () => {
    const { db } = await openFresh()
    for (const body of ['A', 'B']) await putRecords(db, [version('1', body)])
    await markDone(
      db,
      (await takePending(db, 10)).map((row) => row.id),
    )
    expect((await putRecords(db, [version('1', 'A', 9)])).fresh).toEqual([])
    expect(await heads(db, 'con', 'incidents', ['1'])).toEqual([version('1', 'A')])
    expect(await takePending(db, 10)).toEqual([version('1', 'A')])
  })

  test('only heads that are open are open', async () => {
    const { db } = await openFresh()
    await putRecords(db, [version('1', 'A'), version('2', 'A'), version('3', 'A', 1, false)])
    await putRecords(db, [version('2', 'B', 2, false)])
    expect((await openHeads(db, 'con', 'incidents')).map((row) => row.vendorId)).toEqual(['1'])
  })

  test('pending records come oldest first, and a head after the versions before it', async () => {
    const { db } = await openFresh()
    await putRecords(db, [version('2', 'A', 5), version('1', 'A', 6)])
    await putRecords(db, [version('2', 'B', 4)])
    const taken = await takePending(db, 10)
    expect(taken.map((row) => `${row.vendorId}${row.body}`)).toEqual(['2A', '2B', '1A'])
    expect((await takePending(db, 2)).length).toBe(2)
    await markDone(
      db,
      taken.slice(0, 2).map((row) => row.id),
    )
    expect(await takePending(db, 10)).toEqual(taken.slice(2))
  })

  test('whatever is read, heads are what was read last, and reading it again changes nothing', async () => {
    const store = await openFresh()
    const { db } = store
    const letter = fc.constantFrom('A', 'B', 'C')
    const batches = fc.array(fc.array(fc.tuple(fc.constantFrom('1', '2', '3'), letter), { maxLength: 5 }), {
      maxLength: 5,
    })
    const property = fc.asyncProperty(batches, async (batches) => {
      await empty(store)
      const last = new Map<string, string>()
      const seen = new Set<string>()
      const read = new Map<string, string>() // what a pipeline that follows along knows
      for (const [now, batch] of batches.entries()) {
        const rows = batch.map(([id, body]) => version(id, body, now))
        const fresh = new Set(rows.map((row) => row.id).filter((id) => !seen.has(id)))
        expect(new Set((await putRecords(db, rows)).fresh.map((row) => row.id))).toEqual(fresh)
        for (const row of rows) last.set(row.vendorId, row.body)
        for (const row of rows) seen.add(row.id)
        const still = rows.filter((row) => last.get(row.vendorId) === row.body)
        expect((await putRecords(db, still)).fresh).toEqual([])
        const taken = now % 2 === 1 ? await takePending(db, 2) : []
        for (const row of taken) read.set(row.vendorId, row.body)
        await markDone(
          db,
          taken.map((row) => row.id),
        )
      }
      for (const row of await takePending(db, 1000)) read.set(row.vendorId, row.body)
      expect(
        new Map(
          (await heads(db, 'con', 'incidents', ['1', '2', '3'])).map((row) => [row.vendorId, row.body]),
        ),
      ).toEqual(last)
      expect(read).toEqual(last)
      expect(await countRecords(db)).toBe(seen.size)
    })
    await fc.assert(property, { numRuns: store.engine === 'sqlite' ? 100 : 15 })
  })
})
