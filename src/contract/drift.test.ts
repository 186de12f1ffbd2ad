import { expect, test } from 'vitest'
import * as z from 'zod'

import { driftOf } from './drift.ts'
import { sometimes, words } from './hints.ts'

const row = z.looseObject({
  id: z.int(),
  status: words('open', 'closed').nullish(),
  note: sometimes(z.string().nullish()),
  owner: z.looseObject({ name: z.string().nullish(), mail: z.string().nullish() }).nullish(),
  tags: z.array(z.looseObject({ key: z.string().nullish() })).nullish(),
  by: z.union([z.string(), z.looseObject({ ip: z.string().nullish() })]).nullish(),
  free: z.looseObject({}).nullish(),
  counts: z.record(z.string(), words('few', 'many')).nullish(),
})

const whole = {
  id: 1,
  status: 'open',
  owner: { name: 'Ann', mail: null },
  tags: [{ key: 'a' }],
  by: 'a text',
  free: { anything: 1 },
  counts: { apples: 'few' },
}

test('what is as the contract says is no drift; casing, absent odd fields and open insides tell nothing', () => {
  expect(driftOf(row, [whole, { ...whole, status: 'OPEN', note: 'x', by: { ip: '::1' } }])).toEqual([])
})

test('nothing that was read, and places that were never filled, say nothing', () => {
  expect(driftOf(row, [])).toEqual([])
  expect(driftOf(row, [{ ...whole, owner: null, tags: [], counts: {} }])).toEqual([])
})

test('fields that the contract lacks are told with their place and how often', () => {
  const rows = [
    { ...whole, colour: 'red', owner: { name: 'Ann', mail: null, age: 1 } },
    { ...whole, colour: null },
    { ...whole, tags: [{ key: 'a' }, { key: 'b', weight: 1 }] },
  ]
  expect(driftOf(row, rows)).toEqual([
    { kind: 'lacking', path: 'colour', seen: 2, of: 3 },
    { kind: 'lacking', path: 'owner.age', seen: 1, of: 3 },
    { kind: 'lacking', path: 'tags[].weight', seen: 1, of: 4 },
  ])
})

test('a field is missing when no row has it, not when some lack it or hold null', () => {
  const { owner: _, ...without } = whole
  expect(driftOf(row, [without, without])).toEqual([{ kind: 'missing', path: 'owner', seen: 0, of: 2 }])
  expect(driftOf(row, [without, { ...without, owner: null }])).toEqual([])
  expect(driftOf(row, [{ ...whole, owner: { name: 'Ann' } }])).toEqual([
    { kind: 'missing', path: 'owner.mail', seen: 0, of: 1 },
  ])
})

test('words that are not known are told once each, wherever they stand', () => {
  const rows = [
    { ...whole, status: 'parked' },
    { ...whole, status: 'parked', counts: { apples: 'some', pears: 'few' } },
  ]
  expect(driftOf(row, rows)).toEqual([
    { kind: 'word', path: 'counts.*', seen: 1, of: 3, detail: '"some"' },
    { kind: 'word', path: 'status', seen: 2, of: 2, detail: '"parked"' },
  ])
})

test('closed enums and fields before a transform are looked at too', () => {
  const schema = z.object({
    a: z.enum(['x']).optional(),
    b: words('y').transform((text) => text.length),
  })
  expect(driftOf(schema, [{ a: 'z', b: 'q' }]).filter((one) => one.kind === 'word')).toEqual([
    { kind: 'word', path: 'a', seen: 1, of: 1, detail: '"z"' },
    { kind: 'word', path: 'b', seen: 1, of: 1, detail: '"q"' },
  ])
})

test('a value of another type is told with its place, and not with its value', () => {
  const drift = driftOf(row, [{ ...whole, id: 'secret', tags: [{ key: 7 }] }])
  expect(drift.map(({ kind, path }) => [kind, path])).toEqual([
    ['unfit', 'id'],
    ['unfit', 'tags[].key'],
  ])
  expect(JSON.stringify(drift)).not.toContain('secret')
})
