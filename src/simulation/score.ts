import type { Filed, Raised } from '../connectors/sandbox-vendor.ts'
import { nameKey } from '../domain/tenant.ts'
import type { LoggedDeed } from '../sandbox/people.ts'
import { type Grouping, grouping, groupingByStory } from './grouping.ts'

export interface Score extends Pick<Grouping, 'attacks' | 'wrongMerges' | 'wrongSplits' | 'noiseReduction'> {
  incidents: number
  /** Tickets that stand: folded strays are not counted. */
  tickets: number
  /** Incidents that no open ticket and no standing one tells of, but for those whose ticket a technician deleted. */
  missed: number
  /** Incidents that more than one standing ticket tells of, but for what a technician merged into one. */
  duplicated: number
  /** Incidents whose ticket stands under another customer, but for tickets that a technician moved there. */
  misfiled: number
  /** Incidents whose ticket was made more than an hour after they were shown, but for those that joined one. */
  stale: number
  /** The same by kind of story, in the order of their names. */
  byStory: Record<string, Grouping>
}

const staleMs = 3_600_000

interface Truth {
  raised: readonly Raised[]
  filed: readonly Filed[]
  /** What the people of the ticketing vendors did on purpose. */
  deeds?: readonly LoggedDeed[]
}

/** Judges by the sandbox's ground truth alone: what was raised, what stands in the tickets, what people did to them. */
export function score({ raised, filed, deeds = [] }: Truth): Score {
  const standing = filed.filter((ticket) => !ticket.folded)
  const strays = filed.filter((ticket) => ticket.folded)
  const tellers = tellersOf(standing)
  const openAgain = tellersOf(strays.filter((ticket) => ticket.open))
  const { deleted, moved, merged, brought } = excusesOf(deeds)
  const result = {
    incidents: raised.length,
    tickets: standing.length,
    missed: 0,
    duplicated: 0,
    misfiled: 0,
    stale: 0,
  }
  const customerOf = new Map(raised.map((one) => [one.reference, one.customerName]))
  for (const { reference, customerName, shownAt } of raised) {
    const tickets = tellers.get(reference) ?? []
    const isAstray = ({ ticketId, customerName: name }: Filed): boolean =>
      nameKey(name) !== nameKey(customerName) && moved.get(ticketId) !== name
    if (tickets.length === 0 && !openAgain.has(reference) && !deleted.has(reference)) result.missed++
    const ours = tickets.filter(({ ticketId }) => merged.get(ticketId)?.has(reference) !== true)
    // Of what was merged into a stray nobody can tell where that was folded.
    const along = strays.some(({ ticketId }) => merged.get(ticketId)?.has(reference) === true) ? 1 : 0
    if (ours.length - along > 1) result.duplicated++
    // What comes later of the same customer follows what was brought.
    const wasBrought = ({ ticketId }: Filed): boolean =>
      [...(brought.get(ticketId) ?? [])].some((told) => customerOf.get(told) === customerName)
    if (tickets.some((ticket) => isAstray(ticket) && !wasBrought(ticket))) result.misfiled++
    if (tickets.some(({ createdAt }) => createdAt - shownAt > staleMs)) result.stale++
  }
  const ticketsOf = ({ reference }: Raised): string[] =>
    (tellers.get(reference) ?? []).map((one) => one.ticketId)
  const parts = { raised, ticketsOf, merged: new Set(merged.keys()) }
  const { attacks, wrongMerges, wrongSplits, noiseReduction } = grouping(parts)
  return { ...result, attacks, wrongMerges, wrongSplits, noiseReduction, byStory: groupingByStory(parts) }
}

function tellersOf(standing: readonly Filed[]): Map<string, Filed[]> {
  const tellers = new Map<string, Filed[]>()
  for (const ticket of standing) {
    for (const reference of referencesIn(ticket.text)) {
      const known = tellers.get(reference)
      if (known) known.push(ticket)
      else tellers.set(reference, [ticket])
    }
  }
  return tellers
}

/** What people deleted is not missed, what they moved not misfiled, what they merged no wrong merge of ours. */
function excusesOf(deeds: readonly LoggedDeed[]): {
  deleted: ReadonlySet<string>
  moved: ReadonlyMap<string, string>
  /** By the ticket that was merged into: what it tells of since then. */
  merged: ReadonlyMap<string, ReadonlySet<string>>
  /** By the ticket that was merged into: what came with one that had been moved to its customer. */
  brought: ReadonlyMap<string, ReadonlySet<string>>
} {
  const deleted = deeds
    .filter(({ deed }) => deed.kind === 'delete')
    .flatMap(({ text }) => [...referencesIn(text)])
  const moved = deeds.flatMap(({ ticketId, deed }) =>
    deed.kind === 'move' ? [[ticketId, deed.customerName] as const] : [],
  )
  const movedTo = new Map(moved)
  const merged = new Map<string, Set<string>>()
  const brought = new Map<string, Set<string>>()
  const add = (to: Map<string, Set<string>>, into: string, told: ReadonlySet<string>): void =>
    void to.set(into, (to.get(into) ?? new Set<string>()).union(told))
  for (const { deed, ticketId, text } of deeds) {
    if (deed.kind !== 'merge') continue
    const told = referencesIn(text)
    add(merged, deed.into, told)
    add(brought, deed.into, movedTo.has(ticketId) ? told : (brought.get(ticketId) ?? new Set()))
  }
  return { deleted: new Set(deleted), moved: movedTo, merged, brought }
}

function referencesIn(text: string): Set<string> {
  return new Set(text.match(/Source: [\w-]+\/[\w-]+\/\S+/g) ?? [])
}
