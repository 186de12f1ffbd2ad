import { expect, test } from 'vitest'

import { type Entity, normalEntities } from './entity.ts'

test.each<[string, Entity[], Entity[]]>([
  [
    'host names, with domain or without',
    ['WS-01.acme.test', 'ACME\\WS-01', ' ws-01 '].map((value) => ({ kind: 'host', value })),
    [{ kind: 'host', value: 'ws-01' }],
  ],
  [
    'user names of both forms',
    ['ACME\\JDoe', 'jdoe@acme.test', 'jdoe'].map((value) => ({ kind: 'user', value })),
    [{ kind: 'user', value: 'jdoe' }],
  ],
  ['a computer’s own account', [{ kind: 'user', value: 'ACME\\WS-01$' }], [{ kind: 'host', value: 'ws-01' }]],
  [
    'addresses',
    ['203.0.113.9', '::ffff:203.0.113.9'].map((value) => ({ kind: 'address', value })),
    [{ kind: 'address', value: '203.0.113.9' }],
  ],
  ['hashes', ['sha256:AB', 'ab'].map((value) => ({ kind: 'hash', value })), [{ kind: 'hash', value: 'ab' }]],
  ['what says nothing', [{ kind: 'host', value: ' ' }], []],
])('vendors’ spellings meet: %s', (_, given, normal) => {
  expect(normalEntities(given)).toEqual(normal)
})

test('a value that would not fit an index is cut', () => {
  expect(normalEntities([{ kind: 'domain', value: 'x'.repeat(10_000) }])[0]?.value).toHaveLength(200)
})
