import { isObject } from '../../contract/errors.ts'
import { severities } from '../../domain/severity.ts'

/** How a row's values compare, in filters, sorts and cursors alike. */

export type Row = Readonly<Record<string, unknown>>
export type Comparable = string | number | boolean | null

/** Everything that stands at `mitre_attack.technique_id`, lists on the way taken apart. */
export function valuesAt(row: unknown, path: string): unknown[] {
  if (!path.includes('.')) return isObject(row) ? spread(row[path]) : []
  let found: unknown[] = [row]
  for (const step of path.split('.')) {
    found = found.flatMap((value) => (isObject(value) ? spread(value[step]) : []))
  }
  return found
}

function spread(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

const times = /(?:^at|_at)$/

/** Times compare as times and severities by weight, whatever their spelling. */
export function comparable(field: string, value: unknown): Comparable {
  if (typeof value === 'string' && times.test(field)) return Date.parse(value)
  if (typeof value === 'string' && field === 'severity') return severityOf(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function severityOf(word: string): Comparable {
  return word in severities ? severities[word as keyof typeof severities] : word // `in` has just shown it
}

/** What a row is sorted by: of several values the first. */
export function sortValue(row: Row, field: string): Comparable {
  return comparable(field, valuesAt(row, field)[0])
}

/** Null comes first, then numbers, then texts. */
export function compare(a: Comparable, b: Comparable): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === typeof b && a !== null && b !== null) return a < b ? -1 : Number(a > b)
  return rank(a) - rank(b)
}

function rank(value: Comparable): number {
  return value === null ? 0 : typeof value === 'number' ? 1 : 2
}
