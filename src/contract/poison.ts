import { ApiError } from './api-error.ts'
import { Page, type Paging } from './paging.ts'
import type { QueryValue } from './query.ts'

type Query = Record<string, QueryValue>

/** So many failures before anything was read: it is the vendor that is ill, not a record. */
const mostFailures = 6

/**
 * Reads one page of a list; one that always fails is read in ever smaller parts, until the record that it fails on
 * stands alone. That one is set apart with its reason, all others are read.
 */
export class Around<Row> {
  /** What to ask for next. */
  next: Query | undefined
  readonly #paging: Paging
  readonly #ask: (query: Query, attempts?: number) => Promise<Page<Row>>
  #failures = 0
  #read = 0

  constructor(paging: Paging, ask: (query: Query, attempts?: number) => Promise<Page<Row>>) {
    this.#paging = paging
    this.#ask = ask
  }

  /** `place` names the record that comes next, for people. */
  async *read(query: Query, place: () => string): AsyncGenerator<{ query: Query; page: Page<Row> }> {
    let page: Page<Row>
    try {
      page = await this.#ask(query)
    } catch (error) {
      if (!isPoison(error) || this.#partsOf(query).length === 0) throw error
      yield* this.#inParts(query, error, place)
      return
    }
    this.next = page.next
    yield { query, page }
  }

  async *#inParts(
    query: Query,
    cause: ApiError,
    place: () => string,
  ): AsyncGenerator<{ query: Query; page: Page<Row> }> {
    let more: boolean | undefined
    for (const part of this.#partsOf(query)) {
      for await (const piece of this.#smaller(part, cause, place)) {
        more =
          piece.page.rejected.length > 0 && piece.page.rows.length === 0
            ? more
            : piece.page.next !== undefined
        yield piece
      }
      // Behind the list's end there is nothing to look for.
      if (more === false) break
    }
    this.next = more === false ? undefined : this.#paging.behind?.(query)
  }

  async *#smaller(
    query: Query,
    cause: ApiError,
    place: () => string,
  ): AsyncGenerator<{ query: Query; page: Page<Row> }> {
    let page: Page<Row>
    try {
      page = await this.#ask(query, 2)
    } catch (error) {
      if (!isPoison(error) || (this.#read === 0 && ++this.#failures >= mostFailures)) throw cause
      const parts = this.#partsOf(query)
      for (const part of parts) yield* this.#smaller(part, cause, place)
      const raw = JSON.stringify({ unread: place() })
      if (parts.length === 0) yield { query, page: Page.without(raw, `${place()}: ${error.line}`) }
      return
    }
    this.#read++
    yield { query, page }
  }

  #partsOf(query: Query): Query[] {
    return this.#paging.parts?.(query) ?? []
  }
}

/** An answer that broke, or that cannot be read: not a vendor that is away, or that wants to be left alone. */
export function isPoison(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || !error.retryable) return false
  return error.status === 500 || error.status === 502 || (error.status >= 200 && error.status < 300)
}
