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

/** Every Entity once, in its normal form; what says nothing is left out. The connectors' own readings may be rougher. */
export function normalEntities(entities: readonly Entity[]): Entity[] {
  const found = new Map<string, Entity>()
  for (const entity of entities) {
    const { kind, value } = normal(entity)
    if (value !== '') found.set(`${kind} ${value}`, { kind, value: value.slice(0, maxLength) })
  }
  return [...found.values()]
}

function normal({ kind, value }: Entity): Entity {
  const text = value.trim().toLowerCase()
  switch (kind) {
    case 'host':
      return hostEntity(text)
    case 'user':
      return userEntity(text)
    case 'address':
      return { kind, value: text.replace(/^::ffff:(?=\d+\.)/, '').replace(/^\[|[\]%].*$/g, '') }
    case 'hash':
      return { kind, value: text.replace(/^(?:sha-?256|sha-?1|md5):/, '') }
    case 'domain':
      return { kind, value: text.replace(/^www\./, '').replace(/\.$/, '') }
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
