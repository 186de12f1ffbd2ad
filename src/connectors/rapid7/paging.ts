import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import { type PageReading, type Paging, countedOff, cut, wholeNumber } from '../../contract/paging.ts'

/** `index` is the number of a page, never an offset; `size` may come back smaller than asked. */
const query = {
  index: z.int().min(0).optional().describe('the page, from 0'),
  size: z.int().min(1).optional().describe('rows a page; more than the maximum is cut down to it'),
}

/** `{data, metadata}`. `honest: false` where the totals are known to lie: then the pages are read to the first empty one. */
export function pages(max: number, { size: usual = 20, honest = true } = {}): Paging {
  return {
    query,
    rowsKeys: ['data'],
    ...(!honest && { uncounted: true }),
    first: (size = max) => ({ index: 0, size: Math.min(size, max) }),
    ...countedOff('index', 'size', 0),
    read(body, asked) {
      const data = Array.isArray(body) ? body : isObject(body) ? body['data'] : undefined
      if (!Array.isArray(data)) return missing('data', body)
      if (Array.isArray(body)) return { rows: data, total: data.length }
      const metadata = metadataOf(body)
      const total = honest ? wholeNumber(metadata['total_data']) : undefined
      return {
        rows: data,
        total,
        next: nextPage(data.length, wholeNumber(metadata['total_pages']), metadata, asked),
      }
    },
    write(rows, asked, switches) {
      const cap = wholeNumber(switches['pageCap']) ?? max
      const size = Math.min(wholeNumber(asked['size']) ?? usual, max, cap)
      const index = wholeNumber(asked['index']) ?? 0
      const data = cut(rows, index + 1, size)
      const totals = { total_pages: Math.ceil(rows.length / size), total_data: rows.length }
      return {
        data,
        metadata: {
          index,
          size: switches['metadataSize'] === 'rows' ? data.length : size,
          ...(switches['totals'] !== 'absent' && totals),
          ...(typeof asked['sort'] === 'string' && { sort: asked['sort'] }),
        },
      }
    },
  }
}

/** Stops at the last page by count, and at an empty one whatever the count says. */
function nextPage(
  rows: number,
  pageCount: number | undefined,
  metadata: Record<string, unknown>,
  asked: Record<string, unknown>,
): PageReading['next'] {
  const index = wholeNumber(asked['index']) ?? 0
  const size = wholeNumber(asked['size'])
  if (rows === 0) return undefined
  const next = { index: index + 1, ...(size !== undefined && { size }) }
  if (pageCount !== undefined) return index + 1 < pageCount ? next : undefined
  // Without totals a full page may be followed by another; what is full says the size in effect.
  const full = wholeNumber(metadata['size']) ?? size
  return full !== undefined && rows >= full ? next : undefined
}

/** Lists of the SIEM alerts interface: other metadata, and RRNs alone when that is asked for. */
export function siemPages(...keys: readonly [string, ...string[]]): Paging {
  const max = 100
  return {
    query,
    rowsKeys: keys,
    first: (size = max) => ({ index: 0, size: Math.min(size, max) }),
    ...countedOff('index', 'size', 0),
    read(body, asked) {
      if (!isObject(body)) return missing(keys[0], body)
      const lists = keys.map((key) => body[key]).filter((list) => Array.isArray(list))
      const rows = lists.find((list) => list.length > 0) ?? lists[0]
      if (rows === undefined) return missing(keys[0], body)
      const failed = body['region_failures']
      if (Array.isArray(failed) && failed.length > 0)
        return `not every region could be searched: ${JSON.stringify(failed).slice(0, 200)}`
      const metadata = metadataOf(body)
      const index = wholeNumber(asked['index']) ?? 0
      const last = metadata['is_last_index'] !== false || rows.length === 0
      const next = last ? undefined : { index: index + 1, size: wholeNumber(asked['size']) ?? max }
      return { rows, total: wholeNumber(metadata['total_items']), next }
    },
    write(rows, asked, switches) {
      const size = Math.min(wholeNumber(asked['size']) ?? 20, max, wholeNumber(switches['pageCap']) ?? max)
      const index = wholeNumber(asked['index']) ?? 0
      const items = cut(rows, index + 1, size)
      const metadata = {
        index,
        size,
        items_in_index: items.length,
        total_items: rows.length,
        is_last_index: (index + 1) * size >= rows.length,
      }
      if (keys.length === 1) return { [keys[0]]: items, metadata }
      const bare = asked['rrns_only'] === true
      const rrns = bare ? items.map((item) => (isObject(item) ? item['rrn'] : item)) : []
      const region = switches['failedRegions'] ?? 'none'
      const region_failures = region === 'none' ? [] : [{ region, message: 'search failed' }]
      return { rrns, alerts: bare ? [] : items, metadata, aggregates: [], region_failures }
    },
  }
}

/** A list that comes whole: bare, or under its key. */
export function whole(key?: string): Paging {
  return {
    query: {},
    rowsKeys: key === undefined ? [] : [key],
    first: () => ({}),
    read(body) {
      const rows = Array.isArray(body) ? body : isObject(body) && key !== undefined ? body[key] : undefined
      return Array.isArray(rows) ? { rows } : missing(key ?? 'a bare list', body)
    },
    write: (rows) => (key === undefined ? rows : { [key]: rows }),
  }
}

/** A missing list is never an empty one. */
function missing(key: string, body: unknown): string {
  const holds = isObject(body) ? Object.keys(body).join(', ') || 'nothing' : typeof body
  return `the list "${key}" is missing: the answer holds ${holds}`
}

function metadataOf(body: unknown): Record<string, unknown> {
  return isObject(body) && isObject(body['metadata']) ? body['metadata'] : {}
}
