import { expect, test } from 'vitest'

import { toy } from '../contract/testing.ts'
import type { Connector } from './connector.ts'
import { byHost, byPrefix } from './mounts.ts'

const connector = {
  contract: {
    ...toy,
    surfaces: { logs: { base: () => 'https://logs.toy.test/api', path: '/search' } },
  },
  feeds: [],
  probes: [],
  sandbox: {
    mounts: ['/toy', '/toy/eu'],
    hosts: ['*.toy.test'],
    settings: {},
    surfaces: { logs: { mounts: ['/toy-logs'], hosts: ['logs.toy.test'] } },
    open: () => ({ keys: [], behaviours: {}, identify: () => undefined, advance() {} }),
  },
} satisfies Connector

test.each([
  ['/toy', { path: '/', mount: '/toy' }],
  ['/toy/boxes/7', { path: '/boxes/7', mount: '/toy' }],
  ['/toy/eu/boxes', { path: '/boxes', mount: '/toy/eu' }],
  ['/toy-logs/logs/7', { path: '/search/logs/7', mount: '/toy-logs' }],
  ['/toys/boxes', undefined],
])('prefix %s', (path, found) => expect(byPrefix(connector, path)).toEqual(found))

test.each([
  ['us.toy.test:8080', '/v1/boxes', { path: '/boxes', mount: '/v1' }],
  ['us.toy.test', '/v2/boxes', undefined],
  ['EU.Toy.Test', '/v1/boxes', { path: '/boxes', mount: '/v1' }],
  ['a.us.toy.test', '/v1/boxes', undefined],
  ['toy.test', '/v1/boxes', undefined],
  ['logs.toy.test', '/api/logs/7', { path: '/search/logs/7', mount: '/api' }],
  ['elsewhere.test', '/v1/boxes', undefined],
])('host %s%s', (host, path, found) => expect(byHost(connector, host, path)).toEqual(found))
