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
    ['203.0.113.9', '::ffff:203.0.113.9', '203.0.113.9:443'].map((value) => ({ kind: 'address', value })),
    [{ kind: 'address', value: '203.0.113.9' }],
  ],
  [
    'addresses of version 6',
    ['2001:DB8::1', '[2001:db8::1]:443', '2001:db8::1%eth0'].map((value) => ({ kind: 'address', value })),
    [{ kind: 'address', value: '2001:db8::1' }],
  ],
  [
    'hashes',
    [`sha256:${'AB'.repeat(32)}`, 'ab'.repeat(32)].map((value) => ({ kind: 'hash', value })),
    [{ kind: 'hash', value: 'ab'.repeat(32) }],
  ],
  [
    'domains, by name or by address',
    ['https://www.Evil.example:8080/x?y=z', 'evil.example.', 'http://203.0.113.9/x'].map((value) => ({
      kind: 'domain',
      value,
    })),
    [
      { kind: 'domain', value: 'evil.example' },
      { kind: 'address', value: '203.0.113.9' },
    ],
  ],
  [
    'what says nothing',
    [' ', 'UNDEFINED', 'n/a', '-'].flatMap((value) => [
      { kind: 'host', value },
      { kind: 'user', value },
    ]),
    [],
  ],
  [
    'what is not what it is said to be',
    [
      { kind: 'address', value: '999.1.1.1' },
      { kind: 'address', value: 'several' },
      { kind: 'hash', value: 'abc123' },
      { kind: 'domain', value: 'localhost' },
      { kind: 'domain', value: 'see the notes.' },
    ],
    [],
  ],
])('vendors’ spellings meet: %s', (_, given, normal) => {
  expect(normalEntities(given)).toEqual(normal)
})

test('a value that would not fit an index is cut', () => {
  expect(normalEntities([{ kind: 'user', value: 'x'.repeat(10_000) }])[0]?.value).toHaveLength(200)
})
