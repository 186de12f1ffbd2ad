import { isObject } from '../../contract/errors.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { remembered } from '../../domain/remembered.ts'

/** How the sandbox reads what several resources share: windows, sorts, criteria, words. */

const day = 86_400_000

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'bad_request', message)
}

/** Both ends are exclusive. */
export function windowOf(
  given: { start?: unknown; end?: unknown },
  now: number,
  days: number,
): { from: number; to: number } {
  const from = typeof given.start === 'string' ? Date.parse(given.start) : now - days * day
  const to = typeof given.end === 'string' ? Date.parse(given.end) : now + 1
  return { from, to }
}

/** `key,ASC[,key,DESC…]` */
export const readSort = remembered(100, (text): readonly Order[] => {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.length % 2 !== 0) throw badRequest(`sort: ${text} is not a list of key,ORDER pairs`)
  return parts.flatMap((field, i) => (i % 2 === 0 ? [{ field, order: parts[i + 1] ?? '' }] : []))
})

export interface Sorted<T> {
  field: string
  sign: 1 | -1
  by: (row: T) => string | number
}

export function sorted<T>(rows: readonly T[], keys: readonly Sorted<T>[]): T[] {
  return rows.toSorted((a, b) => {
    for (const { by, sign } of keys) {
      const [x, y] = [by(a), by(b)]
      if (x !== y) return (x < y ? -1 : 1) * sign
    }
    return 0
  })
}

export function signOf(order: string): 1 | -1 {
  const word = order.toUpperCase()
  if (word !== 'ASC' && word !== 'DESC') throw badRequest(`sort: ${order} is neither ASC nor DESC`)
  return word === 'ASC' ? 1 : -1
}

/** A field that a search knows. */
export interface Field<T> {
  /** Undefined: not searchable. */
  operators?: readonly ('EQUALS' | 'CONTAINS' | 'IN')[]
  sortable?: boolean
  of(row: T): string | readonly string[]
}

type Criterion = { field: string; operator: string; value?: unknown }
type Order = { field: string; order: string }

/** Criteria are ANDed; texts compare without case. */
export function search<T>(
  rows: readonly T[],
  body: unknown,
  fields: Readonly<Record<string, Field<T>>>,
): readonly T[] {
  const { search: wanted, sort } = (isObject(body) ? body : {}) as {
    search?: Criterion[] | null
    sort?: Order[] | null
  } // the schema's
  const tests = (wanted ?? []).map((one) => testOf(one, fields))
  const found = tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)))
  const keys = (sort ?? []).map(({ field, order }): Sorted<T> => {
    const known = fields[field]
    if (known?.sortable !== true) throw badRequest(`sort: ${field} is not a sortable field`)
    return { field, sign: signOf(order), by: (row) => [known.of(row)].flat().join(' ') }
  })
  return keys.length === 0 ? found : sorted(found, keys)
}

function testOf<T>(
  { field, operator, value }: Criterion,
  fields: Readonly<Record<string, Field<T>>>,
): (row: T) => boolean {
  const known = fields[field]
  const word = operator.toUpperCase()
  const allowed = known?.operators?.find((one) => one === word)
  if (known === undefined || allowed === undefined)
    throw badRequest(`search: ${field} cannot be searched with ${operator}`)
  if (allowed === 'IN' && !Array.isArray(value))
    throw badRequest(`search: IN takes a list of values for ${field}`)
  const wanted = [value].flat().map((one) => String(one).toLowerCase())
  const hit = (text: string): boolean =>
    allowed === 'CONTAINS' ? wanted.some((one) => text.includes(one)) : wanted.includes(text)
  return (row) => [known.of(row)].flat().some((text) => hit(text.toLowerCase()))
}

/** Words of a comma list that must be among the known ones. */
export function wordsOf(call: Call, name: string, known: readonly string[]): ReadonlySet<string> | undefined {
  const given = call.query[name]
  if (!Array.isArray(given)) return undefined
  const words = given.map((word) => String(word).toUpperCase())
  const wrong = words.find((word) => !known.includes(word))
  if (wrong !== undefined) throw badRequest(`${name}: ${wrong} is not one of ${known.join(', ')}`)
  return new Set(words)
}

/** A word in a path or body, in any case. */
export function wordOf(text: unknown, known: readonly string[], name: string): string {
  const word = String(text).toUpperCase()
  if (!known.includes(word)) throw badRequest(`${name}: ${String(text)} is not one of ${known.join(', ')}`)
  return word
}

/** What two switches add to every row that is printed. */
export function dressed(
  row: Record<string, unknown>,
  switches: Record<string, string>,
): Record<string, unknown> {
  if (switches['extraFields'] !== 'on') return row
  return { ...row, something_new: { kept: true, list: [1, 'two', null], large: 9_007_199_254_740_991 } }
}

export function bodyOf(call: Call): Record<string, unknown> {
  return isObject(call.body) ? call.body : {}
}

export function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === 'string' ? value : other
}
