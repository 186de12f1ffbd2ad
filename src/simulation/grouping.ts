import type { Raised } from '../connectors/sandbox-vendor.ts'

/** How well what belongs together was put together, by the labels that the hub never sees. */
export interface Grouping {
  /** What the detection vendors showed and a standing ticket tells of. */
  records: number
  /** Attacks that these records come from. Repeated noise of one source is one; any other noise is one for itself. */
  attacks: number
  /** Standing tickets that tell of at least one of these records. */
  tickets: number
  /** Of `tickets`: those that tell of two or more attacks. A ticket that a technician merged another into is left out. */
  wrongMerges: number
  /** Attacks told of by more than one standing ticket. Noise is left out: it may stand together or apart. */
  wrongSplits: number
  /** 1 − tickets / records: 0 where each record has a ticket of its own. */
  noiseReduction: number
}

export interface Grouped {
  raised: readonly Raised[]
  /** The ids of the standing tickets that tell of it. */
  ticketsOf(one: Raised): readonly string[]
  /** Tickets that technicians merged others into. */
  merged: ReadonlySet<string>
}

/** The story whose records may be put together or left apart as anybody likes. */
const noise = 'noise'

export function grouping(parts: Grouped): Grouping {
  return measure(parts, parts.raised, mixedOf(parts))
}

/** By kind of story, in the order of their names. A mixed ticket counts for every kind that it tells of. */
export function groupingByStory(parts: Grouped): Record<string, Grouping> {
  const mixed = mixedOf(parts)
  const stories = Map.groupBy(parts.raised, ({ story }) => story)
  const named = [...stories].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(named.map(([story, records]) => [story, measure(parts, records, mixed)]))
}

function mixedOf({ raised, ticketsOf, merged }: Grouped): ReadonlySet<string> {
  const attackOf = new Map<string, string>()
  const mixed = new Set<string>()
  for (const one of raised) {
    for (const ticket of ticketsOf(one)) {
      const attack = attackOf.get(ticket) ?? one.attack
      attackOf.set(ticket, attack)
      if (attack !== one.attack && !merged.has(ticket)) mixed.add(ticket)
    }
  }
  return mixed
}

function measure({ ticketsOf }: Grouped, raised: readonly Raised[], mixed: ReadonlySet<string>): Grouping {
  const byAttack = new Map<string, Set<string>>()
  const apart = new Set<string>()
  let records = 0
  for (const one of raised) {
    const ids = ticketsOf(one)
    if (ids.length > 0) records++
    const own = new Set([...(byAttack.get(one.attack) ?? []), ...ids])
    byAttack.set(one.attack, own)
    if (own.size > 1 && one.story !== noise) apart.add(one.attack)
  }
  const tickets = new Set([...byAttack.values()].flatMap((ids) => [...ids]))
  return {
    records,
    attacks: byAttack.size,
    tickets: tickets.size,
    wrongMerges: [...tickets].filter((id) => mixed.has(id)).length,
    wrongSplits: apart.size,
    noiseReduction: records === 0 ? 0 : round(1 - tickets.size / records),
  }
}

/** To four digits: what is printed. */
function round(share: number): number {
  return Math.round(share * 10_000) / 10_000
}
