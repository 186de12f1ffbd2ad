import { beforeEach, describe, expect, test } from 'vitest'

import { type Customer, type Tenant, customerKey } from '../domain/tenant.ts'
import { customersOf } from '../store/customers.ts'
import { listMappingEvents } from '../store/mapping-events.ts'
import { type Store, openStore } from '../store/store.ts'
import { tenants } from '../store/tenants.ts'
import { freshSqlite } from '../store/testing.ts'
import { type CustomerNews, type SeenCustomer, mapCustomers, notePresence } from './customers.ts'

let store: Store
let now = 1000

beforeEach(async () => {
  store = await openStore(await freshSqlite())
  return () => store.close()
})

const desk = (vendorId: string, name: string, domains: string[] = []): SeenCustomer => {
  return { connectionId: 'desk', vendorId, name, domains, founds: true }
}
const det = (vendorId: string, name: string, domains: string[] = []): SeenCustomer => {
  return { connectionId: 'det', vendorId, name, domains, founds: false }
}

async function see(seen: SeenCustomer[], traces: CustomerNews['traces'] = []): Promise<void> {
  now += 1000
  await store.transaction((tx) => mapCustomers(tx, { seen, traces }, now))
}

async function all(): Promise<{ one: Map<string, Customer>; tenants: Tenant[] }> {
  const found = await customersOf(store.db)
  return { one: new Map(found.map((each) => [customerKey(each), each])), tenants: await tenants(store.db) }
}

/** The name of the tenant that each customer stands for, by `connection vendorId`. */
async function links(): Promise<Record<string, string | null>> {
  const { one, tenants: rows } = await all()
  const nameOf = (id: string | null): string | null => rows.find((row) => row.id === id)?.name ?? null
  return Object.fromEntries(
    [...one.values()].map((each) => [`${each.connectionId} ${each.vendorId}`, nameOf(each.tenantId)]),
  )
}

const reasonOf = async (connectionId: string, vendorId: string): Promise<string | undefined> =>
  (await all()).one.get(customerKey({ connectionId, vendorId }))?.reason

describe('who is mapped without a person', () => {
  test('names that differ by suffix, in whatever order the vendors are read', async () => {
    await see([det('9', 'Acme Dental')])
    expect(await links()).toEqual({ 'det 9': null })
    await see([desk('1', 'Acme Dental, LLC')])
    expect(await links()).toEqual({ 'det 9': 'Acme Dental, LLC', 'desk 1': 'Acme Dental, LLC' })
  })

  test('another name with the same domain and the same devices, once an inventory shows them', async () => {
    await see([desk('1', 'Acme Dental'), desk('2', 'Beta Foods'), det('9', 'AD Ohio', ['acme.example'])])
    expect((await links())['det 9']).toBe(null)
    const hosts = ['desktop-7f3k2q1', 'desktop-9x2l0pp', 'laptop-4410zz']
    const trace = (connectionId: string, vendorId: string) =>
      hosts.map((value) => ({ connectionId, vendorId, kind: 'host' as const, value }))
    await see([], [...trace('desk', '1'), ...trace('det', '9')])
    expect((await links())['det 9']).toBe(null)
    expect(await reasonOf('det', '9')).toMatch(
      /^perhaps Acme Dental \(3 shared devices .*\): a person decides$/,
    )
    await see([], [{ connectionId: 'desk', vendorId: '1', kind: 'domain', value: 'acme.example' }])
    expect((await links())['det 9']).toBe('Acme Dental')
    expect(await reasonOf('det', '9')).toBe(
      'same domain acme.example, 3 shared devices (desktop-7f3k2q1, desktop-9x2l0pp …)',
    )
  })
})

describe('two customers of one vendor with the same name', () => {
  test('at the detection vendor: both wait', async () => {
    await see([desk('1', 'Acme'), det('8', 'Acme'), det('9', 'ACME Inc.')])
    expect(await links()).toMatchObject({ 'det 8': null, 'det 9': null })
  })

  test('one that comes later waits, and says who has the place', async () => {
    await see([desk('1', 'Acme'), det('8', 'Acme')])
    await see([det('9', 'Acme')])
    expect(await links()).toMatchObject({ 'det 8': 'Acme', 'det 9': null })
    expect(await reasonOf('det', '9')).toBe(
      'perhaps Acme (same name; 0.9), which 8 stands for already: a person decides',
    )
  })

  test('at the ticketing vendor: two tenants, and who is called like them waits', async () => {
    await see([desk('1', 'Acme'), desk('2', 'Acme'), det('9', 'Acme')])
    expect((await all()).tenants).toHaveLength(2)
    expect((await links())['det 9']).toBe(null)
  })
})

describe('a customer that is renamed', () => {
  test('keeps its link, and at the ticketing vendor its tenant follows', async () => {
    await see([desk('1', 'Acme'), det('9', 'Acme')])
    await see([desk('1', 'Apex')])
    expect(await links()).toEqual({ 'desk 1': 'Apex', 'det 9': 'Apex' })
    await see([det('9', 'Zenith')])
    expect((await links())['det 9']).toBe('Apex')
    const [last] = await listMappingEvents(store.db, { limit: 1 })
    expect(last).toMatchObject({
      kind: 'rename',
      actor: 'watchfloor',
      reason: 'renamed from "Acme" to "Zenith"',
    })
  })

  test('to the name of another tenant keeps its link, in doubt, until a person has looked', async () => {
    await see([desk('1', 'Acme'), desk('2', 'Beta'), det('8', 'Acme')])
    await see([det('8', 'Beta LLC')])
    const row = (await all()).one.get('det\n8')
    expect([(await links())['det 8'], row?.doubt]).toEqual(['Acme', true])
    expect(row?.reason).toBe('renamed from "Acme": that is the name of another tenant; link or confirm it')
    await see([det('8', 'Acme')])
    expect((await all()).one.get('det\n8')?.doubt).toBe(false)
  })

  test('while it waits, to a name that is known, is mapped', async () => {
    await see([desk('1', 'Acme'), det('9', 'Unheard of')])
    await see([det('9', 'Acme')])
    expect((await links())['det 9']).toBe('Acme')
  })
})

describe('a customer that vanishes', () => {
  const listed = (connectionId: string, ids: string[]) =>
    store.transaction((tx) => notePresence(tx, connectionId, ids, (now += 1000)))

  test('keeps its link, is told of, and is who it was when it comes again', async () => {
    await see([desk('1', 'Acme'), desk('2', 'Beta')])
    await listed('desk', ['1'])
    expect((await all()).one.get('desk\n2')).toMatchObject({
      missingSince: now,
      tenantId: expect.any(String),
    })
    await listed('desk', [])
    expect((await all()).one.get('desk\n1')?.missingSince).toBe(null)
    await listed('desk', ['1', '2'])
    expect((await all()).one.get('desk\n2')?.missingSince).toBe(null)
    const kinds = (await listMappingEvents(store.db, { limit: 2 })).map((event) => event.kind)
    expect(kinds).toEqual(['return', 'vanish'])
  })

  test('and is made anew under another id waits for a person: it may be the same client', async () => {
    await see([desk('1', 'Acme'), det('9', 'Acme')])
    await listed('desk', ['5'])
    await see([desk('5', 'Acme')])
    expect((await links())['desk 5']).toBe(null)
    expect(await reasonOf('desk', '5')).toMatch(/^called like 1, which is not listed any more/)
    expect((await all()).tenants).toHaveLength(1)
  })
})

test('what is seen again, unchanged, changes nothing', async () => {
  const seen = [desk('1', 'Acme'), desk('2', 'Acme'), det('8', 'Acme'), det('9', 'Beta')]
  await see(seen)
  const before = JSON.stringify([
    await customersOf(store.db),
    await listMappingEvents(store.db, { limit: 99 }),
  ])
  await see(seen)
  await see(seen.toReversed())
  expect(
    JSON.stringify([await customersOf(store.db), await listMappingEvents(store.db, { limit: 99 })]),
  ).toBe(before)
})
