import { expect, test } from 'vitest'

import type { Feed } from '../connectors/feed.ts'
import { toDetectionFinding } from '../domain/detection.ts'
import { toRecord } from '../domain/record.ts'
import { putCustomers } from '../store/customers.ts'
import { listDeadLetters } from '../store/dead-letters.ts'
import { findingsSince } from '../store/findings.ts'
import { hasPending } from '../store/pending.ts'
import { putRecords } from '../store/records.ts'
import { putTenants } from '../store/tenants.ts'
import { customer, forEachEngine } from '../store/testing.ts'
import type { Hub } from './hub.ts'
import { advance } from './line.ts'
import { allProtections } from './protections.ts'

const t = Date.parse('2026-06-01T12:00:00Z')

const alerts: Pick<Feed, 'name' | 'kind' | 'toReading'> = {
  name: 'alerts',
  kind: 'findings',
  toReading(record) {
    const { vendorId: uid, body } = record
    if (body === 'unreadable') throw new Error('no alert')
    const product = { name: 'P', vendor_name: 'V' }
    const said = {
      product,
      uid,
      title: `Alert ${uid}`,
      severity: 'high' as const,
      status: 'New',
      statusIds: {},
    }
    return { event: toDetectionFinding(record, said), entities: [{ kind: 'host', value: `ws-${uid}` }] }
  },
}

forEachEngine((openFresh) => {
  test('what cannot be read is buried alone, however many wait with it and are committed together', async () => {
    const store = await openFresh()
    await putTenants(store.db, [{ id: 'ten', name: 'Harbor Dental', mergedInto: null }])
    await putCustomers(store.db, [customer('con', '7', { name: 'Harbor', tenantId: 'ten' })])
    const bad = new Set([3, 700, 701, 1290])
    const seeds = Array.from({ length: 1300 }, (_, i) => {
      const body = bad.has(i) ? 'unreadable' : `alert ${i}`
      return { vendorId: String(i), customerId: '7', time: t + i * 60_000, open: true, body }
    })
    // Whatever the ids are, they wait in the order in which they were seen.
    const records = seeds.map((seed, i) => toRecord('con', 'alerts', seed, t + i))
    await putRecords(store.db, records)
    const live = [{ connection: { id: 'con', vendor: 'acme' }, connector: { feeds: [alerts] } }]
    const outside = { now: () => t, random: () => 0.5 }
    const hub = { store, outside, live, holder: 'test', protections: allProtections, log: () => {} }
    // The line asks for no more of a hub.
    expect(await advance(hub as unknown as Hub)).toBe(1300)
    expect(await hasPending(store.db)).toBe(false)
    expect((await findingsSince(store.db, 0)).map((one) => Number(one.vendorId))).toEqual(
      seeds.flatMap((_, i) => (bad.has(i) ? [] : [i])),
    )
    const letters = await listDeadLetters(store.db, 100)
    expect(new Set(letters.map(({ ref, reason }) => `${ref}: ${reason}`))).toEqual(
      new Set([...bad].map((i) => `${records[i]?.id}: no alert`)),
    )
    expect(await advance(hub as unknown as Hub)).toBe(0)
  })
})
