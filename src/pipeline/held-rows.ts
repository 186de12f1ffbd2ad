import type { Known } from '../connectors/feed.ts'
import type { RecordSeed } from '../domain/record.ts'

/** Characters of bodies kept per feed; beyond that the least lately used ones are asked for again. */
const maxCharacters = 2_000_000
/** Larger open sets are read from the database each time. */
const maxOpen = 5_000

/** The rows of a feed as they were last read or written here, so that a list which moves little is not asked about. */
export class HeldRows {
  /** Least lately used first. */
  readonly #rows = new Map<string, Known>()
  #characters = 0
  #open: Map<string, Known> | undefined
  /** The open ones in order, as long as none has come or gone. */
  #sorted: Known[] | undefined

  async known(
    vendorIds: readonly string[],
    ask: (missing: string[]) => Promise<Known[]>,
  ): Promise<Map<string, Known>> {
    const missing = vendorIds.filter((id) => !this.#rows.has(id))
    const found = missing.length === 0 ? [] : await ask(missing)
    const asked = new Map(found.map((row) => [row.vendorId, row]))
    const known = new Map<string, Known>()
    for (const id of vendorIds) {
      const row = asked.get(id) ?? this.#rows.get(id)
      if (row !== undefined) known.set(id, row)
    }
    for (const row of known.values()) this.#keep(row)
    this.#shrink()
    return known
  }

  /** By vendor id. */
  async open(ask: () => Promise<Known[]>): Promise<Known[]> {
    if (this.#sorted !== undefined) return this.#sorted
    const all = this.#open ?? new Map((await ask()).map((row) => [row.vendorId, row]))
    const sorted = [...all.values()].sort((a, b) => (a.vendorId < b.vendorId ? -1 : 1))
    if (sorted.length <= maxOpen) [this.#open, this.#sorted] = [all, sorted]
    else this.#open = undefined
    return sorted
  }

  /** To be called when they are committed: the last version of each is what stands. */
  wrote(rows: readonly RecordSeed[]): void {
    for (const { vendorId, customerId, open, body } of rows) {
      const row = { vendorId, customerId, open, body: ownText(body) }
      this.#keep(row)
      if (open) this.#open?.set(vendorId, row)
      else this.#open?.delete(vendorId)
    }
    if (rows.length > 0) this.#sorted = undefined
    this.#shrink()
  }

  #keep(row: Known): void {
    this.#characters += row.body.length - (this.#rows.get(row.vendorId)?.body.length ?? 0)
    this.#rows.delete(row.vendorId)
    this.#rows.set(row.vendorId, row)
  }

  #shrink(): void {
    for (const [id, { body }] of this.#rows) {
      if (this.#characters <= maxCharacters) return
      this.#rows.delete(id)
      this.#characters -= body.length
    }
  }
}

/** A row is a piece of its page's text, and would keep all of that in memory. */
function ownText(piece: string): string {
  return ` ${piece}`.slice(1)
}
