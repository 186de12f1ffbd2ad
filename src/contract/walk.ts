import type { CallOptions, Client } from './client.ts'
import type { AnswerOf, Input, Operation } from './operation.ts'
import type { Page, Paging } from './paging.ts'
import { Around } from './poison.ts'
import type { QueryValue } from './query.ts'

type ListOperation = Operation & { paging: Paging }

export interface WalkOptions extends CallOptions {
  size?: number
  maxPasses?: number
  /** Takes one pass at its word, whatever moved meanwhile: only to see what that costs. */
  trusting?: boolean
}

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
  readonly #options: WalkOptions
  #last: Pass | undefined

  constructor(
    client: Client,
    op: O,
    input: Input<O>,
    keyOf: (row: AnswerOf<O>) => string,
    options: WalkOptions = {},
  ) {
    this.#client = client
    this.#op = op
    this.#input = input
    this.#keyOf = keyOf
    this.#options = options
  }

  /** What the last pass was told, and what it saw. */
  get tally(): { declared?: number; seen: number } {
    const { total, seen = 0 } = this.#last ?? {}
    return { ...(total !== undefined && { declared: total }), seen }
  }

  /** Every page of every pass; a row may come more than once. */
  async *pages(): AsyncGenerator<Page<AnswerOf<O>>> {
    while (!this.complete && this.passes < (this.#options.maxPasses ?? 3)) yield* this.#pass()
  }

  async *#pass(): AsyncGenerator<Page<AnswerOf<O>>> {
    this.passes++
    const pass = new Pass(this.#op.paging.stable === true)
    this.#last = pass
    let asked: Record<string, QueryValue> | undefined = this.#op.paging.first(this.#options.size)
    let before = 'the first'
    while (asked !== undefined) {
      const around = new Around<AnswerOf<O>>(this.#op.paging, (query, attempts) =>
        this.#page(query, attempts),
      )
      for await (const { query, page } of around.read(asked, () => before)) {
        const keys = page.rows.map(this.#keyOf)
        pass.take(query, page, keys)
        for (const key of keys) this.keys.add(key)
        before = keys.length > 0 ? `the one after ${keys.at(-1)}` : before
        yield page
      }
      asked = pass.ended ? undefined : around.next
    }
    // Where pages follow a place, rows that come and go shift nothing.
    const shifts = this.#op.paging.stable !== true && this.#options.trusting !== true
    const moved = pass.moved || (shifts && (await this.#firstPageMoved(pass)))
    this.reason = moved ? 'the list moved while it was read' : pass.shortfall
    this.complete = this.reason === undefined || this.#options.trusting === true
  }

  /** Without a declared total, the first page is read again: new rows at the top mean that the others shifted. */
  async #firstPageMoved(pass: Pass): Promise<boolean> {
    if (pass.total !== undefined || pass.pages === 1) return false
    const again = await this.#page(this.#op.paging.first(this.#options.size))
    return pass.first !== fingerprint(again, again.rows.map(this.#keyOf))
  }

  async #page(asked: Record<string, QueryValue>, attempts?: number): Promise<Page<AnswerOf<O>>> {
    const options = attempts === undefined ? this.#options : { ...this.#options, attempts }
    const input = { ...this.#input, query: { ...this.#input.query, ...asked } } as Input<O> // paging adds its own names
    return (await this.#client.call(this.#op, input, options)) as Page<AnswerOf<O>> // a list answers with a page
  }
}

/** So many pages in a row may be empty: a filter behind an opaque cursor can leave some. */
const maxEmpty = 5

/** What one pass has seen, and whether it is led astray. */
class Pass {
  total: number | undefined
  /** The total changed on the way. */
  moved = false
  /** There is no sense in going on, though the vendor says that there is more. */
  ended = false
  #stuck: string | undefined
  first: string | undefined
  pages = 0
  readonly #keys = new Set<string>()
  readonly #asked = new Set<string>()
  readonly #unreadable = new Set<string>()
  readonly #stable: boolean
  #rejected = 0
  #empty = 0

  constructor(stable: boolean) {
    this.#stable = stable
  }

  take(asked: Record<string, QueryValue>, page: Page<unknown>, keys: string[]): void {
    const print = fingerprint(page, keys)
    this.#asked.add(JSON.stringify(asked))
    if (page.next !== undefined) this.#checkWay(page, keys, print)
    for (const key of keys) this.#keys.add(key)
    for (const { raw } of page.rejected) this.#unreadable.add(raw)
    this.#rejected += page.rejected.length
    // Some vendors tell the total on the first page only.
    if (this.total !== undefined && page.total !== undefined && page.total !== this.total) this.moved = true
    this.total = page.total ?? this.total
    this.first ??= print
    this.pages++
  }

  get seen(): number {
    return this.#keys.size + this.#rejected
  }

  /** What is missing of the whole, if anything. */
  get shortfall(): string | undefined {
    if (this.total === undefined) return this.#stuck
    const count = this.seen
    return count === this.total ? undefined : `the vendor declares ${this.total} rows, ${count} were read`
  }

  /** A server that ignores its page parameter, or whose cursor leads round, would be walked for ever. */
  #checkWay(page: Page<unknown>, keys: string[], print: string): void {
    const empty = keys.length + page.rejected.length === 0
    this.#empty = empty ? this.#empty + 1 : 0
    if (this.#asked.has(JSON.stringify(page.next))) this.#stuck = 'the vendor leads round in a circle'
    if (this.#empty >= maxEmpty) this.#stuck = 'the vendor says that there is more, and sends empty pages'
    const old = !empty && this.pages > 0 && this.#isOld(page, keys)
    // Beyond the end some servers show their last page again: that is an end. The first one again is none.
    if (old && print === this.first) this.#stuck = 'the vendor sends the same page again and again'
    // A stable list may show a row again that changed on the way; even a whole page of them is no end.
    this.ended = (old && !this.#stable) || this.#stuck !== undefined
  }

  #isOld(page: Page<unknown>, keys: string[]): boolean {
    return (
      keys.every((key) => this.#keys.has(key)) && page.rejected.every(({ raw }) => this.#unreadable.has(raw))
    )
  }
}

function fingerprint(page: Page<unknown>, keys: string[]): string {
  return JSON.stringify([keys, page.rejected.map(({ raw }) => raw)])
}
