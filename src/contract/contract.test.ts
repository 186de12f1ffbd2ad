import { expect, test } from 'vitest'

import { Dropped, inProcessFetch } from './in-process.ts'
import { baseOf, checkSettings, defaultSwitches } from './contract.ts'
import { toy } from './testing.ts'

const good = { apiKey: 'k', depot: 'north' }

test.each<[string, Record<string, string>, string[]]>([
  ['nothing missing', good, []],
  ['all missing', {}, ['apiKey is missing: A key.', 'depot is missing: The depot.']],
  ['a proxy instead of an address', { apiKey: 'k', baseUrl: 'http://localhost:4400/toy' }, []],
  ['a proxy without a key', { baseUrl: 'http://localhost:4400/toy' }, ['apiKey is missing: A key.']],
  ['an unknown choice', { ...good, region: 'mars' }, ['region "mars" is not known: use us, eu']],
  [
    'an unknown field',
    { ...good, regoin: 'us' },
    ['regoin is not a setting of Toy Depot: use apiKey, region, depot, baseUrl'],
  ],
  [
    'an address that is none',
    { ...good, baseUrl: 'localhost' },
    ['baseUrl "localhost" is malformed: it must be an http(s) address without query'],
  ],
  [
    'a malformed secret, which is not shown',
    { ...good, apiKey: 'two words' },
    ['apiKey is malformed: it must be one word'],
  ],
  [
    'an unknown field that only objects have',
    { ...good, constructor: 'x' },
    ['constructor is not a setting of Toy Depot: use apiKey, region, depot, baseUrl'],
  ],
])('settings with %s', (_name, given, problems) => {
  expect(checkSettings(toy, given).problems).toEqual(problems)
})

test('settings are trimmed, and a field that was left blank has its default', () => {
  expect(checkSettings(toy, { apiKey: ' k\n', depot: 'north', region: ' ' }).settings).toEqual({
    apiKey: 'k',
    depot: 'north',
    region: 'us',
  })
})

test('an address of our own wins over the one that the fields make', () => {
  expect(baseOf(toy, { region: 'eu' })).toBe('https://eu.toy.test/v1')
  expect(baseOf(toy, { region: 'eu', baseUrl: '' })).toBe('https://eu.toy.test/v1')
  expect(baseOf(toy, { baseUrl: 'http://localhost:1/x/' })).toBe('http://localhost:1/x')
})

test('a switch stands at its first value', () => {
  expect(defaultSwitches(toy)).toEqual({ total: 'present', limit: '0' })
})

test('a fetch without sockets hands over what a socket would', async () => {
  const requests: unknown[] = []
  const fetch = inProcessFetch(async (request) => {
    requests.push(request)
    return { status: 207, headers: { 'Retry-After': '5' }, body: 'é' }
  }, '10.0.0.1')
  const init = {
    method: 'POST',
    headers: { Authorization: 'Bearer k' },
    redirect: 'manual' as const,
    body: '{}',
  }
  const answer = await fetch('https://us.toy.test/v1/a%2Fb?x=%20&y=1#z', init)
  expect(requests).toEqual([
    {
      method: 'POST',
      path: '/v1/a%2Fb',
      search: 'x=%20&y=1',
      headers: { authorization: 'Bearer k', host: 'us.toy.test' },
      body: '{}',
      ip: '10.0.0.1',
    },
  ])
  expect([
    answer.status,
    answer.headers.get('retry-after'),
    answer.headers.get('RETRY-AFTER'),
    answer.headers.get('x'),
  ]).toEqual([207, '5', '5', null])
  expect(await answer.text()).toBe('é')
  const broken = inProcessFetch(() => Promise.reject(new Dropped('gone')), '')
  await expect(broken('https://us.toy.test/', init)).rejects.toMatchObject({ code: 'ECONNRESET' })
})
