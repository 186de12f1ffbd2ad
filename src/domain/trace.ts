import type { CustomerKey } from './tenant.ts'

/** Something that tells one client from another: a device seen there, or a domain of theirs. Values are lower case. */
export interface Trace extends CustomerKey {
  kind: TraceKind
  value: string
}

export type TraceKind = 'host' | 'domain'

/** `Ana@Acme.example`, `https://www.acme.example/x` and `ws-1.acme.example`'s domain part; undefined for what has none. */
export function domainOf(text: string | null | undefined): string | undefined {
  const host = (text ?? '')
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z\d+.-]*:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/[/:?#].*$/, '')
    .replace(/^www\./, '')
    .replace(/\.$/, '')
  return /^(?=.{4,253}$)[a-z\d-]+(\.[a-z\d-]+)+$/.test(host) && !/^[\d.]+$/.test(host) ? host : undefined
}

/** Of a list of addresses in one text. */
export function domainsIn(text: string | null | undefined): string[] {
  const found = (text ?? '').split(/[\s,;]+/).flatMap((word) => domainOf(word) ?? [])
  return [...new Set(found)]
}
