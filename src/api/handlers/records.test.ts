// Events are read from records when somebody asks: the newest version of each, with whose it is.
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type ApiActivity, apiActivityClass, ocsfVersion } from '../../domain/event.ts'
import { type VendorRecord, toRecord } from '../../domain/record.ts'
import { putConnection } from '../../store/connections.ts'
import { putCustomers } from '../../store/customers.ts'
import { putRecords } from '../../store/records.ts'
import { type Store, openStore } from '../../store/store.ts'
import { putTenants } from '../../store/tenants.ts'
import { customer, freshSqlite } from '../../store/testing.ts'
import type { Ask, FeedFact } from '../ask.ts'
import { activities, inventory } from './records.ts'

const t = Date.parse('2026-06-01T12:00:00Z')
let store: Store
beforeEach(async () => void (store = await openStore(await freshSqlite())))
afterEach(() => store.close())

function toActivity(record: VendorRecord): ApiActivity {
  const { user, message } = JSON.parse(record.body) as { user: string; message?: string }
  return {
    class_uid: apiActivityClass,
    class_name: 'API Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: 1,
    activity_name: 'create',
    type_uid: 600_301,
    severity_id: 1,
    time: record.time,
    ...(message !== undefined && { message }),
    metadata: { version: ocsfVersion, product: { name: 'P', vendor_name: 'V' }, uid: record.vendorId },
    actor: { user: { name: user } },
    api: { operation: 'CREATE_KEY' },
    src_endpoint: { ip: '203.0.113.9' },
  }
}

const feeds: FeedFact[] = [
  { name: 'audit', everyMs: 60_000, kind: 'audit', toActivity },
  {
    name: 'agents',
    everyMs: 60_000,
    kind: 'inventory',
    toAsset: (record) => ({ kind: 'device', name: `WS-${record.vendorId}` }),
  },
]

async function ask(): Promise<Ask> {
  const { db } = store
  for (const id of ['acme', 'other'])
    await putConnection(db, { id, vendor: 'acme', name: id, settings: {}, secrets: '', createdAt: t })
  await putTenants(db, [{ id: 'ten_1', name: 'Harbor Dental', mergedInto: null }])
  await putCustomers(db, [customer('acme', '7', { name: 'Harbor', tenantId: 'ten_1' })])
  return { db, now: t, feedsOf: () => feeds }
}

async function put(connection: string, feed: string, vendorId: string, body: object, customerId?: string) {
  const seed = { vendorId, customerId: customerId ?? null, time: t + Number(vendorId) * 1000, open: false }
  await putRecords(store.db, [toRecord(connection, feed, { ...seed, body: JSON.stringify(body) }, t)])
}

test('activities: newest first, page by page, with tenant and source; what cannot be read is left to the dead letters', async () => {
  const one = await ask()
  await put('acme', 'audit', '1', { user: 'Ann' })
  await put('other', 'audit', '2', { user: 'Bob', message: 'made a key' }, '7')
  await put('acme', 'audit', '3', { user: 'Cid' }, '7')
  const first = await activities(one, { limit: 2 })
  expect(first.data).toMatchObject([
    { user: 'Cid', tenant: 'Harbor Dental', tenant_id: 'ten_1', time: '2026-06-01T12:00:03Z', message: null },
    {
      user: 'Bob',
      tenant: null,
      connection: 'other',
      operation: 'CREATE_KEY',
      address: '203.0.113.9',
      message: 'made a key',
    },
  ])
  const cursor = first.pagination.next_cursor ?? ''
  expect((await activities(one, { limit: 2, cursor })).data).toMatchObject([{ user: 'Ann', tenant: null }])
  await expect(inventory(one, { cursor })).rejects.toThrow('cursor')
  expect((await activities(one, { connection: 'other' })).data).toHaveLength(1)
  await store.db.updateTable('records').set({ body: 'not JSON' }).where('vendor_id', '=', '3').execute()
  expect((await activities(one, {})).data.map((row) => row.user)).toEqual(['Bob', 'Ann'])
})

test('inventory: each device once, as it stands now, and nothing of other feeds', async () => {
  const one = await ask()
  await put('acme', 'audit', '1', { user: 'Ann' })
  await put('acme', 'agents', '4', { version: 1 }, '7')
  await put('acme', 'agents', '4', { version: 2 }, '7')
  expect((await inventory(one, {})).data).toEqual([
    {
      id: expect.stringMatching(/^rec_/),
      connection: 'acme',
      tenant_id: 'ten_1',
      tenant: 'Harbor Dental',
      kind: 'device',
      name: 'WS-4',
      feed: 'agents',
      vendor_id: '4',
      seen_at: '2026-06-01T12:00:00Z',
    },
  ])
})
