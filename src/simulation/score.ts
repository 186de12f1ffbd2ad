import type { Filed, Raised } from '../connectors/connector.ts'
import { nameKey } from '../domain/tenant.ts'

export interface Score {
  incidents: number
  /** Tickets that stand: folded strays are not counted. */
  tickets: number
  /** Incidents that no standing ticket tells of. */
  missed: number
  /** Incidents that more than one standing ticket tells of. */
  duplicated: number
  /** Incidents whose ticket stands under another customer. */
  misfiled: number
}

/** Judges by the sandbox's ground truth alone: what was raised, and what stands in the tickets. */
export function score(truth: { raised: readonly Raised[]; filed: readonly Filed[] }): Score {
  const standing = truth.filed.filter((ticket) => !ticket.folded)
  const tellers = new Map<string, Filed[]>()
  for (const ticket of standing) {
    for (const reference of referencesIn(ticket.text)) {
      const known = tellers.get(reference)
      if (known) known.push(ticket)
      else tellers.set(reference, [ticket])
    }
  }
  const result: Score = {
    incidents: truth.raised.length,
    tickets: standing.length,
    missed: 0,
    duplicated: 0,
    misfiled: 0,
  }
  for (const { reference, customerName } of truth.raised) {
    const tickets = tellers.get(reference) ?? []
    if (tickets.length === 0) result.missed++
    if (tickets.length > 1) result.duplicated++
    if (tickets.some((ticket) => nameKey(ticket.customerName) !== nameKey(customerName))) result.misfiled++
  }
  return result
}

function referencesIn(text: string): Set<string> {
  return new Set(text.match(/Source: [\w-]+\/[\w-]+\/\S+/g) ?? [])
}
