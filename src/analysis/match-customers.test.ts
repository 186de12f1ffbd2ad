import { expect, test } from 'vitest'

import { type Profile, matchCustomers } from './match-customers.ts'

function profile(connectionId: string, vendorId: string, name: string, over: Partial<Profile> = {}): Profile {
  const hosts = over.hosts ?? []
  return {
    connectionId,
    vendorId,
    name,
    tenantId: null,
    domains: [],
    hosts,
    hostCount: hosts.length,
    ...over,
  }
}

const acme = { id: 'acme', name: 'Acme Dental, LLC' }
const beta = { id: 'beta', name: 'Beta Dental' }

const desktops = ['desktop-7f3k2q1', 'desktop-9x2l0pp', 'laptop-4410zz']

function match(waiting: Profile[], known: Profile[] = [], candidates = [acme, beta]) {
  return matchCustomers(waiting, known, candidates).map(
    ({ vendorId, tenantId, certain, score, reasons }) => ({
      vendorId,
      tenantId,
      certain,
      score,
      reasons,
    }),
  )
}

test('the same name, whatever its case, suffix and article, is enough', () => {
  for (const name of ['ACME DENTAL', 'Acme Dental', 'The Acme-Dental, L.L.C.', 'Ácme Dental Inc.'])
    expect(match([profile('det', '1', name)])[0]).toMatchObject({
      tenantId: 'acme',
      certain: true,
      reasons: ['same name'],
    })
})

test('the same name is not enough when two tenants have it', () => {
  const found = match([profile('det', '1', 'Acme Dental')], [], [acme, { id: 'acme2', name: 'Acme Dental' }])
  expect(found.map(({ tenantId, certain }) => [tenantId, certain])).toEqual([
    ['acme', false],
    ['acme2', false],
  ])
})

test('never two customers of one connection: neither two that wait, nor one beside one that is linked', () => {
  const twins = [profile('det', '1', 'Acme Dental'), profile('det', '2', 'Acme Dental Inc')]
  expect(match(twins).map(({ certain }) => certain)).toEqual([false, false])
  const first = profile('det', '9', 'Acme Dental', { tenantId: 'acme' })
  expect(match([profile('det', '1', 'Acme Dental')], [first])[0]?.certain).toBe(false)
  const other = profile('other', '9', 'Acme Dental', { tenantId: 'acme' })
  expect(match([profile('det', '1', 'Acme Dental')], [other])[0]?.certain).toBe(true)
})

test('a domain of their own and a name that is alike are enough together; each alone is a suggestion', () => {
  const known = [profile('desk', '7', 'Acme Dental, LLC', { tenantId: 'acme', domains: ['acme.example'] })]
  const [both] = match([profile('det', '1', 'Acme Dental of Ohio', { domains: ['acme.example'] })], known)
  expect(both).toMatchObject({ tenantId: 'acme', certain: true })
  expect(both?.reasons).toHaveLength(2)
  const [domain] = match([profile('det', '1', 'Ohio Smiles', { domains: ['acme.example'] })], known)
  expect(domain).toMatchObject({ tenantId: 'acme', certain: false, reasons: ['same domain acme.example'] })
  const [name] = match([profile('det', '1', 'Acme Dental of Ohio')], known)
  expect(name).toMatchObject({ tenantId: 'acme', certain: false })
})

test('a public mail provider, or a domain that several tenants use, says nothing or little', () => {
  const known = [
    profile('desk', '7', 'Acme', { tenantId: 'acme', domains: ['gmail.com', 'msp.example'] }),
    profile('desk', '8', 'Beta', { tenantId: 'beta', domains: ['msp.example'] }),
  ]
  expect(match([profile('det', '1', 'Ohio Smiles', { domains: ['gmail.com'] })], known)).toEqual([])
  const shared = match([profile('det', '1', 'Ohio Smiles', { domains: ['msp.example'] })], known)
  expect(shared.map(({ certain, score }) => [certain, score])).toEqual([
    [false, 0.4],
    [false, 0.4],
  ])
})

test('devices weigh by how rare they are: three named by chance say much, SERVER and WS-01 nothing', () => {
  const known = [
    profile('desk', '7', 'Acme', { tenantId: 'acme', hosts: [...desktops, 'server', 'ws-01'] }),
    profile('desk', '8', 'Beta', { tenantId: 'beta', hosts: ['server', 'ws-01', 'dc01'] }),
  ]
  const [found] = match([profile('det', '1', 'Ohio Smiles', { hosts: desktops })], known)
  expect(found).toMatchObject({ tenantId: 'acme', certain: false })
  expect(found?.score).toBeGreaterThan(0.7)
  expect(found?.reasons[0]).toMatch(/^3 shared devices \(desktop-7f3k2q1, /)
  expect(match([profile('det', '1', 'Ohio Smiles', { hosts: ['server', 'ws-01', 'dc01'] })], known)).toEqual(
    [],
  )
})

test('evidence against: the name of one tenant and the devices of another wait for a person', () => {
  const known = [
    profile('desk', '7', 'Acme', { tenantId: 'acme' }),
    profile('desk', '8', 'Beta', { tenantId: 'beta', hosts: desktops }),
  ]
  const found = match([profile('det', '1', 'Acme Dental', { hosts: desktops })], known)
  expect(found.map(({ tenantId, certain }) => [tenantId, certain])).toEqual([
    ['acme', false],
    ['beta', false],
  ])
})

test('the order in which customers come does not matter', () => {
  const waiting = [
    profile('det', '1', 'Acme Dental'),
    profile('det', '2', 'Beta Dental Inc'),
    profile('two', '3', 'Beta'),
  ]
  const sorted = (found: ReturnType<typeof match>) => found.map((one) => JSON.stringify(one)).toSorted()
  expect(sorted(match(waiting.toReversed(), [], [beta, acme]))).toEqual(sorted(match(waiting)))
})
