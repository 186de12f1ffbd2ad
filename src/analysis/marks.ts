import type { Entity } from '../domain/entity.ts'
import type { LinkKind } from './policy.ts'

/** What tells one attack from another on the same device: the files, public addresses and domains that it uses. */

const telling: readonly (LinkKind | undefined)[] = ['hash', 'address', 'domain']
/** A case with so many says nothing by one more. */
const mostMarks = 24

/** `hash:44d8…`, at most `mostMarks`. */
export function marksOf(links: readonly (Entity & { rule: LinkKind | undefined })[]): string[] {
  const own = links.filter(({ rule }) => telling.includes(rule))
  return own.slice(0, mostMarks).map(({ kind, value }) => `${kind}:${value}`)
}

/** Of one kind at least both have some, and of no kind they have one in common. */
export function contradicts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0 || a.some((mark) => b.includes(mark))) return false
  const kinds = new Set(a.map(kindOf))
  return b.some((mark) => kinds.has(kindOf(mark)))
}

export function unitedMarks(a: readonly string[] = [], b: readonly string[] = []): readonly string[] {
  if (b.length === 0) return a
  return a.length === 0 ? b : [...new Set([...a, ...b])].slice(0, mostMarks)
}

function kindOf(mark: string): string {
  return mark.slice(0, mark.indexOf(':'))
}
