import * as z from 'zod'

import { isObject } from '../contract/errors.ts'
import type { Paging } from '../contract/paging.ts'
import { defaultLimit } from './default-limit.ts'

/** Cursor lists: `{data, pagination: {next_cursor, has_more, limit}}`. */
export const cursorPaging: Paging = {
  query: {
    limit: z.int().min(1).max(200).default(defaultLimit).describe('rows a page'),
    cursor: z.string().optional().describe('next_cursor of the page before'),
  },
  rowsKeys: ['data'],
  stable: true,
  first: (size) => ({ limit: size ?? defaultLimit }),
  read(body, asked) {
    if (!isObject(body) || !Array.isArray(body['data'])) return 'the list has no data'
    const paging = isObject(body['pagination']) ? body['pagination'] : {}
    const cursor = paging['next_cursor']
    const next = typeof cursor === 'string' && cursor !== '' ? { ...asked, cursor } : undefined
    return { rows: body['data'], next }
  },
  write: (rows, asked) => ({
    data: rows,
    pagination: { next_cursor: null, has_more: false, limit: Number(asked['limit'] ?? defaultLimit) },
  }),
}
