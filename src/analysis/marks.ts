import type { Entity } from '../domain/entity.ts'
import type { LinkKind } from './policy.ts'

/** What tells one attack from another: files, public addresses, domains, users; and whether it was on a device at all. */

const telling = new Set<LinkKind | undefined>(['hash', 'address', 'domain', 'user'])
const onDevice = 'device:'
/** A case with so many says nothing by one more. */
const mostMarks = 24

/** `hash:44d8…`, at most `mostMarks`; `device:` for any number of devices. */
export function marksOf(links: readonly (Entity & { rule: LinkKind | undefined })[]): string[] {
  // Sorted: the same in whatever order the vendor names them.
  const own = links
    .filter(({ rule }) => telling.has(rule))
    .map(({ kind, value }) => `${kind}:${value}`)
    .toSorted()
  return (links.some(({ rule }) => rule === 'host') ? [onDevice, ...own] : own).slice(0, mostMarks)
}

/**
 * Why two are hardly one attack although they share entities of these kinds, in words; undefined when nothing speaks
 * against it. A file, address or domain in common outweighs all that differs.
 */
export function objection(
  a: readonly string[],
  b: readonly string[],
  shared: ReadonlySet<Entity['kind']>,
): string | undefined {
  // Whoever reads mail also works at a device, all day: their name says little from the one to the other.
  if (shared.size === 1 && shared.has('user') && a.includes(onDevice) !== b.includes(onDevice))
    return 'one is on a device and the other is not'
  const [own, others] = [a, b].map((marks) => marks.filter((mark) => mark !== onDevice))
  if (own === undefined || others === undefined || own.length === 0 || others.length === 0) return undefined
  const kinds = new Set(own.map(kindOf))
  const common = new Set(own.filter((mark) => others.includes(mark)).map(kindOf))
  if (common.size === 0) return 'nothing else that they name is the same'
  if (common.size > 1 || !common.has('user')) return undefined
  const differing = others.map(kindOf).find((kind) => kind !== 'user' && kinds.has(kind))
  return differing && `each names another ${differing}`
}

export function unitedMarks(a: readonly string[] = [], b: readonly string[] = []): readonly string[] {
  if (b.length === 0) return a
  return a.length === 0 ? b : [...new Set([...a, ...b])].slice(0, mostMarks)
}

function kindOf(mark: string): string {
  return mark.slice(0, mark.indexOf(':'))
}
