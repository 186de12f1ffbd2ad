import { Refusal } from '../contract/refusal.ts'
import { defaultLimit } from './default-limit.ts'

/** What a list answers with. */
export interface ListPage<Row> {
  data: Row[]
  pagination: { next_cursor: string | null; has_more: boolean; limit: number }
}

export interface PageQuery {
  limit?: number | undefined
  cursor?: string | undefined
}

/** The last row of the page before, in a list that is read newest first. */
interface Place {
  time: number
  id: string
}

/**
 * Reads one page from the store. `scope` names the filter that the list was read with: a cursor of another list, or of
 * the same with another filter, is refused instead of answered with a page from nowhere.
 */
export async function readPage<Row>(
  query: PageQuery,
  scope: string,
  read: (limit: number, before: Place | undefined) => Promise<Row[]>,
  placeOf: (row: Row) => Place,
): Promise<ListPage<Row>> {
  const limit = query.limit ?? defaultLimit
  const rows = await read(limit + 1, query.cursor === undefined ? undefined : decode(query.cursor, scope))
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const more = rows.length > limit && last !== undefined
  const next_cursor = more ? encode(placeOf(last), scope) : null
  return { data, pagination: { next_cursor, has_more: more, limit } }
}

/** A page of rows that are all at hand, in their own order. */
export function cutPage<Row>(
  query: PageQuery,
  scope: string,
  rows: Row[],
  idOf: (row: Row) => string,
): Promise<ListPage<Row>> {
  const read = async (limit: number, after: Place | undefined): Promise<Row[]> => {
    const start = after === undefined ? 0 : rows.findIndex((row) => idOf(row) === after.id) + 1
    return rows.slice(start, start + limit)
  }
  return readPage(query, scope, read, (row) => ({ time: 0, id: idOf(row) }))
}

export async function mapPage<From, To>(
  page: ListPage<From>,
  to: (rows: From[]) => To[] | Promise<To[]>,
): Promise<ListPage<To>> {
  return { ...page, data: await to(page.data) }
}

function encode({ time, id }: Place, scope: string): string {
  return Buffer.from(JSON.stringify([time, id, scope])).toString('base64url')
}

function decode(cursor: string, scope: string): Place {
  try {
    const [time, id, of] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[] // checked right below
    if (typeof time === 'number' && typeof id === 'string' && of === scope) return { time, id }
  } catch {} // told below
  throw new Refusal(400, 'invalid_cursor', 'The cursor is not one of this list: start again without it.')
}
