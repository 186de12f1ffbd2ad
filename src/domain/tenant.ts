/** A client of the MSP. */
export interface Tenant {
  id: string
  name: string
}

/** One vendor's customer, and the Tenant that it stands for. Without a tenant it waits: its findings are quarantined. */
export interface Customer {
  connectionId: string
  vendorId: string
  name: string
  tenantId: string | null
  /** Why it is linked, or why it waits. */
  reason: string
}

const suffixes = new Set('inc llc ltd limited gmbh corp corporation company co plc bv ag sa'.split(' '))

/**
 * Names compare without case, accents, punctuation and the usual company suffixes at their end. What is left is never
 * nothing: two names of suffixes alone must not pass for one customer.
 */
export function nameKey(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
  const words = plain.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '')
  while (words.length > 1 && suffixes.has(words.at(-1) ?? '')) words.pop()
  return words.length > 0 ? words.join(' ') : name.trim().toLowerCase()
}
