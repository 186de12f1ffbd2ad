import type { Call } from './server.ts'

/** A list of which only the rows of one page are told: the things it is about, and the text of one. */
export class Listing<Thing = unknown> {
  readonly things: readonly Thing[]
  readonly textOf: (thing: Thing) => string

  constructor(things: readonly Thing[], textOf: (thing: Thing) => string) {
    this.things = things
    this.textOf = textOf
  }

  /** Without the first `count`. */
  from(count: number): Listing<Thing> {
    return new Listing(this.things.slice(count), this.textOf)
  }
}

/** What a row may depend on besides its thing; of the identity only what is the same for all who see the thing. */
export type Telling = Pick<Call, 'switches' | 'now' | 'identity'>

/**
 * Things are never changed, only replaced: so what is told of one stays good until a switch is set anew, or for
 * `everyMs` where the time of day shows in it. `make` shapes one row.
 */
export function listed<Thing extends object>(
  make: (thing: Thing, call: Telling) => unknown,
  everyMs = Infinity,
): (things: readonly Thing[], call: Telling) => Listing<Thing> {
  let texts = new WeakMap<Thing, string>()
  let setting: Setting = { part: Number.NaN, values: [] }
  return (things, call) => {
    const part = Math.floor(call.now / everyMs)
    if (part !== setting.part || !isSet(call.switches, setting.values)) {
      texts = new WeakMap()
      setting = { part, values: Object.values(call.switches) }
    }
    const kept = texts
    return new Listing(things, (thing) => {
      const known = kept.get(thing)
      if (known !== undefined) return known
      const text = JSON.stringify(make(thing, call))
      kept.set(thing, text)
      return text
    })
  }
}

/** What the kept texts hold for: a stretch of time, and the switches as they stood. */
interface Setting {
  part: number
  values: readonly string[]
}

/** Compared one by one: it is asked for every list, and the switches are many. */
function isSet(switches: Readonly<Record<string, string>>, values: readonly string[]): boolean {
  let i = 0
  for (const name in switches) if (switches[name] !== values[i++]) return false
  return i === values.length
}

/** Rows that stand for themselves: the text of a frozen one is kept, since it never changes. */
export function plainListing(rows: readonly unknown[]): Listing {
  return new Listing(rows, textOfRow)
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
