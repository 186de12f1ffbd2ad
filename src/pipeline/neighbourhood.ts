import { type CaseSize, type Known } from '../analysis/correlate.ts'
import { linksOf } from '../analysis/links.ts'
import { type CorrelationPolicy, correlationPolicy, defaultPolicy } from '../analysis/policy.ts'
import type { Case } from '../domain/case.ts'
import type { EntityKind } from '../domain/entity.ts'
import type { Finding } from '../domain/finding.ts'
import { casesByIds, countCasesBegun } from '../store/cases.ts'
import { type Span, countCasesWith, neighbours } from '../store/entities.ts'
import { getMeta, setMeta } from '../store/meta.ts'
import type { Db } from '../store/store.ts'

/** What is known, and the cases that it speaks of as they stand. */
export interface Neighbourhood extends Known {
  standing: ReadonlyMap<string, Case>
}

/** What the store knows that can matter to where a batch of findings belongs: four queries, whatever its size. */
export async function neighbourhood(
  tx: Db,
  findings: readonly Finding[],
  policy: CorrelationPolicy,
): Promise<Neighbourhood> {
  const reaches = reachesOf(findings, policy)
  const placed = (await neighbours(tx, reaches)).map(({ span, caseId, time }) => ({
    key: reaches[span]?.key ?? '',
    caseId,
    time,
  }))
  const known = await casesByIds(tx, [...new Set(placed.map((one) => one.caseId))])
  const standing = new Map(known.map((own) => [own.id, own]))
  const sizes = new Map<string, CaseSize>(
    known.map(({ id, findingCount: count, firstTime, lastTime, marks }) => [
      id,
      { count, firstTime, lastTime, marks },
    ]),
  )
  // Only what is shared is weighed, so only that is counted.
  const shared = new Set(placed.map((one) => one.key))
  for (const { key, times } of reaches) if (times > 1) shared.add(key)
  const asked = new Map(
    reaches.flatMap((one) => (isWeighed(one.kind) && shared.has(one.key) ? [[one.key, one]] : [])),
  )
  const { seen, cases } = await countHistory(tx, findings, [...asked.values()], policy)
  return { placed, sizes, seen, cases, standing }
}

/** A vendor's word and the same content count whole, however common. */
function isWeighed(kind: EntityKind): boolean {
  return kind !== 'group' && kind !== 'content'
}

/** When an entity is of interest, and to how many findings. */
type Reach = Span & { key: string; times: number }

/** When each entity of the batch is of interest; times that meet are one. */
function reachesOf(findings: readonly Finding[], policy: CorrelationPolicy): Reach[] {
  const reaches: Reach[] = []
  const lasts = new Map<string, Reach>()
  for (const { tenantId, time, entities } of findings.toSorted((a, b) => a.time - b.time)) {
    for (const { key, kind, value, rule } of linksOf({ tenantId, entities }, policy)) {
      // What a vendor groups belongs together however far apart.
      const reach =
        rule === undefined ? Number.MAX_SAFE_INTEGER / 2 : policy.kinds[rule].windowMinutes * 60_000
      const last = lasts.get(key)
      if (last !== undefined && last.to >= time - reach) {
        last.to = time + reach
        last.times++
        continue
      }
      const fresh = {
        key,
        tenantId: tenantId ?? '',
        kind,
        value,
        from: time - reach,
        to: time + reach,
        times: 1,
      }
      reaches.push(fresh)
      lasts.set(key, fresh)
    }
  }
  return reaches
}

async function countHistory(
  tx: Db,
  findings: readonly Finding[],
  asked: readonly Reach[],
  { historyDays }: CorrelationPolicy,
): Promise<Pick<Known, 'seen' | 'cases'>> {
  const history = historyDays * 86_400_000
  const whole = new Map<string, { tenantId: string; from: number; to: number }>()
  const wanted = new Set(asked.map((one) => one.tenantId))
  for (const { tenantId, time } of findings) {
    if (tenantId === null || !wanted.has(tenantId)) continue
    const { from, to } = whole.get(tenantId) ?? { from: Infinity, to: -Infinity }
    whole.set(tenantId, { tenantId, from: Math.min(from, time - history), to: Math.max(to, time + history) })
  }
  const counted = await countCasesWith(
    tx,
    asked.map((one) => ({ ...one, ...whole.get(one.tenantId) })),
  )
  const seen = new Map(counted.map(({ span, count }) => [asked[span]?.key ?? '', count]))
  return { seen, cases: await countCasesBegun(tx, [...whole.values()]) }
}

const policyKey = 'correlation-policy'

/** The policy that is in force: what was put into force last, else the program's own. */
export async function activePolicy(db: Db): Promise<CorrelationPolicy> {
  const kept = await getMeta(db, policyKey)
  return kept === undefined ? defaultPolicy : correlationPolicy.parse(kept)
}

export async function setPolicy(db: Db, policy: CorrelationPolicy): Promise<void> {
  await setMeta(db, policyKey, policy)
}
