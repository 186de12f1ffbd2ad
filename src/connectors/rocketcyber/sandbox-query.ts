import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { readRange } from './fields.ts'
import { maxPage } from './paging.ts'

/** How the sandbox reads the query parameters that several resources share. */

export function sortOf(
  call: Call,
  fields: readonly string[],
): { field: string; descending: boolean } | undefined {
  const given = call.query['sort'] as string | undefined // the query schema has just shown it
  if (given === undefined) return undefined
  const [field = '', way = ''] = given.split(':')
  if (!fields.includes(field)) throw new Refusal(400, 'bad_request', `sort: ${field} is not a sortable field`)
  return { field, descending: way.toLowerCase() === 'desc' }
}

/** Rows that already stand in ascending order. */
export function ordered<T>(rows: readonly T[], sort: { descending: boolean } | undefined): readonly T[] {
  return sort?.descending === true ? rows.toReversed() : rows
}

export function rangeOf(value: unknown): { from: number; to: number } | undefined {
  return typeof value === 'string' ? readRange(value) : undefined
}

/** Text filters match parts of the text; an asterisk is no wildcard, it makes the result empty. */
export function contains(text: string, words: readonly string[]): boolean {
  const low = text.toLowerCase()
  return words.some((word) => low.includes(word.toLowerCase()))
}

export function isNothing(words: readonly string[]): boolean {
  return words.some((word) => word.includes('*'))
}

const mostMade = 2000

/** Rows of things that do not change within `everyMs`, made once in that time for each setting of the switches. */
export function made<T>(
  make: (thing: T, switches: Call['switches'], now: number) => object,
  everyMs = Infinity,
): (call: Pick<Call, 'switches' | 'now'>) => (thing: T) => object {
  const rows = new Map<T, object>()
  let setting = ''
  return ({ switches, now }) => {
    const wanted = `${Math.floor(now / everyMs)} ${JSON.stringify(switches)}`
    if (wanted !== setting || rows.size > mostMade) rows.clear()
    setting = wanted
    return (thing) => {
      const known = rows.get(thing)
      if (known !== undefined) return known
      const row = Object.freeze(make(thing, switches, now))
      rows.set(thing, row)
      return row
    }
  }
}

/** Makes only the rows of the page that is asked for; the others are holes that nobody reads. */
export function onPage<T>(
  rows: readonly T[],
  call: Call,
  make: (row: T) => unknown,
  descending = false,
): unknown[] {
  const size = Number(call.query['limit'] ?? call.query['pageSize'] ?? maxPage)
  const start = (Number(call.query['page'] ?? 1) - 1) * size
  const end = Math.min(rows.length, start + size + (call.request.drift ?? 0))
  const out: unknown[] = []
  out.length = rows.length
  for (let i = start; i < end; i++) {
    const row = rows[descending ? rows.length - 1 - i : i]
    if (row !== undefined) out[i] = make(row)
  }
  return out
}
