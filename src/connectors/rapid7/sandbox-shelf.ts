/** One investigation of the sandbox. It never changes; a change puts another in its place. */
export interface Investigation {
  readonly uuid: string
  readonly rrn: string
  readonly organizationId: string
  readonly title: string
  /** `USER` in version 2 is `MANUAL` in version 1. */
  readonly source: 'ALERT' | 'USER' | 'HUNT'
  readonly status: string
  readonly priority: string
  readonly disposition: string
  readonly assignee: { name: string; email: string } | null
  readonly created: number
  readonly accessed: number
  readonly firstAlert: number | null
  readonly latestAlert: number | null
  readonly responsibility: string | null
  readonly tags: readonly string[] | null
  readonly threatCommand: string | null
  /** Ids of its alerts, oldest first. */
  readonly alerts: readonly string[]
}

type TimeOf = (row: Investigation) => number

/** Investigations in the two orders in which they are asked for, kept as they come: nothing is sorted for a request. */
export class Shelf {
  /** By creation, oldest first. */
  readonly created: Investigation[] = []
  /** By latest alert, oldest first; those without any come at the start. */
  readonly alerted: Investigation[] = []
  readonly #byName = new Map<string, Investigation>()

  get(name: string): Investigation | undefined {
    return this.#byName.get(name)
  }

  add(row: Investigation): Investigation {
    insert(this.created, row, createdOf)
    insert(this.alerted, row, alertedOf)
    this.#byName.set(row.rrn, row).set(row.uuid, row)
    return row
  }

  replace(old: Investigation, changes: Partial<Investigation>): Investigation {
    const row = { ...old, ...changes }
    this.created[this.created.indexOf(old, place(this.created, createdOf, old.created - 1))] = row
    const at = this.alerted.indexOf(old, place(this.alerted, alertedOf, alertedOf(old) - 1))
    if (alertedOf(row) === alertedOf(old)) this.alerted[at] = row
    else {
      this.alerted.splice(at, 1)
      insert(this.alerted, row, alertedOf)
    }
    this.#byName.set(row.rrn, row).set(row.uuid, row)
    return row
  }

  /** Strictly after `from` and strictly before `to`, oldest first. */
  between(from: number, to: number): Investigation[] {
    return this.created.slice(place(this.created, createdOf, from), place(this.created, createdOf, to - 0.5))
  }
}

export const createdOf: TimeOf = (row) => row.created
export const alertedOf: TimeOf = (row) => row.latestAlert ?? 0

function insert(list: Investigation[], row: Investigation, timeOf: TimeOf): void {
  list.splice(place(list, timeOf, timeOf(row)), 0, row)
}

/** The first index whose time is later than `time`. */
function place(list: readonly Investigation[], timeOf: TimeOf, time: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = list[middle]
    if (row !== undefined && timeOf(row) <= time) low = middle + 1
    else high = middle
  }
  return low
}
