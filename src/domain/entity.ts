/** What events share, and what correlation joins them by. Values are normalised: lower case, hosts by first label. */
export interface Entity {
  kind: EntityKind
  value: string
}

/** `group` is a vendor's own word that things belong together; it joins, and is not shown as an indicator. */
export const entityKinds = ['host', 'user', 'address', 'hash', 'domain', 'group'] as const
export type EntityKind = (typeof entityKinds)[number]

/** `WS-01.acme.test` and `ws-01` are one host: vendors mix both forms. An address stays whole. */
export function hostEntity(name: string): Entity {
  const text = name.trim().toLowerCase()
  return { kind: 'host', value: /^[\d.]+$|:/.test(text) ? text : (text.split('.')[0] ?? text) }
}
