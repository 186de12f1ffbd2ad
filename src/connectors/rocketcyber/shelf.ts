import type { Happening } from '../world.ts'

/** One incident of the sandbox. It never changes; a change puts another in its place. */
export interface Entry {
  readonly id: number
  readonly account: number
  readonly happening: Happening
  readonly created: number
  readonly resolved: number | null
  /** When it was opened again. */
  readonly reopened?: number
}

/** Incidents in the orders in which they are asked for, kept as they come: nothing is sorted for a request. */
export class Shelf {
  created: Entry[] = []
  open: Entry[] = []
  closed: Entry[] = []
  /** The closed ones in order of resolution. */
  resolved: Entry[] = []
  /** Counts changes. */
  version = 0

  show(entry: Entry): void {
    this.version++
    insert(this.created, entry, createdOf)
    if (entry.resolved === null) return insert(this.open, entry, createdOf)
    insert(this.closed, entry, createdOf)
    insert(this.resolved, entry, resolvedOf)
  }

  resolve(old: Entry, entry: Entry): void {
    this.version++
    this.created[place(this.created, createdOf, old.created, old.id)] = entry
    this.open.splice(place(this.open, createdOf, old.created, old.id), 1)
    insert(this.closed, entry, createdOf)
    insert(this.resolved, entry, resolvedOf)
  }

  reopen(old: Entry, entry: Entry): void {
    this.version++
    this.created[place(this.created, createdOf, old.created, old.id)] = entry
    this.closed.splice(place(this.closed, createdOf, old.created, old.id), 1)
    this.resolved.splice(place(this.resolved, resolvedOf, resolvedOf(old), old.id), 1)
    insert(this.open, entry, createdOf)
  }

  /** Many at once: put in order once. */
  load(entries: readonly Entry[]): void {
    this.version++
    this.created = inOrder([...this.created, ...entries], createdOf)
    this.open = this.created.filter((entry) => entry.resolved === null)
    this.closed = this.created.filter((entry) => entry.resolved !== null)
    this.resolved = inOrder([...this.closed], resolvedOf)
  }
}

type TimeOf = (entry: Entry) => number

export const createdOf: TimeOf = (entry) => entry.created
export const resolvedOf: TimeOf = (entry) => entry.resolved ?? 0

/** The entries from `from` to `to`, both included. */
export function between(list: readonly Entry[], timeOf: TimeOf, from: number, to: number): readonly Entry[] {
  if (from === -Infinity && to === Infinity) return list
  return list.slice(place(list, timeOf, from, -1), place(list, timeOf, to, Infinity))
}

function inOrder(list: Entry[], timeOf: TimeOf): Entry[] {
  return list.sort((a, b) => timeOf(a) - timeOf(b) || a.id - b.id)
}

function insert(list: Entry[], entry: Entry, timeOf: TimeOf): void {
  list.splice(place(list, timeOf, timeOf(entry), entry.id), 0, entry)
}

/** Where an entry of this time and number stands, or would stand. */
function place(list: readonly Entry[], timeOf: TimeOf, time: number, id: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = list[middle]
    if (entry === undefined) break
    const at = timeOf(entry)
    if (at < time || (at === time && entry.id < id)) low = middle + 1
    else high = middle
  }
  return low
}
