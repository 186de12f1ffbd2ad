import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'

import { type ArrayStyle, decodeQuery, encodeQuery } from './query.ts'
import { parseSearch } from './wire.ts'

const shape = z.object({
  text: z.string().optional(),
  number: z.number().default(1),
  whole: z.int().min(1).max(50).optional(),
  flag: z.boolean().nullable().optional(),
  words: z.array(z.enum(['a', 'b']).or(z.string())).optional(),
  numbers: z.array(z.number()).readonly().optional(),
  flags: z.array(z.boolean()).prefault([]),
  piped: z
    .array(z.int())
    .transform((list) => list)
    .optional(),
})
const styles: ArrayStyle[] = ['comma', 'repeat', 'brackets']

/** What a list may hold in every style: no comma, no white space at its ends. */
const item = fc.string({ minLength: 1 }).filter((text) => !text.includes(',') && text.trim() === text)
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((n) => (n === 0 ? 0 : n))
const values = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    number,
    whole: fc.integer(),
    flag: fc.boolean(),
    words: fc.array(item, { minLength: 1 }),
    numbers: fc.array(number, { minLength: 1 }),
    flags: fc.array(fc.boolean(), { minLength: 1 }),
    piped: fc.array(fc.integer(), { minLength: 1 }),
  },
  { requiredKeys: [] },
)

test('what the client writes the server reads, in all three styles of lists', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(...styles), (query, style) => {
      expect(decodeQuery(shape, parseSearch(encodeQuery(query, style)))).toEqual(query)
    }),
    { numRuns: 500 },
  )
})

test('absent values, and lists without items, are left out', () => {
  for (const style of styles)
    expect(encodeQuery({ a: undefined, b: null, c: [], d: 0, e: '' }, style)).toBe('d=0&e=')
})

test.each<[string, Record<string, unknown>]>([
  ['words=a,b&words=c', { words: ['a', 'b', 'c'] }],
  ['words[]=a&words[]=b', { words: ['a', 'b'] }],
  ['words%5B%5D=a', { words: ['a'] }],
  ['words=a&words[]=b', { words: ['a', 'b'] }],
  ['words=', { words: [] }],
  ['words=a,,b,', { words: ['a', 'b'] }],
  ['flag=TRUE', { flag: true }],
  ['flag=0', { flag: false }],
  ['flag=constructor', { flag: 'constructor' }],
  ['flag=yes', { flag: 'yes' }],
  ['number=1e3', { number: 1000 }],
  ['number=', { number: '' }],
  ['number=0x10', { number: '0x10' }],
  ['number=1&number=2', { number: 2 }],
  ['unknown=1', {}],
  ['text=a+b%20c', { text: 'a b c' }],
  ['text=%E0%A4%A', { text: '\ufffd%A' }],
])('%s is read', (search, query) => {
  expect(decodeQuery(shape, parseSearch(search))).toEqual(query)
})

test('what does not parse is named by the schema', () => {
  const parsed = shape.safeParse(decodeQuery(shape, parseSearch('whole=ten')))
  expect(parsed.error?.issues[0]?.path).toEqual(['whole'])
})
