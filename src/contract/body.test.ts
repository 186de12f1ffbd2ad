import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'

import { parseJson, readJson, sliceRows } from './body.ts'
import { Page } from './paging.ts'

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
const awkward = fc.constantFrom(
  'rows',
  'row"s',
  '\\',
  '"',
  '\\"',
  '{',
  ']',
  ',',
  ':',
  'é',
  '\u{1F600}',
  '\u2028',
  '__proto__',
  '',
)
const word = fc.oneof(awkward, fc.string({ unit: 'binary' }))

/** JSON text with white space anywhere, escapes of any kind, keys that come again, and lists under the same key inside. */
const json = fc.letrec<{ value: string; list: string; object: string; text: string; pair: string }>(
  (tie) => ({
    text: fc
      .tuple(word, fc.boolean())
      .map(([text, escaped]) => (escaped ? everyCharacterEscaped(text) : JSON.stringify(text))),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        tie('text'),
        fc.constantFrom('null', 'true', '-0.0', '1e400', '[]', '{ }', '[ ]'),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
        fc.bigInt().map(String),
      ),
      tie('list'),
      tie('object'),
    ),
    list: fc
      .tuple(
        space,
        fc.array(
          fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
          { maxLength: 4 },
        ),
      )
      .map(([gap, items]) => `[${items.length > 0 ? items.join(',') : gap}]`),
    pair: fc
      .tuple(space, tie('text'), space, tie('value'), space)
      .map(([a, key, b, value, c]) => `${a}${key}${b}:${value}${c}`),
    object: fc.array(tie('pair'), { maxLength: 4 }).map((pairs) => `{${pairs.join(',')}}`),
  }),
)

const listWith = (rows: [string, string, string][], gap: string): string =>
  `[${rows.length > 0 ? rows.map((row) => row.join('')).join(',') : gap}]`
const rowsOf = fc.array(fc.tuple(space, json.value, space), { maxLength: 5 })

test('rows under a key come out byte for byte, whatever stands around and inside them', () => {
  fc.assert(
    fc.property(
      rowsOf,
      space,
      fc.array(json.pair, { maxLength: 3 }),
      fc.array(json.pair, { maxLength: 3 }),
      space,
      (rows, gap, before, after, blank) => {
        const text = `${blank}{${[...before, `"rows"${blank}:${gap}${listWith(rows, gap)}`, ...after.filter((pair) => !isRows(pair))].join(',')}${blank}}${blank}`
        JSON.parse(text)
        expect(sliceRows(text, 'rows')).toEqual(rows.map(([, row]) => row))
      },
    ),
    { numRuns: 500 },
  )
})

test('rows of a list at the top come out byte for byte', () => {
  fc.assert(
    fc.property(rowsOf, space, (rows, gap) => {
      const text = `${gap}${listWith(rows, gap)}${gap}`
      expect(sliceRows(text, undefined)).toEqual(rows.map(([, row]) => row))
    }),
  )
})

test('for any JSON at all, rows are what JSON.parse takes for the list, or nothing', () => {
  fc.assert(
    fc.property(json.value, fc.constantFrom('rows', '__proto__', 'é', ''), (text, key) => {
      const parsed: unknown = JSON.parse(text)
      const own =
        typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && Object.hasOwn(parsed, key)
      const list: unknown = own ? (parsed as Record<string, unknown>)[key] : undefined
      const slices = sliceRows(text, key)
      expect(slices?.map((slice) => JSON.parse(slice))).toEqual(Array.isArray(list) ? list : undefined)
    }),
    { numRuns: 500 },
  )
})

test.each<[string, string, string[] | undefined]>([
  ['{"rows":[]}', 'rows', []],
  ['{"rows":[ ]}', 'rows', []],
  ['{"rows":null}', 'rows', undefined],
  ['{"a":{"rows":[1]},"rows":[2]}', 'rows', ['2']],
  ['[{"rows":[1]}]', 'rows', undefined],
  ['{"a":"rows","b":":[9]","rows":[3]}', 'rows', ['3']],
  ['{"x":"\\"rows\\":[1]","rows":["a\\\\","]"]}', 'rows', ['"a\\\\"', '"]"']],
  ['{"rows":[1],"rows":[2,3]}', 'rows', ['2', '3']],
  ['{"rows":[1],"ro\\u0077s":[2]}', 'rows', ['2']],
  [`{"rows"${' '.repeat(100)}:${' '.repeat(100)}[1]}`, 'rows', ['1']],
  ['"rows"', 'rows', undefined],
  ['', 'rows', undefined],
])('rows of %s under %s', (text, key, rows) => {
  expect(sliceRows(text, key)).toEqual(rows)
})

test('a page hands out the bytes of the rows that fit, and sets the others apart with their bytes and a reason', () => {
  const text =
    '{"total":3,"boxes":[{"id": 1.0},{"id":"poison", "x":[1 ,2]},{"id":3,"big":12345678901234567890}]}'
  const rows = (parseJson(text) as { boxes: unknown[] }).boxes
  const page = new Page({ rows }, text, ['boxes'], z.looseObject({ id: z.int() }))
  expect(page.rows).toEqual([{ id: 1 }, { id: 3, big: '12345678901234567890' }])
  expect([page.rawOf(0), page.rawOf(1)]).toEqual(['{"id": 1.0}', '{"id":3,"big":12345678901234567890}'])
  expect(page.rejected).toEqual([
    { raw: '{"id":"poison", "x":[1 ,2]}', reason: expect.stringContaining('id: ') },
  ])
})

test.each([
  [
    'another list of the same length comes first',
    '{"customers":[{"id":8}],"boxes":[{"id":1}]}',
    ['customers', 'boxes'],
  ],
  ['the rows stand deeper', '{"data":{"boxes":[{"id":1}]}}', ['boxes']],
  ['the row comes alone, with a list of its own', '{"id":1,"boxes":[{"id":5}]}', ['boxes']],
  ['the text is not the one that was parsed', '[]', ['boxes']],
])("a page never hands out another row's bytes: %s", (_name, text, keys) => {
  const parsed = JSON.parse(text) as Record<string, any>
  const rows = [
    parsed['data']?.boxes[0] ?? (parsed['id'] === 1 ? parsed : (parsed['boxes']?.[0] ?? { id: 1 })),
  ]
  const page = new Page({ rows }, text, keys, z.looseObject({ id: z.int() }))
  expect(JSON.parse(page.rawOf(0))).toEqual(rows[0])
})

test('numbers that a double cannot hold become text, all others stay as they are', () => {
  fc.assert(
    fc.property(
      fc.bigInt(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      (big, double, text) => {
        const body = `{"big":${big},"list":[ ${big}, ${double}],"deep":{"text":${JSON.stringify(`${text} ${big}`)}}}`
        const exact = Number.isSafeInteger(Number(big)) ? Number(big) : String(big)
        const kept =
          Number.isInteger(double) && !Number.isSafeInteger(double) && /^-?\d+$/.test(String(double))
            ? String(double)
            : JSON.parse(String(double))
        expect(parseJson(body)).toEqual({ big: exact, list: [exact, kept], deep: { text: `${text} ${big}` } })
      },
    ),
  )
  expect(parseJson('12345678901234567890')).toBe('12345678901234567890')
  for (const gap of ['', ' ', '\n\t'.repeat(20)]) {
    expect(parseJson(`[1,${gap}-12345678901234567890${gap},2]`)).toEqual([1, '-12345678901234567890', 2])
    expect(parseJson(`{"a":"1234567890123456"${gap},"b":${gap}1234567890123456789${gap}}`)).toEqual({
      a: '1234567890123456',
      b: '1234567890123456789',
    })
  }
  expect(parseJson('9007199254740991')).toBe(9007199254740991)
})

test.each([
  ['', 'empty_body'],
  [' \r\n', 'empty_body'],
  ['<!DOCTYPE html><p>Sign in', 'html_body'],
  ['\n <html lang="en">', 'html_body'],
  ['<?xml version="1.0"?><Error/>', 'html_body'],
  ['{"a":', 'bad_json'],
  ['{"a":1}}', 'bad_json'],
  ['Bad gateway', 'bad_json'],
])('a body that is not JSON is a failure with a reason: %j', (text, code) => {
  expect(readJson(text)).toMatchObject({ ok: false, code })
})

test.each([
  ['{"rows":[{"id":1},{"i', 'ends in the middle'],
  ['[1,2', 'ends in the middle'],
  ['upstream connect error', 'is not JSON'],
  ['{"a":1,}', 'is not valid JSON'],
])('what is wrong with %j is said', (text, message) => {
  expect(readJson(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) })
})

function isRows(pair: string): boolean {
  return Object.hasOwn(JSON.parse(`{${pair}}`) as object, 'rows')
}

function everyCharacterEscaped(text: string): string {
  return `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
}
