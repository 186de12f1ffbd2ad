import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'
import { type PageReading, type Paging, countedOff, cut, wholeNumber } from '../../contract/paging.ts'

/** Pages by number. The reader takes every envelope that some document shows; the writer has one shape a profile. */
export const maxPage = 1000

export const paged: Paging = {
  query: {
    page: z.int().min(1).optional().describe('from 1'),
    pageSize: z.int().min(1).max(maxPage).optional().describe(`1 to ${maxPage}, default ${maxPage}`),
    limit: z
      .int()
      .min(1)
      .max(maxPage)
      .optional()
      .describe("the seed document's name for pageSize; we never send it"),
  },
  rowsKeys: ['data'],
  first: (size = maxPage) => ({ page: 1, pageSize: Math.min(size, maxPage) }),
  ...countedOff('page', 'pageSize', 1),
  read: readPage,
  write: writePage,
}

/** Lists that come whole: paging parameters do not belong to them, some refuse them. */
export const whole: Paging = {
  query: {},
  rowsKeys: ['data'],
  first: () => ({}),
  read(body, asked) {
    const reading = readPage(body, asked)
    return typeof reading === 'string' ? reading : { rows: reading.rows, total: reading.total }
  },
  write: (rows, _asked, switches) => writePage(rows, {}, switches),
}

/** The seed document's account list. */
export const seedPaged: Paging = {
  ...paged,
  first: (size = maxPage) => ({ page: 1, limit: Math.min(size, maxPage) }),
  write: (rows, asked, switches) =>
    writePage(
      rows,
      { limit: 50, ...asked },
      { ...switches, envelope: switches['envelope'] === 'bare' ? 'bare' : 'seed' },
    ),
}

function readPage(body: unknown, asked: Record<string, unknown>): PageReading | string {
  if (Array.isArray(body)) return { rows: body, next: afterFullPage(body.length, asked) }
  if (!isObject(body)) return 'neither a list nor an object'
  const { data } = body
  if (Array.isArray(data)) return readEnvelope(body, data, asked)
  if (isObject(data)) return { rows: [data], total: 1 }
  if (data === null && wholeNumber(body['totalCount']) === 0) return { rows: [], total: 0 }
  if (data === undefined && lone.some((key) => body[key] !== undefined)) return { rows: [body], total: 1 }
  return 'there is no list under data'
}

/** What a lone object must have to be taken for a row. */
const lone = ['id', 'appId', 'ruleId']

function readEnvelope(
  body: Record<string, unknown>,
  rows: unknown[],
  asked: Record<string, unknown>,
): PageReading {
  const total = wholeNumber(body['totalCount'])
  const page =
    wholeNumber(body['currentPage']) ?? wholeNumber(body['page']) ?? wholeNumber(asked['page']) ?? 1
  const pages = wholeNumber(body['totalPages']) ?? pagesOf(body, rows.length, total)
  if (pages === undefined) return { rows, next: afterFullPage(rows.length, asked) }
  return { rows, total, next: page < pages && rows.length > 0 ? { ...asked, page: page + 1 } : undefined }
}

function pagesOf(body: Record<string, unknown>, rows: number, total: number | undefined): number | undefined {
  if (total === undefined) return undefined
  const per =
    wholeNumber(body['limit']) ?? wholeNumber(body['pageSize']) ?? wholeNumber(body['dataCount']) ?? rows
  return per > 0 ? Math.ceil(total / per) : 0
}

/** Nobody says how many there are: after a full page there may be another. */
function afterFullPage(rows: number, asked: Record<string, unknown>): PageReading['next'] {
  const size = wholeNumber(asked['pageSize']) ?? wholeNumber(asked['limit'])
  if (size === undefined || rows < size) return undefined
  return { ...(asked as NonNullable<PageReading['next']>), page: (wholeNumber(asked['page']) ?? 1) + 1 } // our own query
}

function writePage(
  rows: readonly unknown[],
  asked: Record<string, unknown>,
  switches: Record<string, string>,
): unknown {
  const limit = wholeNumber(asked['limit'])
  const size = limit ?? wholeNumber(asked['pageSize']) ?? maxPage
  const page = wholeNumber(asked['page']) ?? 1
  const data = cut(rows, page, size)
  const profile = switches['envelope']
  if (profile === 'bare') return data
  if (profile === 'lone' && rows.length === 1 && data.length === 1) return data[0]
  if (profile === 'seed') return { data, totalCount: rows.length, page, limit: size }
  return {
    totalCount: rows.length,
    currentPage: page,
    totalPages: Math.ceil(rows.length / size),
    ...(switches['dataCount'] !== 'absent' && { dataCount: data.length }),
    data,
    ...(limit !== undefined && { page, limit }),
  }
}
