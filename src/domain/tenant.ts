import { idOf } from './id.ts'

/** A client of the MSP. */
export interface Tenant {
  id: string
  name: string
  /** The tenant that it turned out to be: it has nothing of its own any more, and its id leads there. */
  mergedInto: string | null
}

/** One vendor's customer, and the Tenant that it stands for. Without a tenant it waits: its findings are quarantined. */
export interface Customer {
  connectionId: string
  vendorId: string
  name: string
  tenantId: string | null
  /** Why it is linked, or why it waits. */
  reason: string
  /** A person has decided: no guess overrides that. */
  manual: boolean
  /** Its name now says something else than its link: a person should look. */
  doubt: boolean
  /** The vendor lists it no more since then, epoch ms: archived or disabled, perhaps. It may come again. */
  missingSince: number | null
}

export type CustomerKey = Pick<Customer, 'connectionId' | 'vendorId'>

export function customerKey({ connectionId, vendorId }: CustomerKey): string {
  return `${connectionId}\n${vendorId}`
}

/** The tenant that a ticketing vendor's customer founds. */
export function foundedBy({ connectionId, vendorId }: CustomerKey): string {
  return idOf('ten', connectionId, vendorId)
}

const suffixes = new Set(
  'inc incorporated llc llp pllc ltd limited gmbh corp corporation company co plc pty bv nv ag sa sarl srl oy ab'.split(
    ' ',
  ),
)

/**
 * Names compare without case, accents, punctuation, "and", a leading "the" and the usual company suffixes at their end.
 * What is left is never nothing: two names of suffixes alone must not pass for one customer.
 */
export function nameKey(name: string): string {
  const words = wordsOf(name)
  while (words.length > 1 && suffixes.has(words.at(-1) ?? '')) words.pop()
  while (words.length > 1 && words[0] === 'the') words.shift()
  return words.length > 0 ? words.join(' ') : name.trim().toLowerCase()
}

function wordsOf(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    // L.L.C. is a word of three letters, not three words.
    .replace(/(?<![\p{L}\p{N}])(\p{L})\.(?=\p{L}(?![\p{L}\p{N}\p{M}]))/gu, '$1')
  const words = plain.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '')
  const telling = words.filter((word) => word !== 'and')
  return telling.length > 0 ? telling : words
}
