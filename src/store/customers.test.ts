import { expect, test } from 'vitest'
import type { Customer } from '../domain/tenant.ts'
import { customersOf, linkCustomer, putCustomers } from './customers.ts'
import { putTenants, tenant, tenants } from './tenants.ts'
import { forEachEngine } from './testing.ts'

const acme: Customer = {
  connectionId: 'con',
  vendorId: '1',
  name: 'Acme',
  tenantId: null,
  reason: 'no tenant of that name',
}

forEachEngine((openFresh) => {
  test('a guess may change; what a person decided stays, also that it stands for nobody', async () => {
    const { db } = await openFresh()
    await putCustomers(db, [acme, { ...acme, connectionId: 'other' }])
    const guessed = { ...acme, tenantId: 'ten', reason: 'same name' }
    await putCustomers(db, [guessed])
    expect(await customersOf(db, 'con')).toEqual([guessed])
    expect(await linkCustomer(db, 'con', '1', null, 'our own test account')).toBe(true)
    await putCustomers(db, [{ ...guessed, name: 'Acme Ltd' }])
    expect(await customersOf(db, 'con')).toEqual([
      { ...acme, name: 'Acme Ltd', reason: 'our own test account' },
    ])
    expect((await customersOf(db)).length).toBe(2)
    expect(await linkCustomer(db, 'con', 'unknown', 'ten', '')).toBe(false)
  })

  test('tenants are listed by name and may be renamed', async () => {
    const { db } = await openFresh()
    await putTenants(db, [
      { id: 't1', name: 'Zeta' },
      { id: 't2', name: 'Beta' },
    ])
    await putTenants(db, [{ id: 't1', name: 'Alpha' }])
    expect((await tenants(db)).map((each) => each.name)).toEqual(['Alpha', 'Beta'])
    expect(await tenant(db, 't2')).toEqual({ id: 't2', name: 'Beta' })
    expect(await tenant(db, 't3')).toBeUndefined()
  })
})
