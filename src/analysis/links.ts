import type { Entity } from '../domain/entity.ts'
import type { Finding } from '../domain/finding.ts'
import type { CorrelationPolicy, LinkKind } from './policy.ts'
import { linkKindOf } from './rarity.ts'

/** What of a finding's entities can join it to others. */

/** More say no more, and a vendor may list thousands. */
const maxLinks = 64

/** What a finding can be joined by. */
export interface Link extends Entity {
  key: string
  /** Undefined for what its vendor groups: that needs no weighing. */
  rule: LinkKind | undefined
}

export function linksOf(
  { tenantId, entities }: Pick<Finding, 'tenantId' | 'entities'>,
  policy: CorrelationPolicy,
): Link[] {
  const links: Link[] = []
  if (tenantId === null) return links
  for (const { kind, value } of entities) {
    const rule = linkKindOf({ kind, value }, policy)
    if (rule === undefined && (kind !== 'group' || value === '')) continue
    if (links.push({ kind, value, rule, key: keyOf(tenantId, { kind, value }) }) === maxLinks) break
  }
  return links
}

export function keyOf(tenantId: string, { kind, value }: Entity): string {
  return `${tenantId}\n${kind}\n${value}`
}
