import { customerKey, nameKey } from '../domain/tenant.ts'
import { type Evidence, domainEvidence, hostEvidence, nameEvidence, scoreOf } from './customer-evidence.ts'

/** What is known of one vendor's customer. Domains and hosts are lower case; public mail providers do not count. */
export interface Profile {
  connectionId: string
  vendorId: string
  name: string
  tenantId: string | null
  domains: readonly string[]
  hosts: readonly string[]
  /** How many devices it shows in all; `hosts` may hold only those that others show too. */
  hostCount: number
}

export interface Candidate {
  id: string
  name: string
}

export interface Suggestion {
  connectionId: string
  vendorId: string
  tenantId: string
  /** 0 … 1 */
  score: number
  reasons: string[]
  /** Enough to map without a person. */
  certain: boolean
}

/** Below this nothing is worth a person's look. */
const worthALook = 0.35
/** Automatically only from here, and only this far ahead of the next. */
const sure = 0.85
const ahead = 0.3

/**
 * Who the waiting customers could be, best first. Certain is an exact name, or two kinds of evidence out of three (a
 * name that is alike, a domain of their own, devices), if no other tenant comes near, nobody else of the same connection
 * stands for that tenant or claims it, and no two of one connection share a name. All else a person decides.
 */
export function matchCustomers(
  waiting: readonly Profile[],
  known: readonly Profile[],
  candidates: readonly Candidate[],
): Suggestion[] {
  const world = new World(waiting, known, candidates)
  const all = waiting.map((one) => ({ one, found: suggestionsFor(one, world) }))
  const claims = Map.groupBy(
    all.flatMap(({ one, found: [best] }) =>
      best === undefined ? [] : [`${one.connectionId}\n${best.tenantId}`],
    ),
    (claim) => claim,
  )
  return all.flatMap(({ one, found }) =>
    found.map(({ strong, ...suggestion }, i) => ({
      ...suggestion,
      certain:
        i === 0 &&
        strong &&
        suggestion.score >= sure &&
        suggestion.score - (found[1]?.score ?? 0) >= ahead &&
        claims.get(`${one.connectionId}\n${suggestion.tenantId}`)?.length === 1 &&
        !world.isTaken(one.connectionId, suggestion.tenantId) &&
        !world.hasNamesake(one),
    })),
  )
}

type Weighed = Omit<Suggestion, 'certain'> & { strong: boolean }

function suggestionsFor(one: Profile, world: World): Weighed[] {
  const { connectionId, vendorId } = one
  return world.candidates
    .flatMap((candidate): Weighed[] => {
      const evidence = evidenceFor(one, candidate, world)
      const score = scoreOf(evidence)
      if (score < worthALook) return []
      const strong = evidence.some((each) => each.enough) || evidence.length > 1
      const reasons = evidence.map((each) => each.reason)
      return [{ connectionId, vendorId, tenantId: candidate.id, score, reasons, strong }]
    })
    .toSorted((a, b) => b.score - a.score || (a.tenantId < b.tenantId ? -1 : 1))
    .slice(0, 3)
}

function evidenceFor(one: Profile, candidate: Candidate, world: World): Evidence[] {
  const members = world.membersOf(candidate.id)
  const names = [candidate.name, ...members.map((member) => member.name)]
  return [
    nameEvidence(one.name, names, world.wordRarity),
    domainEvidence(one.domains, new Set(members.flatMap((each) => each.domains)), world.domainRarity),
    hostEvidence(
      one,
      members.filter((each) => each.hosts.length > 0),
      world.hostRarity,
    ),
  ].filter((found) => found !== undefined)
}

/** Everybody there is, and how many tenants share a word, a domain or a device. */
class World {
  readonly candidates: readonly Candidate[]
  readonly #members: Map<string, Profile[]>
  readonly #namesakes: Map<string, Set<string>>
  readonly #words: Map<string, Set<string>>
  readonly #domains: Map<string, Set<string>>
  readonly #hosts: Map<string, Set<string>>

  constructor(waiting: readonly Profile[], known: readonly Profile[], candidates: readonly Candidate[]) {
    this.candidates = candidates
    this.#members = Map.groupBy(known, (one) => one.tenantId ?? '')
    this.#namesakes = sharers([...waiting, ...known], (one) => [namesakeKey(one)], customerKey)
    this.#words = sharers(
      candidates,
      (one) => nameKey(one.name).split(' '),
      (one) => one.id,
    )
    const tenantOf = (one: Profile): string => one.tenantId ?? customerKey(one)
    this.#domains = sharers(
      known,
      (one) => one.domains,
      (one) => tenantOf(one),
    )
    this.#hosts = sharers(
      known,
      (one) => one.hosts,
      (one) => tenantOf(one),
    )
  }

  membersOf(tenantId: string): Profile[] {
    return this.#members.get(tenantId) ?? []
  }

  isTaken(connectionId: string, tenantId: string): boolean {
    return this.membersOf(tenantId).some((member) => member.connectionId === connectionId)
  }

  hasNamesake(one: Profile): boolean {
    return (this.#namesakes.get(namesakeKey(one))?.size ?? 0) > 1
  }

  readonly wordRarity = (word: string): number => 1 / (this.#words.get(word)?.size ?? 1)
  readonly domainRarity = (domain: string): number => 1 / (this.#domains.get(domain)?.size ?? 1)
  readonly hostRarity = (host: string): number => 1 / (this.#hosts.get(host)?.size ?? 1)
}

function namesakeKey({ connectionId, name }: Profile): string {
  return `${connectionId}\n${nameKey(name)}`
}

function sharers<One>(
  all: readonly One[],
  valuesOf: (one: One) => readonly string[],
  ownerOf: (one: One) => string,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const one of all) {
    for (const value of valuesOf(one)) {
      const owners = found.get(value)
      if (owners) owners.add(ownerOf(one))
      else found.set(value, new Set([ownerOf(one)]))
    }
  }
  return found
}
