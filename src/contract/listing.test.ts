// Kept texts of rows and pages: never another word than what would be written now.
import { expect, test } from 'vitest'

import { type Listing, type Telling, listed, listedAs, plainListing } from './listing.ts'
import { pageText } from './page-text.ts'

interface Thing {
  id: number
  word: string
}

const thing = (id: number, word = 'open'): Thing => ({ id, word })
const many = (): Thing[] => Array.from({ length: 40 }, (_, id) => thing(id))
const callOf = (switches: Record<string, string>, now = 0): Telling => ({
  switches,
  now,
  identity: { name: 'anybody', permissions: 'all' },
})
/** As the server half has it: its rows are no longer known by their kind. */
const text = (body: unknown, listing: Listing<Thing>): string => pageText(body, ['data'], listing as Listing)
const page = (data: readonly unknown[], more: object = {}): Record<string, unknown> => ({ data, ...more })

test('a page is written as JSON.stringify writes it, whatever stands around its rows', () => {
  const envelopes = [
    {},
    { total: 40 },
    { gone: undefined, link: null, meta: { a: [1, 'é', 0.5] }, 'a "b"': true },
  ]
  for (const rows of [[], [thing(1)], many()]) {
    const rowsOf = listed((one: Thing) => one)
    for (const envelope of envelopes) {
      for (const body of [page(rows, envelope), { ...envelope, data: rows }, { x: -0, data: rows }])
        expect(text(body, rowsOf(rows, callOf({})))).toBe(JSON.stringify(body))
    }
    expect(text(rows, rowsOf(rows, callOf({})))).toBe(JSON.stringify(rows))
  }
})

test('a long list that is as it was is the same text, and another one once a row is replaced, goes or comes', () => {
  const rowsOf = listed((one: Thing) => one)
  const rows = many()
  const told = (): string => text(page(rows), rowsOf(rows, callOf({})))
  const now = (): string => JSON.stringify(page(rows))
  expect(told()).toBe(now())
  expect(told()).toBe(now())
  rows[7] = thing(7, 'closed')
  expect(told()).toBe(now())
  rows.pop()
  expect(told()).toBe(now())
  rows.unshift(thing(99))
  expect(told()).toBe(now())
  rows.reverse()
  expect(told()).toBe(now())
})

test('lists of one account are not those of another, nor of another kind', () => {
  const rows = many()
  const [by, shouted] = [listed((one: Thing) => one), listed((one: Thing) => ({ shout: one.word }))]
  expect(text(page(rows), by(rows, callOf({})))).toBe(JSON.stringify(page(rows)))
  expect(text(page(rows), shouted(rows, callOf({})))).toContain('shout')
  const spoken = listed((one: Thing, { switches }) => ({ id: one.id, says: switches['says'] }))
  const texts = ['a', 'b', 'a'].map((says) => text(page(rows), spoken(rows, callOf({ says }))))
  expect(texts.map((one) => /"says":"(\w)"/.exec(one)?.[1])).toEqual(['a', 'b', 'a'])
})

test('what is told of a row holds until a switch is set anew', () => {
  const switches = { says: 'a', other: 'x' }
  let made = 0
  const rowsOf = listed((one: Thing, call) => ({ ...one, says: call.switches['says'], made: ++made }))
  const one = thing(1)
  const told = (): string => rowsOf([one], callOf(switches)).textOf(one)
  const first = told()
  expect(told()).toBe(first)
  switches.says = 'b'
  expect(told()).toContain('"says":"b"')
  switches.says = 'a'
  expect(told()).toContain('"says":"a"')
})

test('what tells of the time of day holds until that is another', () => {
  const rowsOf = listedAs((one: Thing, { now }) => `${one.id} ${now - (now % 1000)}`, 1000)
  const one = thing(1)
  const told = (now: number): string => rowsOf([one], callOf({}, now)).textOf(one)
  expect([1000, 1999, 2000, 1500].map(told)).toEqual(['1 1000', '1 1000', '1 2000', '1 1000'])
})

test('plain rows that may change are told as they are now; frozen ones cannot', () => {
  const rows = many()
  const told = (): string => pageText(page(rows), ['data'], plainListing(rows))
  expect(told()).toBe(JSON.stringify(page(rows)))
  for (const row of rows) row.word = 'changed'
  expect(told()).toBe(JSON.stringify(page(rows)))
  for (const row of rows) Object.freeze(row)
  expect(told()).toBe(JSON.stringify(page(rows)))
  expect(told()).toBe(JSON.stringify(page(rows)))
})

test('of a history that is too long to keep the texts are made again, and nothing else is said', () => {
  let written = 0
  const long = 'x'.repeat(100_000)
  const rowsOf = listedAs((one: Thing) => {
    written++
    return JSON.stringify({ ...one, long })
  })
  const rows = Array.from({ length: 100 }, (_, id) => thing(id))
  const call = callOf({})
  const told = (some: Thing[]): string => text(page(some), rowsOf(some, call))
  const first = told(rows.slice(0, 1))
  told(rows.slice(0, 50))
  expect(told(rows.slice(0, 1))).toBe(first)
  expect(written).toBe(50)
  told(rows)
  expect(told(rows.slice(0, 1))).toBe(first)
  expect(written).toBe(101)
})
