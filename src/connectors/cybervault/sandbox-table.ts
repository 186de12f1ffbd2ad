import { type Asked, type ListSpec, type Sort, inOrder, placeOf } from './listing.ts'
import type { Place } from './cursor.ts'
import { type Comparable, type Row, comparable } from './values.ts'

/** What an index is searched by is read once, when a row comes. */
interface Placed {
  row: Row
  place: Place
}

/**
 * Rows of one kind, never changed, only replaced. Each sort that is asked for gets an index, kept from then on: a page
 * of a hundred thousand rows is found by halving, not by sorting.
 */
export class Table {
  readonly #spec: ListSpec
  readonly #rows = new Map<string, Row>()
  readonly #indexes = new Map<string, Placed[]>()

  constructor(spec: ListSpec) {
    this.#spec = spec
  }

  get size(): number {
    return this.#rows.size
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  all(): IterableIterator<Row> {
    return this.#rows.values()
  }

  put(row: Row): Row {
    const id = String(row[this.#spec.id])
    const before = this.#rows.get(id)
    this.#rows.set(id, row)
    for (const [field, index] of this.#indexes) {
      if (before !== undefined)
        index.splice(this.#firstNotBefore(index, this.#placeOf(before, field), field), 1)
      const place = this.#placeOf(row, field)
      index.splice(this.#firstNotBefore(index, place, field), 0, { row, place })
    }
    return row
  }

  change(id: string, changes: Row): Row {
    return this.put({ ...this.#rows.get(id), ...changes })
  }

  /** The page that was asked for, and one row more when there is one. */
  select(asked: Asked, keep: (row: Row) => boolean = () => true): Row[] {
    const { sort, limit, after, test } = asked
    const index = this.#index(sort.field)
    const bound = boundOf(asked)
    const start = sort.descending ? index.length - 1 : 0
    const found: Row[] = []
    const from =
      after === undefined ? this.#seek(index, bound.from, sort, start) : this.#past(index, after, sort)
    for (let i = from; i >= 0 && i < index.length && found.length <= limit; i += sort.descending ? -1 : 1) {
      const one = index[i]
      if (one === undefined || bound.ended(one.place.value)) break
      if (keep(one.row) && test(one.row)) found.push(one.row)
    }
    return found
  }

  #index(field: string): Placed[] {
    let index = this.#indexes.get(field)
    if (index === undefined) {
      const sort = { field, descending: false }
      const places = [...this.#rows.values()].map((row) => ({ row, place: this.#placeOf(row, field) }))
      index = places.toSorted((a, b) => inOrder(a.place, b.place, sort))
      this.#indexes.set(field, index)
    }
    return index
  }

  #placeOf(row: Row, field: string): Place {
    return placeOf(row, { spec: this.#spec, sort: { field, descending: false } })
  }

  /** In an index (which rises): the first row at this place or behind it. */
  #firstNotBefore(index: readonly Placed[], place: Place, field: string): number {
    const sort = { field, descending: false }
    let [low, high] = [0, index.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const there = index[middle]?.place
      if (there !== undefined && inOrder(there, place, sort) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The row after `place`, in the direction of the sort. */
  #past(index: readonly Placed[], place: Place, { field, descending }: Sort): number {
    const at = this.#firstNotBefore(index, place, field)
    if (descending) return at - 1
    const there = index[at]?.place
    return there !== undefined && inOrder(there, place, { field, descending }) === 0 ? at + 1 : at
  }

  #seek(
    index: readonly Placed[],
    from: Comparable | undefined,
    { field, descending }: Sort,
    start: number,
  ): number {
    if (from === undefined) return start
    // No id is as small as the empty text, none as large as this.
    const at = this.#firstNotBefore(index, { value: from, id: descending ? '\uffff' : '' }, field)
    return descending ? at - 1 : at
  }
}

/** A filter on the very field of the sort tells where the rows begin and end: the others need not be looked at. */
function boundOf({ filter, sort }: Asked): {
  from: Comparable | undefined
  ended: (value: Comparable) => boolean
} {
  const condition = filter[sort.field]
  const limits =
    typeof condition === 'object' && condition !== null ? (condition as Record<string, unknown>) : {} // an object
  const bound = (...names: string[]): Comparable | undefined => {
    const given = names.map((name) => limits[name]).find((value) => value !== undefined)
    return given === undefined ? undefined : comparable(sort.field, given)
  }
  const [low, high] = [bound('gte', 'gt'), bound('lte', 'lt')]
  const [from, to] = sort.descending ? [high, low] : [low, high]
  const end = (value: Comparable): boolean => {
    if (typeof value !== 'number' || typeof to !== 'number') return false
    return sort.descending ? value < to : value > to
  }
  return {
    from: typeof from === 'number' ? from : undefined,
    ended: end,
  }
}
