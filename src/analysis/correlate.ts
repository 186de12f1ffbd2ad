import { caseIdOf } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import { type CorrelationPolicy, type LinkKind } from './policy.ts'
import { type Link, linksOf } from './links.ts'
import { decay, rarity } from './rarity.ts'
import { marksOf, objection, unitedMarks } from './marks.ts'
import { type Shared, scoreOf, wordsOf } from './reasons.ts'

/** A sighting of an entity of a finding that already is in a case. */
export interface Placed {
  /** The tenant and the entity, by `keyOf`. */
  key: string
  caseId: string
  time: number
}

export interface CaseSize {
  count: number
  firstTime: number
  lastTime: number
  /** What tells it from other attacks: its files, public addresses and domains, as `marksOf` writes them. */
  marks: readonly string[]
}

/** What there is already, as far as it can matter to the findings in question. */
export interface Known {
  placed: readonly Placed[]
  sizes: ReadonlyMap<string, CaseSize>
  /** Cases of each tenant within the policy's history. */
  cases: ReadonlyMap<string, number>
  /** Those of them in which an entity stands, by `keyOf`. */
  seen: ReadonlyMap<string, number>
}

export interface Placement {
  finding: Finding
  caseId: string
  reason: string
  /** What the shared entities weigh; 0 for a founder, and for what its vendor groups. */
  weight: number
  /** It is the first of its case. */
  founder: boolean
  marks: readonly string[]
}

/** A finding that would have fitted into another case as well: the two cases look related. */
export interface Bridge {
  caseId: string
  otherId: string
  findingId: string
  reason: string
  weight: number
}

export interface Correlation {
  placements: Placement[]
  bridges: Bridge[]
}

/**
 * Puts each new finding into a case: that of what its vendor groups it with, else the one with which it shares entities
 * that weigh enough together, by how rare they are at this customer and how near in event time; else one of its own.
 * Never the title. Cases that are founded here and turn out to be one become one; a case that was there before is only
 * said to look related. A pure function of its arguments, in whatever order they come.
 */
export function correlate(
  findings: readonly Finding[],
  known: Known,
  policy: CorrelationPolicy,
): Correlation {
  const placing = new Placing(known, policy)
  for (const finding of findings.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)))
    placing.place(finding)
  return placing.result()
}

interface Candidate {
  caseId: string
  grouped: boolean
  shared: Shared[]
  score: number
  gap: number
  /** What speaks against it. */
  against?: string | undefined
}

/** In which case, and when. */
interface Seen {
  caseId: string
  time: number
}

class Placing {
  readonly #policy: CorrelationPolicy
  readonly #known: Known
  readonly #sizes: Map<string, CaseSize>
  readonly #byLink = new Map<string, Seen[]>()
  /** Of the cases founded here: their placements. */
  readonly #fresh = new Map<string, Placement[]>()
  /** Which of the cases founded here an entity stands in, and how many each tenant has. */
  readonly #freshSeen = new Map<string, Set<string>>()
  readonly #freshCases = new Map<string, number>()
  readonly #mergedInto = new Map<string, string>()
  readonly #placements: Placement[] = []
  readonly #bridges = new Map<string, Bridge>()

  constructor(known: Known, policy: CorrelationPolicy) {
    this.#known = known
    this.#policy = policy
    this.#sizes = new Map(known.sizes)
    for (const { key, caseId, time } of known.placed) this.#add(key, caseId, time)
  }

  place(finding: Finding): void {
    const links = linksOf(finding, this.#policy)
    const marks = marksOf(links)
    const [best, ...others] = this.#candidates(finding, links, marks)
    const placement =
      best === undefined
        ? {
            finding,
            caseId: caseIdOf(finding.tenantId ?? '', finding.id),
            reason: 'first finding of the case',
            weight: 0,
            founder: true,
            marks,
          }
        : { finding, caseId: best.caseId, ...reasonOf(best), founder: false, marks }
    this.#keep(placement, links)
    for (const other of others) this.#bridge(placement, other)
  }

  result(): Correlation {
    const bridges = [...this.#bridges.values()]
      .map((one) => ({ ...one, caseId: this.#at(one.caseId), otherId: this.#at(one.otherId) }))
      .filter((one) => one.caseId !== one.otherId)
    return { placements: this.#placements, bridges }
  }

  /** The cases that it fits into, best first: in whatever order the sightings came, always the same. */
  #candidates(finding: Finding, links: readonly Link[], marks: readonly string[]): Candidate[] {
    const found = new Map<string, Candidate>()
    for (const link of links) {
      const sightings = this.#byLink.get(link.key)
      if (sightings === undefined) continue
      // One device among several is mentioned rather than meant.
      const among = links.filter((one) => one.rule === link.rule).length
      this.#share(finding, link, { sightings, found, share: 1 / Math.sqrt(among) })
    }
    const good: Candidate[] = []
    for (const one of found.values()) {
      one.score = scoreOf(one.shared)
      // Nothing that speaks against it makes it weigh more.
      if (!this.#isEnough(one)) continue
      const kinds = new Set(one.shared.filter(({ weight }) => weight > 0).map(({ kind }) => kind))
      one.against = objection(marks, this.#sizes.get(one.caseId)?.marks ?? [], kinds)
      if (one.against !== undefined) one.score *= this.#policy.contradiction
      if (this.#isEnough(one) && this.#fits(finding, one)) good.push(one)
    }
    return good.sort(
      (a, b) =>
        Number(b.grouped) - Number(a.grouped) ||
        b.score - a.score ||
        a.gap - b.gap ||
        (a.caseId < b.caseId ? -1 : 1),
    )
  }

  #isEnough({ grouped, score }: Candidate): boolean {
    return grouped || score >= this.#policy.threshold
  }

  /** Adds what one entity says for each case in which it stands nearby. */
  #share(
    finding: Finding,
    { key, kind, value, rule: linkKind }: Link,
    { sightings, found, share }: { sightings: Seen[]; found: Map<string, Candidate>; share: number },
  ): void {
    const rule = linkKind && this.#ruleOf(linkKind, key, finding.tenantId ?? '')
    if (rule?.weight === 0) return
    for (const [caseId, gap] of this.#nearest(sightings, finding.time, rule?.windowMs ?? Infinity)) {
      let own = found.get(caseId)
      if (own === undefined) found.set(caseId, (own = { caseId, grouped: false, shared: [], score: 0, gap }))
      own.gap = Math.min(own.gap, gap)
      if (rule === undefined) own.grouped = true
      else {
        const weight = rule.weight * share * decay(gap, rule.windowMs)
        own.shared.push({ kind, value, withIt: rule.withIt, cases: rule.cases, gap, weight })
      }
    }
  }

  /** How far off each case is that has a sighting within the window. */
  #nearest(sightings: readonly Seen[], time: number, windowMs: number): Map<string, number> {
    const nearest = new Map<string, number>()
    for (const one of sightings) {
      const gap = Math.abs(one.time - time)
      if (gap > windowMs) continue
      const caseId = this.#at(one.caseId)
      const least = nearest.get(caseId)
      if (least === undefined || gap < least) nearest.set(caseId, gap)
    }
    return nearest
  }

  #ruleOf(kind: LinkKind, key: string, tenantId: string) {
    const { weight, windowMinutes } = this.#policy.kinds[kind]
    const withIt = (this.#known.seen.get(key) ?? 0) + (this.#freshSeen.get(key)?.size ?? 0)
    const cases = (this.#known.cases.get(tenantId) ?? 0) + (this.#freshCases.get(tenantId) ?? 0)
    // Content is not weighed: a detection that comes again and again is one.
    const rare = kind === 'content' ? 1 : rarity(withIt, cases, this.#policy)
    return { weight: weight * rare, windowMs: windowMinutes * 60_000, withIt, cases }
  }

  #fits(finding: Finding, { caseId, grouped }: Candidate): boolean {
    const size = this.#sizes.get(caseId)
    if (size === undefined) return true
    const { maxFindings, maxGrouped, maxHours } = this.#policy
    if (grouped) return size.count < maxGrouped
    const span = Math.max(size.lastTime, finding.time) - Math.min(size.firstTime, finding.time)
    return size.count < maxFindings && span <= maxHours * 3_600_000
  }

  #keep(placement: Placement, links: readonly Link[]): void {
    const { finding, caseId } = placement
    const tenantId = finding.tenantId ?? ''
    this.#placements.push(placement)
    this.#sizes.set(
      caseId,
      united(this.#sizes.get(caseId), {
        count: 1,
        firstTime: finding.time,
        lastTime: finding.time,
        marks: placement.marks,
      }),
    )
    if (placement.founder) {
      this.#fresh.set(caseId, [])
      this.#freshCases.set(tenantId, (this.#freshCases.get(tenantId) ?? 0) + 1)
    }
    this.#fresh.get(caseId)?.push(placement)
    for (const { key } of links) {
      this.#add(key, caseId, finding.time)
      if (this.#fresh.has(caseId)) {
        const seen = this.#freshSeen.get(key)
        if (seen === undefined) this.#freshSeen.set(key, new Set([caseId]))
        else seen.add(caseId)
      }
    }
  }

  #bridge(placement: Placement, other: Candidate): void {
    const [caseId, otherId] = [this.#at(placement.caseId), this.#at(other.caseId)]
    if (caseId === otherId) return
    const { finding } = placement
    if (this.#mayBecomeOne(caseId, otherId)) return this.#merge(caseId, otherId, finding)
    const bridge = { caseId, otherId, findingId: finding.id, ...reasonOf(other) }
    const key = [caseId, otherId].toSorted().join()
    if (!this.#bridges.has(key)) this.#bridges.set(key, bridge)
  }

  /** Of two cases one at least is new: it has no ticket yet. What fits into both by its device does not make them one. */
  #mayBecomeOne(a: string, b: string): boolean {
    if (!this.#fresh.has(a) && !this.#fresh.has(b)) return false
    const [one, other] = [this.#sizes.get(a), this.#sizes.get(b)]
    if (objection(one?.marks ?? [], other?.marks ?? [], new Set()) !== undefined) return false
    const size = united(one, other)
    const { maxFindings, maxHours } = this.#policy
    return size.count <= maxFindings && size.lastTime - size.firstTime <= maxHours * 3_600_000
  }

  /** What was there before stays; of two new cases the one that began first. */
  #merge(a: string, b: string, through: Finding): void {
    const since = (id: string): number =>
      this.#fresh.has(id) ? (this.#sizes.get(id)?.firstTime ?? 0) : -Infinity
    const [into, from] =
      since(a) < since(b) || (since(a) === since(b) && a < b) ? ([a, b] as const) : ([b, a] as const)
    const moved = this.#fresh.get(from) ?? []
    for (const one of moved) {
      one.caseId = into
      if (one.founder) one.reason = `linked by ${through.connectionId}/${through.feed}/${through.vendorId}`
      one.founder = false
    }
    this.#fresh.get(into)?.push(...moved)
    this.#fresh.delete(from)
    this.#sizes.set(into, united(this.#sizes.get(into), this.#sizes.get(from)))
    this.#mergedInto.set(from, into)
    const tenantId = through.tenantId ?? ''
    this.#freshCases.set(tenantId, (this.#freshCases.get(tenantId) ?? 1) - 1)
  }

  #at(caseId: string): string {
    let at = caseId
    for (let next = this.#mergedInto.get(at); next !== undefined; next = this.#mergedInto.get(at)) at = next
    return at
  }

  #add(key: string, caseId: string, time: number): void {
    const list = this.#byLink.get(key)
    if (list) list.push({ caseId, time })
    else this.#byLink.set(key, [{ caseId, time }])
  }
}

function reasonOf(one: Candidate): { reason: string; weight: number } {
  return { reason: wordsOf(one), weight: one.grouped ? 0 : Math.round(one.score * 100) / 100 }
}

function united(a: CaseSize | undefined, b: CaseSize | undefined): CaseSize {
  return {
    count: (a?.count ?? 0) + (b?.count ?? 0),
    firstTime: Math.min(a?.firstTime ?? Infinity, b?.firstTime ?? Infinity),
    lastTime: Math.max(a?.lastTime ?? -Infinity, b?.lastTime ?? -Infinity),
    marks: unitedMarks(a?.marks, b?.marks),
  }
}
