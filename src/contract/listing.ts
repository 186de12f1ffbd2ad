import type { Call } from './server.ts'

export type Book = Pick<WeakMap<object, string>, 'has'>

/** A list of which only the rows of one page are told: the things it is about, and the text of one. */
export class Listing<Thing = unknown> {
  readonly things: readonly Thing[]
  readonly textOf: (thing: Thing) => string
  /** Where texts are kept, if they are: while that is the same, a thing that it has has one text. */
  readonly book: Book | undefined

  constructor(things: readonly Thing[], textOf: (thing: Thing) => string, book?: Book) {
    this.things = things
    this.textOf = textOf
    this.book = book
  }

  /** Without the first `count`. */
  from(count: number): Listing<Thing> {
    return new Listing(this.things.slice(count), this.textOf, this.book)
  }
}

/** What a row may depend on besides its thing; of the identity only what is the same for all who see the thing. */
export type Telling = Pick<Call, 'switches' | 'now' | 'identity'>

/** The listing of some things, as a call finds them. */
export type Lister<Thing> = (things: readonly Thing[], call: Telling) => Listing<Thing>

/**
 * Things are never changed, only replaced: so what is told of one stays good until a switch is set anew. `make` shapes
 * one row.
 */
export function listed<Thing extends object>(make: (thing: Thing, call: Telling) => unknown): Lister<Thing> {
  return listedAs((thing, call) => JSON.stringify(make(thing, call)))
}

/** Of a history of hundreds of thousands of rows not every text is kept: beyond this it begins anew. */
const mostCharacters = 8_000_000

/** The same of a row that is written by hand; it stays good for `everyMs` where the time of day shows in it. */
export function listedAs<Thing extends object>(
  write: (thing: Thing, call: Telling) => string,
  everyMs = Infinity,
): Lister<Thing> {
  let texts = new WeakMap<Thing, string>()
  let characters = 0
  let setting: Setting | undefined
  return (things, call) => {
    const part = Math.floor(call.now / everyMs)
    const stands = setting !== undefined && setting.part === part && isSet(setting, call.switches)
    if (!stands || characters > mostCharacters) {
      texts = new WeakMap()
      characters = 0
      setting = settingOf(call.switches, part)
    }
    const kept = texts
    const textOf = (thing: Thing): string => {
      const known = kept.get(thing)
      if (known !== undefined) return known
      const text = write(thing, call)
      kept.set(thing, text)
      characters += text.length
      return text
    }
    return new Listing(things, textOf, kept)
  }
}

/** What the kept texts hold for: a stretch of time, and one account's switches as they stood. */
interface Setting {
  part: number
  switches: Telling['switches']
  names: readonly string[]
  values: readonly string[]
}

function settingOf(switches: Telling['switches'], part: number): Setting {
  return { part, switches, names: Object.keys(switches), values: Object.values(switches) }
}

/** Asked for every list: the names are all there from the start, so that to go through them once is enough. */
function isSet({ switches, names, values }: Setting, given: Telling['switches']): boolean {
  return switches === given && names.every((name, i) => given[name] === values[i])
}

/** Rows that stand for themselves: the text of a frozen one is kept, since it never changes. */
export function plainListing(rows: readonly unknown[]): Listing {
  return new Listing(rows, textOfRow, rowTexts)
}

const rowTexts = new WeakMap<object, string>()

function textOfRow(row: unknown): string {
  if (typeof row !== 'object' || row === null) return JSON.stringify(row) ?? 'null'
  const known = rowTexts.get(row)
  if (known !== undefined) return known
  const text = JSON.stringify(row)
  if (Object.isFrozen(row)) rowTexts.set(row, text)
  return text
}
