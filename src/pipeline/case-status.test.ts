import { expect, test } from 'vitest'

import type { Finding } from '../domain/finding.ts'
import { casesByIds } from '../store/cases.ts'
import { openStore } from '../store/store.ts'
import { freshSqlite } from '../store/testing.ts'
import { keepCases } from './correlate.ts'

function finding(id: string, open: boolean): Finding {
  const where = { connectionId: 'con', feed: 'incidents', customerId: 'cus', tenantId: 'ten' }
  const entities = [{ kind: 'host' as const, value: 'ws-01' }]
  return {
    ...where,
    id,
    vendorId: id,
    title: id,
    severity: 'high',
    open,
    time: 1000,
    entities,
    recordId: `rec ${id}`,
  }
}

test('a case is resolved with its last open finding, and open again with the first that reopens', async () => {
  const store = await openStore(await freshSqlite())
  const keep = async (findings: Finding[]) => {
    const [news] = await store.transaction((tx) => keepCases(tx, findings, 2000))
    const [own] = await casesByIds(store.db, [news?.case.id ?? ''])
    return own?.status
  }
  expect(await keep([finding('a', true), finding('b', true)])).toBe('open')
  expect(await keep([finding('a', false)])).toBe('open')
  expect(await keep([finding('b', false)])).toBe('resolved')
  expect(await keep([finding('a', true)])).toBe('open')
  await store.close()
})
