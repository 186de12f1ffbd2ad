/** A row as the API shows it. Rows are never changed, only replaced. */
export type Row = { readonly id: number } & Readonly<Record<string, unknown>>

/** One type of record: ids rise by one, rows stay in order of id, a deleted row leaves a hole. */
export class Table {
  readonly #first: number
  readonly #rows: (Row | undefined)[] = []

  constructor(first: number) {
    this.#first = first
  }

  get nextId(): number {
    return this.#first + this.#rows.length
  }

  add(fields: Record<string, unknown>): Row {
    const row = Object.freeze({ id: this.nextId, ...fields })
    this.#rows.push(row)
    return row
  }

  get(id: unknown): Row | undefined {
    return this.#rows[Number(id) - this.#first]
  }

  replace(id: number, changes: Record<string, unknown>): Row {
    const row = Object.freeze({ ...this.get(id), ...changes, id })
    this.#rows[id - this.#first] = row
    return row
  }

  remove(id: number): void {
    this.#rows[id - this.#first] = undefined
  }

  /** Was there once. */
  knew(id: unknown): boolean {
    const at = Number(id) - this.#first
    return Number.isInteger(at) && at >= 0 && at < this.#rows.length
  }

  /** Newest first. */
  newest(keep: (row: Row) => boolean): Row[] {
    const found: Row[] = []
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i]
      if (row !== undefined && keep(row)) found.push(row)
    }
    return found
  }

  /** Oldest first. */
  oldest(keep: (row: Row) => boolean): Row[] {
    return this.#rows.filter((row) => row !== undefined && keep(row)) as Row[] // the filter leaves no hole
  }
}

/** Rows that are asked for by when they were made or last changed. */
export class TimedTable extends Table {
  readonly #made = new Course('created_at')
  readonly #changed = new Course('updated_at')

  override add(fields: Record<string, unknown>): Row {
    const row = super.add(fields)
    this.#made.add(row)
    this.#changed.add(row)
    return row
  }

  override replace(id: number, changes: Record<string, unknown>): Row {
    const row = super.replace(id, changes)
    this.#changed.add(row)
    return row
  }

  /** Newest first, none left out that was made since `made` and changed since `changed`: ISO times, each if given. */
  since(made: string | undefined, changed: string | undefined): Row[] {
    const lists = [made && this.#made.since(made), changed && this.#changed.since(changed)]
    const [ids] = lists.filter((ids) => ids instanceof Set).toSorted((a, b) => a.size - b.size)
    if (ids === undefined) return this.newest(() => true)
    return [...ids].toSorted((a, b) => b - a).flatMap((id) => this.get(id) ?? [])
  }
}

/** Rows in the order of one of their times, as they come: of no use once a time has gone back. */
class Course {
  readonly #field: string
  readonly #steps: { id: number; time: string }[] = []
  #rises = true

  constructor(field: string) {
    this.#field = field
  }

  add(row: Row): void {
    const time = row[this.#field]
    if (typeof time === 'string' && time >= (this.#steps.at(-1)?.time ?? ''))
      this.#steps.push({ id: row.id, time })
    else this.#rises = false
  }

  /** Whatever has had such a time since then, or undefined when that cannot be told. */
  since(time: string): Set<number> | undefined {
    if (!this.#rises) return undefined
    const ids = new Set<number>()
    for (let i = this.#steps.length - 1; i >= 0; i--) {
      const step = this.#steps[i]
      if (step === undefined || step.time < time) break
      ids.add(step.id)
    }
    return ids
  }
}
