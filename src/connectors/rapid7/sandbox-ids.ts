import { digest } from '../../domain/id.ts'

/** Ids as Rapid7 spells them, made from what they stand for: the same world always has the same ones. */
export function uuidOf(...parts: (string | number)[]): string {
  return named(parts.join('\n'), uuids, toUuid)
}

function toUuid(text: string): string {
  const hex = digest(text)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Twelve characters of A–Z and 0–9. */
export function shortId(...parts: (string | number)[]): string {
  return named(parts.join('\n'), shortIds, toShortId)
}

function toShortId(text: string): string {
  const hex = digest(text)
  return Array.from(
    { length: 12 },
    (_, i) => letters[Number.parseInt(hex.slice(i * 4, i * 4 + 4), 16) % 36],
  ).join('')
}

const maxIds = 1000
const uuids = new Map<string, string>()
const shortIds = new Map<string, string>()

/** The same few things are told again and again: logs, organizations, rules. */
function named(text: string, ids: Map<string, string>, make: (text: string) => string): string {
  const known = ids.get(text)
  if (known !== undefined) return known
  if (ids.size >= maxIds) ids.clear()
  const id = make(text)
  ids.set(text, id)
  return id
}

export function rrnOf(
  service: string,
  organization: { id: string; region: string },
  type: string,
  id: string,
): string {
  return `rrn:${service}:${organization.region}:${organization.id}:${type}:${id}`
}

/** Alerts say us1 where everything else says us. */
export function alertRrnOf(
  { id, region }: { id: string; region: string },
  of: string,
  type = 'alert',
): string {
  return `rrn:alerts:${region === 'us' ? 'us1' : region}:${id}:${type}:1:${digest(of).slice(0, 32)}`
}

/** Trailing zeros of the fraction are dropped, unless a switch says otherwise. */
export function stamp(ms: number, switches: Record<string, string>): string {
  const iso = new Date(ms).toISOString()
  if (switches['fractions'] === 'milliseconds') return iso
  if (switches['fractions'] === 'none') return iso.replace(/\.\d+/, '')
  return iso.replace(/\.?0+Z$/, 'Z')
}

export function stampOrNull(ms: number | null, switches: Record<string, string>): string | null {
  return ms === null ? null : stamp(ms, switches)
}
