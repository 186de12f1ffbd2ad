import type { Entity } from '../domain/entity.ts'
import type { DetectionFinding } from '../domain/event.ts'
import { digest } from '../domain/id.ts'

/**
 * The content of a detection without what changes each time it is raised: product, rule, title without its volatile
 * parts, files, device and user. Undefined where there is no device, user or file: the title alone says nothing.
 */
export function fingerprintOf(event: DetectionFinding, entities: readonly Entity[]): string | undefined {
  const stable = entities.filter(({ kind }) => kind === 'host' || kind === 'user' || kind === 'hash')
  if (stable.length === 0) return undefined
  const parts = [
    event.metadata.product.name,
    ...(event.finding_info.types ?? []).toSorted(),
    skeletonOf(event.finding_info.title),
    ...stable.map(({ kind, value }) => `${kind}:${value}`).toSorted(),
  ]
  return digest(JSON.stringify(parts)).slice(0, 24)
}

/** A title without GUIDs, addresses, times and numbers. */
export function skeletonOf(title: string): string {
  let text = title.toLowerCase().slice(0, 500)
  // Few titles have such a thing; to look for what each begins with takes less than to look for all of them.
  if (/[0-9a-f]{8}/.test(text))
    text = text
      .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, '#')
      .replace(/\b[0-9a-f]{12,}\b/g, '#')
  if (text.includes(':'))
    text = text.replace(/\b(?=[0-9a-f:]*[0-9])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\b/g, '#')
  return text
    .replace(/\d+(?:[.:,/-]\d+)*/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
}
