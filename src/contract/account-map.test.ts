// What one account may have otherwise than its vendor's others: addresses, pace, and settings with an inside.
import { expect, test } from 'vitest'
import * as z from 'zod'

import type { Outside } from '../domain/outside.ts'
import { bearer } from './auth.ts'
import { Budget } from './budget.ts'
import { Client } from './client.ts'
import { type Contract, checkSettings, paceOf } from './contract.ts'
import { readAnyError } from './errors.ts'
import { operation } from './operation.ts'
import { Refusal } from './refusal.ts'

const get = operation({
  id: 'things.get',
  method: 'GET',
  path: '/things/{id}',
  summary: '',
  source: 'I',
  answer: z.unknown(),
})

const contract: Contract = {
  vendor: 'test',
  title: 'Test',
  version: '1',
  about: '',
  settings: [
    {
      name: 'folder',
      label: '',
      help: '',
      pattern: /^\/\w+$/,
      check: (value) => (value === '/no' ? 'folder is /no: use another' : undefined),
    },
  ],
  base: () => 'https://api.test/v1',
  address: ({ path, query }, settings) => ({
    path: `${settings['folder']}${path}`,
    query: { ...query, mapped: true },
  }),
  pace: (settings) => ({
    scope: 'credential',
    requests: settings['folder'] === '/slow' ? 1 : 5,
    windowMs: 1000,
    concurrency: 1,
  }),
  arrays: 'comma',
  auth: bearer(),
  errors: { read: readAnyError, write: (refusal) => refusal.message },
  limits: {
    pace: { scope: 'credential', requests: 5, windowMs: 1000, concurrency: 1 },
    heed: () => undefined,
    grant: () => undefined,
    refuse: () => new Refusal(429, '', ''),
  },
  switches: {},
  operations: { get },
}

test('an account can have its own addresses', async () => {
  const urls: string[] = []
  const outside: Outside = {
    now: () => 0,
    sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
    random: () => 0,
    fetch: (url) => {
      urls.push(url)
      return Promise.resolve({ status: 200, headers: { get: () => null }, text: () => Promise.resolve('{}') })
    },
  }
  const client = new Client(contract, { folder: '/own' }, new Budget(contract.limits.pace, outside), outside)
  await client.call(get, { params: { id: 'a b' } })
  expect(urls).toEqual(['https://api.test/v1/own/things/a%20b?mapped=true'])
})

test('an account can have its own pace', () => {
  expect(paceOf(contract, { folder: '/slow' }).requests).toBe(1)
  const { pace: _, ...usual } = contract
  expect(paceOf(usual, {}).requests).toBe(5)
})

test('a setting can say itself what is wrong with it', () => {
  expect(checkSettings(contract, { folder: '/no' }).problems).toEqual(['folder is /no: use another'])
  expect(checkSettings(contract, { folder: '/yes' }).problems).toEqual([])
  expect(checkSettings(contract, { folder: '?' }).problems).toHaveLength(1)
})
