// The short way through a schema says what Zod says, of what the vendors publish and of what is wrong with it.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { isObject } from '../contract/errors.ts'
import { fitOf, unsure } from '../contract/fit.ts'
import { readFixtures } from './conformance.ts'
import { loadConnectors, vendorFolders } from './registry.ts'

/** Zod's word where the short way has none. */
function agree(schema: z.ZodType, value: unknown): 'short' | 'zod' {
  const before = JSON.stringify(value)
  const short = fitOf(schema)(value)
  expect(JSON.stringify(value)).toBe(before)
  if (short === unsure) return 'zod'
  expect({ success: true, data: short }).toStrictEqual(schema.safeParse(value))
  return 'short'
}

const wrong = [null, undefined, '', 'text', 0, 1.5, -1, 2 ** 60, true, [], [null], {}, { a: 1 }]

describe.each((await loadConnectors()).map((one) => [one.contract.vendor, one] as const))(
  '%s',
  (vendor, { contract }) => {
    const folder = vendorFolders().find((one) => one.vendor === vendor)?.path ?? ''
    const records = readFixtures(folder).flatMap(({ operation, records: all }) => {
      const op = Object.values(contract.operations).find((one) => one.id === operation)
      return op === undefined ? [] : all.map((record) => [op, record] as const)
    })

    test('published rows of lists take the short way', () => {
      const lists = records.filter(([op]) => op.paging !== undefined)
      const ways = lists.map(([op, record]) => agree(op.answer, record))
      expect(ways.filter((way) => way === 'short').length / ways.length).toBeGreaterThan(0.8)
    })

    test('whatever is wrong with a field, or with the row', () => {
      for (const [op, record] of records) {
        const rows = isObject(record)
          ? Object.keys(record).flatMap((key) => wrong.map((value) => ({ ...record, [key]: value })))
          : []
        for (const value of [...wrong, ...rows]) expect(agree(op.answer, value)).toMatch(/short|zod/)
      }
    })
  },
)

const kinds: Record<string, z.ZodType> = {
  tuple: z.tuple([z.int(), z.string().nullable()]).rest(z.unknown()),
  strict: z.strictObject({ a: z.int() }),
  bounded: z.looseObject({
    a: z.int().min(0).max(100).optional(),
    b: z
      .number()
      .gt(1)
      .lt(2 ** 50),
  }),
  stepped: z.looseObject({ a: z.int().multipleOf(2).min(-1) }),
  plain: z.object({ a: z.int().optional() }),
  coerced: z.looseObject({ a: z.coerce.number(), b: z.coerce.string().optional() }),
  unions: z.union([
    z.null(),
    z.string().transform((text) => text.length),
    z.array(z.looseObject({ a: z.int() })),
  ]),
  unionOfMaybe: z.union([z.string().nullish(), z.number()]),
  overlapping: z.union([z.looseObject({ a: z.int() }), z.looseObject({ b: z.int() })]),
  refined: z.looseObject({ a: z.unknown() }).refine((value) => 'a' in value),
  trimmed: z.looseObject({ a: z.string().trim().min(1).optional() }),
  defaulted: z.looseObject({ a: z.string().default('x'), b: z.int().catch(3) }),
  record: z.record(z.string(), z.int()),
  formats: z.looseObject({ a: z.email().optional(), b: z.iso.date().optional(), c: z.int32().optional() }),
  deep: z.looseObject({ a: z.lazy(() => z.looseObject({ b: z.enum(['x', 'y']).nullish() })).optional() }),
}

test.each(Object.entries(kinds))('%s', (_name, schema) => {
  const objects = wrong.flatMap((value) => [
    value,
    { a: value },
    { b: value },
    { a: { b: value } },
    [1, value],
  ])
  for (const value of [...objects, { a: 'x', b: 'a@b.de' }, { a: 'y', b: '2026-01-01' }])
    expect(agree(schema, value)).toMatch(/short|zod/)
})
