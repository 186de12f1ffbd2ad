import type { Entity } from '../domain/entity.ts'
import type { LinkKind } from './policy.ts'

/** What tells one attack from another on the same device: files, public addresses, domains, users. */

const telling: readonly (LinkKind | undefined)[] = ['hash', 'address', 'domain', 'user']
/** A case with so many says nothing by one more. */
const mostMarks = 24

/** `hash:44d8…`, at most `mostMarks`. */
export function marksOf(links: readonly (Entity & { rule: LinkKind | undefined })[]): string[] {
  const own = links.filter(({ rule }) => telling.includes(rule))
  // Sorted: the same in whatever order the vendor names them.
  return own
    .map(({ kind, value }) => `${kind}:${value}`)
    .toSorted()
    .slice(0, mostMarks)
}

/** Of one kind at least both have some and none in common, and no file, address or domain is common to both. */
export function contradicts(a: readonly string[], b: readonly string[]): boolean {
  const common = a.filter((mark) => b.includes(mark))
  if (common.some((mark) => kindOf(mark) !== 'user')) return false
  const kinds = new Set(a.map(kindOf))
  for (const mark of common) kinds.delete(kindOf(mark))
  return b.some((mark) => kinds.has(kindOf(mark)))
}

export function unitedMarks(a: readonly string[] = [], b: readonly string[] = []): readonly string[] {
  if (b.length === 0) return a
  return a.length === 0 ? b : [...new Set([...a, ...b])].slice(0, mostMarks)
}

function kindOf(mark: string): string {
  return mark.slice(0, mark.indexOf(':'))
}
