// What the seed document 003_e4e5e24a83ab1712.txt ("How to get all credentials needed to create a Syncro API integration
// with RocketCyber") says of subdomain, token and the 21 permissions.
import { expect, test } from 'vitest'

import type { Identity } from '../../contract/auth.ts'
import { checkSettings } from '../../contract/contract.ts'
import { type Operation, fillPath } from '../../contract/operation.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import syncro from './index.ts'
import { integrationPermissions } from './permissions.ts'

const start = Date.parse('2026-06-01T12:00:00Z')
const world = makeWorld({ seed: 3, customers: 5, start, days: 1 })
const operations = Object.values(syncro.contract.operations)

/** As printed, row by row, copied by hand. */
const guide = `
  Assets - View Details       Ticket Comments - New
  Assets - List/Search        Ticket Comments - Delete
  Contacts - Import           Ticket Workflows - Manage
  Customers - List/Search     Ticket Worksheets - Add
  Customers - View Detail     Ticket Worksheets - Manage
  Tickets - List/Search       Ticket Worksheets - Delete
  Tickets - View Details      RMM Alerts - List
  Tickets - Create            RMM Alerts - Create
  Tickets - Edit              RMM Alerts - Delete
  Tickets - Delete            RMM Alerts - Clear/Manage
  Tickets - Merge`
  .split(/\s{2,}/)
  .slice(1)
  .toSorted()

function open(options: Partial<PairOptions> = {}): Pair {
  return openPair(syncro, {
    world,
    now: start,
    ...options,
    switches: { rateLimit: '0', ...options.switches },
  })
}

function keyOf(name: string): string {
  return open().state.keys.find((key) => key.name === name)?.value ?? ''
}

async function ask(pair: Pair, op: Operation, key: string): Promise<{ status: number; body: string }> {
  const path = fillPath(op, { id: 0, ticket_id: 0, pid: 0 })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return pair.serve({ method: op.method, path, headers, body: op.method === 'GET' ? '' : '{}' })
}

test('the default screen has a URL of the format https://<subdomain>.syncromsp.com', async () => {
  expect(syncro.contract.base({ subdomain: 'rocketcyber' })).toBe('https://rocketcyber.syncromsp.com/api/v1')
  const outside = { now: () => start, random: () => 0.5, sleep: () => Promise.resolve() }
  const answer = await new Sandbox([syncro], world, outside).fetch()(
    'https://rocketcyber.syncromsp.com/api/v1/me',
    {
      method: 'GET',
      headers: { authorization: `Bearer ${keyOf('Global Admin')}` },
      redirect: 'manual',
    },
  )
  expect(answer.status).toBe(200)
})

test('of https://rocketcyber.syncromsp.com the subdomain is rocketcyber: the form takes that, and not the address', () => {
  const given = (subdomain: string) => checkSettings(syncro.contract, { subdomain, apiKey: 'T1-2' })
  expect(given('rocketcyber').problems).toEqual([])
  for (const wrong of ['https://rocketcyber.syncromsp.com', 'rocketcyber.syncromsp.com', '<subdomain>', ''])
    expect(given(wrong).problems).toEqual([expect.stringContaining('subdomain')])
})

test('the form says where the API key is made: Profile/Password, API Tokens, New Token, Custom Permissions', () => {
  const field = syncro.contract.settings.find((one) => one.secret === true)
  const places = ['Profile/Password', 'API Tokens', 'New Token', 'Custom Permissions']
  const found = places.map((place) => field?.help.indexOf(place) ?? -1)
  expect(found.every((at) => at >= 0)).toBe(true)
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect([field?.required, field?.help]).toEqual([true, expect.stringContaining('21 permissions')])
})

test('a token past its expiration date is refused, and doctor says what to do', async () => {
  const pair = open({ key: keyOf('Expired') })
  expect(
    (
      await ask(
        pair,
        operations.find((op) => op.id === 'me.get')!,
        keyOf('Expired'),
      )
    ).status,
  ).toBe(401)
  const { state, mend } = await syncro.probes[0]!.run(pair.client)
  expect([state, mend]).toEqual(['fail', expect.stringMatching(/expired.*API Tokens/)])
})

test('API values can be edited later, at the API Token list: the advice for a lacking permission says so', async () => {
  const pair = open({ key: keyOf('Without Tickets - Create') })
  const probe = syncro.probes.find((one) => one.name === 'Tickets - Create')!
  expect((await probe.run(pair.client)).mend).toMatch(/API Tokens.* Edit the token there; its value stays/)
})

test('the first demo key holds exactly the permissions needed', () => {
  expect(guide).toHaveLength(21)
  expect(integrationPermissions.toSorted()).toEqual(guide)
  const { state } = open()
  const { permissions } = state.identify(state.keys[0]!.value) as Identity
  expect([...(permissions as ReadonlySet<string>)].toSorted()).toEqual(guide)
})

const probeOf = (name: string) => syncro.probes.find((one) => one.name === name)!

/** What no call of the API stands for, or none that can be tried without writing. */
const untried = ['Contacts - Import', 'RMM Alerts - Create', 'Ticket Comments - Delete', 'Tickets - Merge']

test.each(guide.filter((name) => !untried.includes(name)))(
  '%s: doctor passes with it, and fails without it by its name',
  async (name) => {
    expect((await probeOf(name).run(open().client)).state).toBe('ok')
    const without = await probeOf(name).run(open({ key: keyOf('No permission at all') }).client)
    expect([without.state, without.mend]).toEqual(['fail', expect.stringContaining(`"${name}"`)])
  },
)

test.each(untried)('%s: doctor names it, and why it cannot be tried', async (name) => {
  const { state, detail } = await probeOf(name).run(open().client)
  expect([state, detail.length > 20]).toEqual(['skip', true])
})

const free = (op: Operation): boolean => op.permission === undefined && op.id !== 'me.otp'

test.each(operations.map((op) => [op.id, op] as const))(
  '%s asks for its permission, and for no other',
  async (_id, op) => {
    const pair = open()
    const held = op.permission === undefined || op.permission.some((name) => guide.includes(name))
    const with21 = await ask(pair, op, pair.state.keys[0]!.value)
    const without = await ask(pair, op, keyOf('No permission at all'))
    expect([with21.status === 401, without.status === 401]).toEqual([!held || op.id === 'me.otp', !free(op)])
    const error = 'Not authorized. Please ask account admin to update your group permissions.'
    expect(without.body.includes(error)).toBe(op.permission !== undefined)
  },
)
