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

/** Names compare without case, punctuation and the usual company suffixes. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(inc|llc|ltd|limited|gmbh|corp|corporation|company|co|plc|bv|ag|sa)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
