import { expect, test } from 'vitest'
import type { MappingEvent } from '../domain/mapping.ts'
import type { Trace } from '../domain/trace.ts'
import { countDoubts, customersOf, putCustomers, setMissing, tenantLinks } from './customers.ts'
import { countHosts, putTraces, tracesAround } from './customer-traces.ts'
import { listMappingEvents, mappingEvent, putMappingEvents } from './mapping-events.ts'
import { livingTenantId, putTenants, tenant, tenants } from './tenants.ts'
import { customer, forEachEngine } from './testing.ts'

const acme = customer('con', '1')

forEachEngine((openFresh) => {
  test('customers are kept by connection and id, with all that is known of them', async () => {
    const { db } = await openFresh()
    await putCustomers(db, [acme, { ...acme, connectionId: 'other' }])
    const linked = {
      ...acme,
      tenantId: 'ten',
      reason: 'same name',
      manual: true,
      doubt: true,
      missingSince: 7,
    }
    await putCustomers(db, [linked])
    expect(await customersOf(db, 'con')).toEqual([linked])
    expect(await customersOf(db)).toHaveLength(2)
    expect(await countDoubts(db)).toBe(1)
    const links = await tenantLinks(db)
    expect([links('con', '1'), links('other', '1'), links('con', '2')]).toEqual(['ten', null, null])
  })

  test('to say that a customer vanished, or is there again, changes nothing else of it', async () => {
    const { db } = await openFresh()
    await putCustomers(db, [acme, customer('con', '2', { missingSince: 1 })])
    await setMissing(db, 'con', ['1'], 5)
    await setMissing(db, 'con', ['2'], null)
    expect(await customersOf(db)).toEqual([{ ...acme, missingSince: 5 }, customer('con', '2')])
  })

  test('tenants are listed by name, may be renamed, and lead to the one that they were merged into', async () => {
    const { db } = await openFresh()
    const [one, two] = ['t1', 't2'].map((id) => ({ id, name: `${id} Zeta`, mergedInto: null }))
    await putTenants(db, [one!, two!])
    await putTenants(db, [{ ...two!, name: 'Alpha' }])
    expect((await tenants(db)).map((each) => each.name)).toEqual(['Alpha', 't1 Zeta'])
    await putTenants(db, [
      { ...one!, mergedInto: 't2' },
      { id: 't3', name: 'Third', mergedInto: 't1' },
    ])
    expect(await tenant(db, 't1')).toEqual({ ...one, mergedInto: 't2' })
    expect(await livingTenantId(db, 't3')).toBe('t2')
    expect(await livingTenantId(db, 'nobody')).toBe('nobody')
    expect(await tenant(db, 't9')).toBeUndefined()
  })

  test('traces: all of those asked for, and of others what they share', async () => {
    const { db } = await openFresh()
    const trace = (connectionId: string, vendorId: string, value: string): Trace => {
      return { connectionId, vendorId, kind: value.includes('.') ? 'domain' : 'host', value }
    }
    const mine = [trace('con', '1', 'ws-1'), trace('con', '1', 'acme.example')]
    const same = [trace('two', '9', 'ws-1'), trace('two', '8', 'acme.example')]
    const others = [trace('two', '9', 'ws-2'), trace('con', '2', 'ws-3')]
    await putTraces(db, [...mine, ...same, ...others])
    await putTraces(db, mine)
    const found = await tracesAround(db, [{ connectionId: 'con', vendorId: '1' }])
    expect(new Set(found.map((one) => JSON.stringify(one)))).toEqual(
      new Set(
        [...mine, ...same].map(({ kind, value, connectionId, vendorId }) =>
          JSON.stringify({ kind, value, connectionId, vendorId }),
        ),
      ),
    )
    expect(await countHosts(db)).toEqual([
      { connectionId: 'con', vendorId: '1', count: 1 },
      { connectionId: 'con', vendorId: '2', count: 1 },
      { connectionId: 'two', vendorId: '9', count: 2 },
    ])
  })

  test('decisions are listed newest first; of one that is there only what undid it changes', async () => {
    const { db } = await openFresh()
    const event = (id: string, at: number): MappingEvent => {
      const about = { connectionId: 'con', vendorId: '1', tenantId: 'ten' }
      const detail = { customers: [acme] }
      return { id, at, actor: 'kim', kind: 'link', ...about, reason: 'by hand', detail, undoneBy: null }
    }
    await putMappingEvents(db, [event('a', 1), event('b', 2)])
    await putMappingEvents(db, [{ ...event('a', 9), undoneBy: 'b', reason: 'another' }])
    expect(await listMappingEvents(db, { limit: 5 })).toEqual([
      event('b', 2),
      { ...event('a', 1), undoneBy: 'b' },
    ])
    expect(await listMappingEvents(db, { limit: 5, before: { time: 2, id: 'b' } })).toHaveLength(1)
    expect(await mappingEvent(db, 'b')).toEqual(event('b', 2))
    expect(await mappingEvent(db, 'c')).toBeUndefined()
  })
})
