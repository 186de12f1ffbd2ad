import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import type { PageReading, Paging } from '../../contract/paging.ts'
import { type ListSpec, nextPage, readAsked } from './listing.ts'
import type { Row } from './values.ts'

/** Opaque cursors. Only "cursor from the previous response" is documented, so the reader looks where one may stand. */

/** What every list can be asked, besides its page. */
export const listQuery = z.object({
  sort: z.string().optional().describe('field:direction, such as created_at:desc'),
  filter: z.string().optional().describe('a JSON object, such as {"severity":"high"}'),
})

const rowsKeys = ['data', 'items', 'results']

export function keyset(spec: ListSpec): Paging {
  return {
    query: {
      limit: z.int().min(1).optional().describe('1 to 200, default 50'),
      cursor: z.string().optional().describe('from the previous answer'),
    },
    rowsKeys,
    stable: true,
    first: (size = 200) => ({ limit: Math.min(size, 200) }),
    read: readPage,
    write(rows, query, switches, call) {
      const now = call?.now ?? 0
      const asking = { query, raw: call?.raw ?? new Map<string, string[]>(), switches, now }
      const asked = readAsked(spec, call === undefined ? asking : { ...asking, identity: call.identity })
      const { page, cursor } = nextPage(rows as readonly Row[], asked, now) // behaviours make no other rows
      const key = switches['rowsKey'] ?? 'data'
      return { [key]: page, ...pagination(cursor, asked.limit, switches) }
    },
  }
}

function pagination(
  cursor: string | null,
  limit: number,
  switches: Record<string, string>,
): Record<string, unknown> {
  const end = { empty: '', absent: undefined }[switches['cursorEnd'] ?? ''] ?? null
  const shown = switches['cursorEnd'] === 'absent' && cursor === null ? {} : { next_cursor: cursor ?? end }
  switch (switches['cursorPlace']) {
    case 'next_cursor':
      return shown
    case 'meta.next_cursor':
      return { meta: { ...shown, limit } }
    case 'cursor':
      return 'next_cursor' in shown ? { cursor: shown.next_cursor } : {}
    default:
      return { pagination: { ...shown, has_more: cursor !== null, limit } }
  }
}

function readPage(body: unknown, asked: Record<string, unknown>): PageReading | string {
  if (Array.isArray(body)) return { rows: body }
  if (!isObject(body)) return 'neither a list nor an object came'
  const rows = rowsKeys.map((key) => body[key]).find(Array.isArray) as unknown[] | undefined // isArray has just shown it
  if (rows === undefined) return `there is no list under ${rowsKeys.join(', ')}`
  const next = nextCursor(body)
  if (next === undefined)
    return hasMore(body) === true ? 'more rows are told of, but no cursor leads there' : { rows }
  if (hasMore(body) === false) return { rows }
  if (next === asked['cursor']) return 'the same cursor came again: the list would never end'
  return { rows, next: { ...(asked as PageReading['next']), cursor: next } } // our own query
}

/** The first that is there counts; null, an empty text and nothing at all are the end. */
function nextCursor(body: Record<string, unknown>): string | undefined {
  const { pagination: page, meta } = body
  const places = [
    isObject(page) ? page['next_cursor'] : undefined,
    body['next_cursor'],
    isObject(meta) ? meta['next_cursor'] : undefined,
    body['cursor'],
  ]
  const found = places.find((value) => value !== undefined)
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? String(found) : undefined
}

function hasMore(body: Record<string, unknown>): unknown {
  const { pagination: page, meta } = body
  if (isObject(page) && 'has_more' in page) return page['has_more']
  return isObject(meta) && 'has_more' in meta ? meta['has_more'] : body['has_more']
}
