import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import { type PageReading, type Paging, cut, wholeNumber } from '../../contract/paging.ts'

/** Every list has its own key, its own meta and its own page size; none can be relied on. */
interface PageShape {
  /** The list's key. */
  key: string
  meta: readonly MetaKey[]
  size: number
  /** The switch that holds the page size. */
  sizeSwitch: string
  /** `per_page` is documented for ticket comments only. */
  perPage?: boolean
}

type MetaKey = 'total_pages' | 'total_entries' | 'per_page' | 'page'
const everyMetaKey: readonly MetaKey[] = ['total_pages', 'total_entries', 'per_page', 'page']

export function paged(shape: PageShape): Paging {
  return {
    query: { page: z.int().optional(), ...(shape.perPage && { per_page: z.int().optional() }) },
    rowsKeys: [shape.key],
    first: (size) => (shape.perPage ? { page: 1, per_page: size ?? 50 } : { page: 1 }),
    read(body, asked) {
      const rows = rowsOf(body, shape.key)
      if (typeof rows === 'string') return rows
      const meta = isObject(body) && isObject(body['meta']) ? body['meta'] : {}
      const page = wholeNumber(asked['page']) ?? 1
      const more = hasMore(meta, page, rows.length)
      return {
        rows,
        total: wholeNumber(meta['total_entries']),
        next: more ? { ...asked, page: page + 1 } : undefined,
      }
    },
    write(rows, asked, switches) {
      const set = wholeNumber(switches[shape.sizeSwitch]) ?? shape.size
      const follow = shape.perPage === true && switches['perPage'] !== 'ignored'
      const size = Math.max(1, (follow ? wholeNumber(asked['per_page']) : undefined) ?? set)
      const page = Math.max(1, wholeNumber(asked['page']) ?? 1)
      const pages = Math.max(1, Math.ceil(rows.length / size))
      const figures = { total_pages: pages, total_entries: rows.length, per_page: size, page }
      const keys = { absent: [], full: everyMetaKey }[switches['meta'] ?? ''] ?? shape.meta
      const list = { [shape.key]: cut(rows, page, size) }
      return keys.length === 0
        ? list
        : { ...list, meta: Object.fromEntries(keys.map((key) => [key, figures[key]])) }
    },
  }
}

/** A list that comes whole, without meta. */
export function whole(key: string): Paging {
  return {
    query: {},
    rowsKeys: [key],
    first: () => ({}),
    read(body): PageReading | string {
      const rows = rowsOf(body, key)
      return typeof rows === 'string' ? rows : { rows }
    },
    write: (rows) => ({ [key]: rows }),
  }
}

/** Without a count of pages the end is the first empty page. */
function hasMore(meta: Record<string, unknown>, page: number, rows: number): boolean {
  if (rows === 0) return false
  const pages = wholeNumber(meta['total_pages'])
  return pages === undefined || page < pages
}

/** The rows, or what is wrong with the envelope: a missing list is never an empty one. */
function rowsOf(body: unknown, key: string): unknown[] | string {
  if (Array.isArray(body)) return body
  if (!isObject(body))
    return `${body === null ? 'null' : `a ${typeof body}`} came instead of an object with "${key}"`
  const rows = body[key]
  if (Array.isArray(rows)) return rows
  return `the list "${key}" is missing: the answer holds ${Object.keys(body).join(', ') || 'nothing'}`
}
