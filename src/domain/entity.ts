import { isIP } from 'node:net'

/** What events share, and what correlation joins them by. Values are normalised, so that vendors' spellings meet. */
export interface Entity {
  kind: EntityKind
  value: string
}

/**
 * `group` is a vendor's own word that things belong together, `content` the fingerprint of a detection: they join, and
 * are not shown as indicators.
 */
export const entityKinds = ['host', 'user', 'address', 'hash', 'domain', 'group', 'content'] as const
export type EntityKind = (typeof entityKinds)[number]

export type Indicator = Entity & { kind: Exclude<EntityKind, 'group' | 'content'> }

/** What people know an attack by. */
export function isIndicator(entity: Entity): entity is Indicator {
  return entity.kind !== 'group' && entity.kind !== 'content'
}

/** `WS-01.acme.test`, `ACME\WS-01$` and `ws-01` are one host: vendors mix the forms. An address stays whole. */
export function hostEntity(name: string): Entity {
  const text = (name.trim().toLowerCase().split('\\').at(-1) ?? '').replace(/\$$/, '')
  return { kind: 'host', value: /^[\d.]+$|:/.test(text) ? text : (text.split('.')[0] ?? text) }
}

/** Longer values are cut: they are keys of an index. */
const maxLength = 200

/** Every Entity once, in its normal form; what says nothing, or is not what it is said to be, is left out. */
export function normalEntities(entities: readonly Entity[]): Entity[] {
  const found = new Map<string, Entity>()
  for (const entity of entities) {
    const own = normal(entity)
    if (own === undefined || own.value === '') continue
    const { kind, value } = own
    found.set(`${kind} ${value}`, { kind, value: value.slice(0, maxLength) })
  }
  return [...found.values()]
}

/** What vendors write where they have nothing to say. */
export function saysNothing(text: string): boolean {
  return /^(?:undefined|unknown|none|null|n\/?a|-)?$/i.test(text)
}

function normal({ kind, value }: Entity): Entity | undefined {
  const text = value.trim().toLowerCase()
  if (saysNothing(text)) return undefined
  switch (kind) {
    case 'host':
      return hostEntity(text)
    case 'user':
      return userEntity(text)
    case 'address':
      return addressEntity(text)
    case 'hash':
      return hashEntity(text)
    case 'domain':
      return domainEntity(text)
    default:
      return { kind, value }
  }
}

/** `ACME\jdoe`, `jdoe@acme.test` and `jdoe` are one user; `WS-01$` is a computer's own account. */
function userEntity(text: string): Entity {
  const name = text.split('\\').at(-1) ?? text
  if (name.endsWith('$')) return hostEntity(name)
  return { kind: 'user', value: name.split('@')[0] ?? name }
}

/** With a port or a zone, in brackets or mapped into IPv6: one address. */
function addressEntity(text: string): Entity | undefined {
  const bare = text.replace(/^\[|[\]%].*$/g, '').replace(/^::ffff:(?=\d+\.)/, '')
  const value = bare.replace(/^([\d.]+):\d+$/, '$1')
  return isIP(value) === 0 ? undefined : { kind: 'address', value }
}

/** MD5, SHA-1, SHA-256 or SHA-512. */
function hashEntity(text: string): Entity | undefined {
  const value = text.replace(/^(?:sha-?512|sha-?256|sha-?1|md5):/, '')
  return /^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64}|[\da-f]{128})$/.test(value)
    ? { kind: 'hash', value }
    : undefined
}

/** An address in a URL is an address. */
function domainEntity(text: string): Entity | undefined {
  const host = URL.canParse(text) ? new URL(text).hostname || text : text
  const value = host.replace(/^www\./, '').replace(/\.$/, '')
  return (
    addressEntity(value) ?? (/^[^\s./]+(?:\.[^\s./]+)+$/.test(value) ? { kind: 'domain', value } : undefined)
  )
}
