import type { CallOptions, Client } from './client.ts'
import type { AnswerOf, Input, Operation } from './operation.ts'
import type { Page, Paging } from './paging.ts'
import type { QueryValue } from './query.ts'

type ListOperation = Operation & { paging: Paging }

/**
 * Walks a list to its end and knows whether it saw the whole of it. Rows are matched by key over all passes; a pass
 * whose count does not reconcile with the declared total, or in which the total moved, is walked again.
 */
export class Walk<O extends ListOperation> {
  readonly keys = new Set<string>()
  complete = false
  /** Why it is not complete. */
  reason: string | undefined
  passes = 0
  readonly #client: Client
  readonly #op: O
  readonly #input: Input<O>
  readonly #keyOf: (row: AnswerOf<O>) => string
  readonly #options: CallOptions & { size?: number; maxPasses?: number }

  constructor(
    client: Client,
    op: O,
    input: Input<O>,
    keyOf: (row: AnswerOf<O>) => string,
    options: CallOptions & { size?: number; maxPasses?: number } = {},
  ) {
    this.#client = client
    this.#op = op
    this.#input = input
    this.#keyOf = keyOf
    this.#options = options
  }

  /** Every page of every pass; a row may come more than once. */
  async *pages(): AsyncGenerator<Page<AnswerOf<O>>> {
    while (!this.complete && this.passes < (this.#options.maxPasses ?? 3)) yield* this.#pass()
  }

  async *#pass(): AsyncGenerator<Page<AnswerOf<O>>> {
    this.passes++
    const seen = new Set<string>()
    let first: string[] | undefined
    let unreadable = 0
    let asked: Record<string, QueryValue> | undefined = this.#op.paging.first(this.#options.size)
    let total: number | undefined
    let moved = false
    while (asked !== undefined) {
      const page: Page<AnswerOf<O>> = await this.#page(asked)
      const keys = page.rows.map(this.#keyOf)
      if (first !== undefined && page.total !== total) moved = true
      total = page.total
      // A server that ignores its page parameter would be walked for ever.
      const nothingNew = first !== undefined && keys.length > 0 && keys.every((key) => seen.has(key))
      first ??= keys
      unreadable += page.rejected.length
      for (const key of keys) {
        seen.add(key)
        this.keys.add(key)
      }
      yield page
      asked = nothingNew ? undefined : page.next
    }
    if (total === undefined) moved = (await this.#firstPageMoved(first ?? [], seen)) || moved
    this.#reconcile(seen.size + unreadable, total, moved)
  }

  #reconcile(count: number, total: number | undefined, moved: boolean): void {
    this.complete = !moved && (total === undefined || count === total)
    if (this.complete) this.reason = undefined
    else if (moved) this.reason = 'the list moved while it was read'
    else this.reason = `the vendor declares ${total} rows, ${count} were read`
  }

  /** Without a declared total, the first page is read again: new rows at the top mean that the others shifted. */
  async #firstPageMoved(first: string[], seen: Set<string>): Promise<boolean> {
    if (seen.size <= first.length) return false
    const again = await this.#page(this.#op.paging.first(this.#options.size))
    return again.rows.map(this.#keyOf).some((key, i) => key !== first[i])
  }

  async #page(asked: Record<string, QueryValue>): Promise<Page<AnswerOf<O>>> {
    const input = { ...this.#input, query: { ...this.#input.query, ...asked } } as Input<O> // paging adds its own names
    return (await this.#client.call(this.#op, input, this.#options)) as Page<AnswerOf<O>> // a list answers with a page
  }
}
