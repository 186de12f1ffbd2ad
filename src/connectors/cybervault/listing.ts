import type { Identity } from '../../contract/auth.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { RawQuery } from '../../contract/wire.ts'
import { wholeNumber } from '../../contract/paging.ts'
import { type Place, type Terms, readCursor, writeCursor } from './cursor.ts'
import { type Test, givenFilter, readFilter } from './filter.ts'
import type { KeyIdentity } from './keys.ts'
import { type Row, compare, sortValue } from './values.ts'

/** The server half of a list: what was asked, and the place of a row in it. */

export interface ListSpec {
  name: string
  /** The field that names a row; ties are broken by it. */
  id: string
  /** What the list can be sorted and filtered by. */
  fields: readonly string[]
  /** `field:direction` when nothing is asked. */
  order: string
}

export interface Sort {
  field: string
  descending: boolean
}

export interface Asked {
  spec: ListSpec
  sort: Sort
  limit: number
  /** Rows after this place are wanted. */
  after: Place | undefined
  test: Test
  filter: Record<string, unknown>
  terms: Terms
}

export interface Asking {
  query: Record<string, unknown>
  raw: RawQuery
  identity?: Identity
  switches: Record<string, string>
  now: number
}

const maxLimit = 200

export function readAsked(spec: ListSpec, asking: Asking): Asked {
  const { query, identity, switches, now } = asking
  const { sort, sortText, filter, filterText, test } = wishOf(spec, asking)
  const terms = { list: spec.name, sort: sortText, filter: filterText, realm: realmOf(identity) }
  const { cursor } = query
  const after = typeof cursor === 'string' && cursor !== '' ? readCursor(cursor, terms, now) : undefined
  return { spec, sort, limit: limitOf(query['limit'], switches), after, test, filter, terms }
}

/** The part of it that the query alone says. */
interface Wish extends Pick<Asked, 'spec' | 'sort' | 'filter' | 'test'> {
  raw: RawQuery
  forms: string | undefined
  sortText: string
  filterText: string
}

const wishes = new WeakMap<Asking['query'], Wish>()

/** A query is asked for its rows and again for their page, and the same one comes often: it is read once. */
function wishOf(spec: ListSpec, { query, raw, switches }: Asking): Wish {
  const forms = switches['listForms']
  const known = wishes.get(query)
  if (known?.spec === spec && known.raw === raw && known.forms === forms) return known
  const sortText = typeof query['sort'] === 'string' ? query['sort'] : spec.order
  const fields = forms === 'created' ? ['created_at'] : spec.fields
  const sort = readSort(sortText, fields)
  const filter = givenFilter(query['filter'], raw)
  const none = forms === 'none'
  if (none && filter !== undefined) throw new Refusal(400, 'invalid_filter', 'Filters are not offered.')
  if (none && query['sort'] !== undefined) throw new Refusal(400, 'invalid_sort', 'Sorting is not offered.')
  const test = readFilter(filter ?? {}, fields)
  const filterText = JSON.stringify(filter ?? {})
  const wish = { spec, raw, forms, sort, sortText, filter: filter ?? {}, filterText, test }
  wishes.set(query, wish)
  return wish
}

/** Production and sandbox of a tenant are worlds apart. */
function realmOf(identity: Identity | undefined): string {
  const { tenantId = '', environment = '' } = (identity ?? {}) as Partial<KeyIdentity> // our own identify() made it
  return `${tenantId}/${environment}`
}

function readSort(text: string, fields: readonly string[]): Sort {
  const [field = '', direction = 'asc', ...more] = text.split(':')
  if (!fields.includes(field) || more.length > 0 || !/^(?:asc|desc)$/.test(direction)) {
    throw new Refusal(
      400,
      'invalid_sort',
      `sort is field:asc or field:desc, with one of ${fields.join(', ')}.`,
    )
  }
  return { field, descending: direction === 'desc' }
}

function limitOf(value: unknown, switches: Record<string, string>): number {
  const limit = wholeNumber(value) ?? 50
  if (limit > maxLimit && switches['limitAbove'] !== 'clamp') {
    throw new Refusal(400, 'invalid_parameter', `limit: must be ${maxLimit} at most`)
  }
  return Math.min(limit, maxLimit)
}

export function placeOf(row: Row, { spec, sort }: Pick<Asked, 'spec' | 'sort'>): Place {
  return { value: sortValue(row, sort.field), id: String(row[spec.id]) }
}

/** In the list's own direction: negative when `a` comes before `b`. */
export function inOrder(a: Place, b: Place, { descending }: Sort): number {
  const sign = compare(a.value, b.value) || (a.id < b.id ? -1 : Number(a.id > b.id))
  return descending ? -sign : sign
}

/** The rows that come next; `more` tells that others follow, and `cursor` from where. */
export function nextPage(
  rows: readonly Row[],
  asked: Asked,
  now: number,
): { page: Row[]; cursor: string | null } {
  const { after, sort, limit, terms } = asked
  const left =
    after === undefined ? rows : rows.filter((row) => inOrder(placeOf(row, asked), after, sort) > 0)
  const page = left.slice(0, limit)
  const last = left.length > limit ? page.at(-1) : undefined
  return { page, cursor: last === undefined ? null : writeCursor(placeOf(last, asked), terms, now) }
}
