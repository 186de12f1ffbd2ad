import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import { readRange } from './fields.ts'

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
