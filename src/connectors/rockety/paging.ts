import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import { type PageReading, type Paging, cut, wholeNumber } from '../../contract/paging.ts'

/** Pages by number from 1; no size can be asked for. The metadata is promised, its key names are not published. */
const hardCap = 1000

export function paged(resource: string): Paging {
  return {
    query: { page: z.int().min(1).optional().describe('from 1') },
    rowsKeys: ['data', 'items', 'results', resource],
    first: () => ({ page: 1 }),
    read: (body, asked) => readPage(body, asked, resource),
    write: (rows, asked, switches) => writePage(rows, asked, switches, resource),
  }
}

function readPage(body: unknown, asked: Record<string, unknown>, resource: string): PageReading | string {
  if (Array.isArray(body)) return { rows: body }
  if (!isObject(body)) return `${body === null ? 'null' : `a ${typeof body}`} came instead of a list`
  const rows = ['data', 'items', 'results', resource].map((key) => body[key]).find(Array.isArray)
  if (rows === undefined)
    return `there is no list: the answer holds ${Object.keys(body).join(', ') || 'nothing'}`
  const figures = figuresOf(body)
  const page = wholeNumber(asked['page']) ?? 1
  const more = rows.length > 0 && hasMore(figures, figures.current ?? page, rows.length)
  if (more && page < hardCap) return { rows, total: figures.total, next: { page: page + 1 } }
  // A list that is cut off must not pass for a whole one, also when its total is not known.
  return { rows, total: figures.total ?? (more ? page * rows.length + 1 : undefined) }
}

interface Figures {
  total: number | undefined
  pages: number | undefined
  current: number | undefined
  size: number | undefined
  /** A link to a next page: it is not followed, it only says that there is one. */
  nextLink: boolean
}

function figuresOf(body: Record<string, unknown>): Figures {
  const { meta, links } = body
  const inner = isObject(meta) ? meta['pagination'] : undefined
  const places = [meta, inner, body['pagination'], body].filter(isObject)
  const first = (...keys: string[]): number | undefined =>
    places.flatMap((place) => keys.map((key) => wholeNumber(place[key]))).find((value) => value !== undefined)
  return {
    total: first('total', 'total_items', 'total_count', 'count'),
    pages: first('total_pages', 'pages', 'last_page', 'page_count'),
    current: first('current_page', 'page'),
    size: first('per_page'),
    nextLink: isObject(links) && typeof links['next'] === 'string',
  }
}

/** Without any metadata a list is one page. */
function hasMore({ total, pages, size, nextLink }: Figures, page: number, rows: number): boolean {
  if (pages !== undefined) return page < pages
  if (total !== undefined) return page * (size ?? rows) < total
  return nextLink
}

function writePage(
  rows: readonly unknown[],
  asked: Record<string, unknown>,
  switches: Record<string, string>,
  resource: string,
): unknown {
  if (switches['envelope'] === 'bare') return rows
  const size = Math.min(100, Math.max(1, wholeNumber(switches['pageSize']) ?? 25))
  const page = switches['page'] === 'ignored' ? 1 : (wholeNumber(asked['page']) ?? 1)
  const data = cut(rows, page, size)
  const total = rows.length
  const filled = Math.ceil(total / size)
  const pages = Math.max(1, filled)
  const told = (figures: Record<string, number>): Record<string, unknown> =>
    switches['counts'] === 'texts' ? asTexts(figures) : figures
  switch (switches['envelope']) {
    case 'flat':
      return { data, ...told({ total, pages: filled, page }) }
    case 'laravel':
      return laravel(data, { total, pages, page, size }, resource, told)
    case 'nested': {
      const pagination = told({ total_items: total, page_count: pages, page, per_page: size })
      return { items: data, meta: { pagination } }
    }
    case 'named':
      return { [resource]: data, pagination: told({ count: total, pages, current_page: page }) }
    default:
      return { data, meta: told({ total, total_pages: pages, current_page: page, per_page: size }) }
  }
}

function asTexts(figures: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, String(figure)]))
}

function laravel(
  data: readonly unknown[],
  { total, pages, page, size }: { total: number; pages: number; page: number; size: number },
  resource: string,
  told: (figures: Record<string, number>) => Record<string, unknown>,
): unknown {
  const path = `https://app.rockety.io/api/v1/${resource}`
  const link = (to: number): string | null => (to < 1 || to > pages ? null : `${path}?page=${to}`)
  const from = data.length === 0 ? null : (page - 1) * size + 1
  const to = from === null ? null : from + data.length - 1
  return {
    data,
    links: { first: link(1), last: link(pages), prev: link(page - 1), next: link(page + 1) },
    meta: { from, path, to, ...told({ current_page: page, last_page: pages, per_page: size, total }) },
  }
}
