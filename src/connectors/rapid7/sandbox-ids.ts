import { digest } from '../../domain/id.ts'
import { remembered } from '../../domain/remembered.ts'

/** The same few things are told again and again: logs, organizations, rules. */
const maxIds = 1000

/** Ids as Rapid7 spells them, made from what they stand for: the same world always has the same ones. */
export function uuidOf(...parts: (string | number)[]): string {
  return toUuid(parts.join('\n'))
}

const toUuid = remembered(maxIds, (text) => {
  const hex = digest(text)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
})

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Twelve characters of A–Z and 0–9. */
export function shortId(...parts: (string | number)[]): string {
  return toShortId(parts.join('\n'))
}

const toShortId = remembered(maxIds, (text) => {
  const hex = digest(text)
  return Array.from(
    { length: 12 },
    (_, i) => letters[Number.parseInt(hex.slice(i * 4, i * 4 + 4), 16) % 36],
  ).join('')
})

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
