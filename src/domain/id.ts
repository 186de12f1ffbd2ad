import { hash } from 'node:crypto'

/**
 * Ids are made from their causes, so a stage that runs twice makes the same rows. Parts are length-prefixed: no two
 * different lists of parts give one id.
 */
export function idOf(prefix: string, ...parts: (string | number)[]): string {
  let text = ''
  for (const part of parts) text += `${String(part).length}:${part}`
  return `${prefix}_${hash('sha256', text, 'hex').slice(0, 24)}`
}

export function digest(text: string): string {
  return hash('sha256', text, 'hex')
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The marker that a ticket carries in its subject: `[WF-7K2M9QX4TB]`, ten base-32 digits (50 bits) of the case id. The
 * second ticket of a case, a follow-up, has one of its own, and so on.
 */
export function markerOf(caseId: string, nth = 1): string {
  // 52 bits: a double holds them.
  let bits = Number.parseInt(digest(nth === 1 ? caseId : `${caseId}/${nth}`).slice(0, 13), 16)
  let text = ''
  for (let i = 0; i < 10; i++) {
    text += crockford[bits % 32]
    bits = Math.floor(bits / 32)
  }
  return `[WF-${text}]`
}

/** The first marker in a text, or undefined. */
export function readMarker(text: string): string | undefined {
  return /\[WF-[0-9A-HJKMNP-TV-Z]{10}\]/.exec(text)?.[0]
}
