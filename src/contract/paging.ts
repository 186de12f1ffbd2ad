import * as z from 'zod'

import type { Identity } from './auth.ts'
import { readJson, sliceRows } from './body.ts'
import { fitOf, unsure } from './fit.ts'
import type { QueryValue } from './query.ts'
import type { RawQuery } from './wire.ts'

/** One page as a vendor's envelope tells it. */
export interface PageReading {
  rows: unknown[]
  /** Rows over all pages, where the vendor says so. */
  total?: number | undefined
  /** What to ask for next; undefined on the last page. */
  next?: Record<string, QueryValue> | undefined
}

/** How a list is paged. `read` is tolerant, `write` is exact, one shape a profile (chosen by the switches). */
export interface Paging {
  /** Query parameters that belong to paging; merged into the operation's own. */
  query: z.ZodRawShape
  /** Keys under which the rows may stand, most likely first; a top-level array is always understood. */
  rowsKeys: readonly string[]
  /** Pages follow a row's place, not a count: rows that come and go while they are read shift nothing. */
  stable?: boolean
  /** The counts of the envelope are known to lie: they are not read. */
  uncounted?: boolean
  /** The first page's query, asking for `size` rows where the vendor lets one ask. */
  first(size?: number): Record<string, QueryValue>
  /** The same rows in smaller pages; none when they cannot be had smaller. Only where pages are counted off. */
  parts?(asked: Record<string, QueryValue>): Record<string, QueryValue>[]
  /** The page behind this one, when this one cannot tell. */
  behind?(asked: Record<string, QueryValue>): Record<string, QueryValue>
  /** A text instead of a reading says what is wrong with the envelope. */
  read(body: unknown, asked: Record<string, QueryValue>): PageReading | string
  /** `call` is absent where only the envelope's shape is wanted. */
  write(
    rows: readonly unknown[],
    asked: Record<string, unknown>,
    switches: Record<string, string>,
    call?: { identity: Identity; raw: RawQuery; now: number },
  ): unknown
}

/** One validated page. Rows that do not fit their schema are set apart with the reason, never dropped silently. */
export class Page<Row> {
  readonly rows: Row[] = []
  readonly rejected: { raw: string; reason: string }[] = []
  readonly total: number | undefined
  readonly next: Record<string, QueryValue> | undefined
  /** The body as received. */
  readonly text: string
  readonly #keys: readonly string[]
  readonly #items: readonly unknown[]
  readonly #indexes: number[] = []
  #slices: string[] | undefined

  constructor(reading: PageReading, text: string, keys: readonly string[], row: z.ZodType<Row>) {
    this.total = reading.total
    this.next = reading.next
    this.text = text
    this.#keys = keys
    this.#items = reading.rows
    const fit = fitOf(row)
    for (let index = 0; index < reading.rows.length; index++) {
      const item = reading.rows[index]
      const data = fit(item)
      if (data === unsure) this.#ask(row, item, index)
      else this.#take(data as Row, index) // it is what the schema hands on
    }
  }

  /** The schema itself decides, and says what is wrong. */
  #ask(row: z.ZodType<Row>, item: unknown, index: number): void {
    const parsed = row.safeParse(item)
    if (parsed.success) this.#take(parsed.data, index)
    else this.rejected.push({ raw: this.#raw(index), reason: issueLine(parsed.error) })
  }

  #take(row: Row, index: number): void {
    this.rows.push(row)
    this.#indexes.push(index)
  }

  /** In place of a row that the vendor cannot hand out: it is told where it stands, and why it is missing. */
  static without<Row>(raw: string, reason: string): Page<Row> {
    const page = new Page<Row>({ rows: [] }, '', [], z.never())
    page.rejected.push({ raw, reason })
    return page
  }

  /** The bytes of `rows[i]` as received. */
  rawOf(i: number): string {
    return this.#raw(this.#indexes[i] ?? -1)
  }

  #raw(index: number): string {
    this.#slices ??= this.#slice()
    return this.#slices[index] ?? JSON.stringify(this.#items[index])
  }

  /** Slices only count when they are the rows that were read: an odd envelope falls back to our own spelling. */
  #slice(): string[] {
    for (const key of [...this.#keys, undefined]) {
      const slices = sliceRows(this.text, key)
      if (slices !== undefined && this.#fit(slices)) return slices
    }
    const lone = [this.text.trim()]
    return this.#fit(lone) ? lone : []
  }

  /** As many, and the first and the last are the same: another list of the envelope would differ there. */
  #fit(slices: readonly string[]): boolean {
    if (slices.length !== this.#items.length) return false
    return [0, slices.length - 1].every((i) => isSpelling(slices[i], this.#items[i]))
  }
}

function isSpelling(text: string | undefined, item: unknown): boolean {
  if (text === undefined) return true
  const body = readJson(text)
  return body.ok && JSON.stringify(body.value) === JSON.stringify(item)
}

export function issueLine(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`)
    .join('; ')
}

/** How pages that are counted off are cut smaller: by the smallest divisor of their size. `from` is the first page's number. */
export function countedOff(
  page: string,
  size: string,
  from: number,
): Required<Pick<Paging, 'parts' | 'behind'>> {
  const numbers = (asked: Record<string, QueryValue>): [number, number] => [
    (wholeNumber(asked[page]) ?? from) - from,
    wholeNumber(asked[size]) ?? 1,
  ]
  return {
    parts(asked) {
      const [at, rows] = numbers(asked)
      const count = smallestDivisor(rows)
      if (count === undefined) return []
      return Array.from({ length: count }, (_, i) => ({
        ...asked,
        [page]: at * count + i + from,
        [size]: rows / count,
      }))
    },
    behind: (asked) => ({ ...asked, [page]: numbers(asked)[0] + 1 + from }),
  }
}

function smallestDivisor(n: number): number | undefined {
  for (let divisor = 2; divisor <= n; divisor++) if (n % divisor === 0) return divisor
  return undefined
}

/** The rows of page `page` (1-based) at `size` rows a page. */
export function cut<T>(rows: readonly T[], page: number, size: number): readonly T[] {
  return rows.slice((page - 1) * size, page * size)
}

/** A whole number from a number or a numeric text, or undefined. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}
