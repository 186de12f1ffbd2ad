import { digest, idOf } from './id.ts'

/** What a vendor sent, untouched: one row of one list, with where it came from. One Record per distinct content. */
export interface VendorRecord {
  id: string
  connectionId: string
  feed: string
  /** The vendor's own id of the thing, unique within the feed. */
  vendorId: string
  /** The vendor's id of the customer that the row belongs to, when the vendor says so or the read was scoped to it. */
  customerId: string | null
  /** The thing's own time in epoch ms (creation, detection); the time of arrival when the vendor gives none. */
  time: number
  /** Still unresolved at the vendor. Inventory is never open. */
  open: boolean
  /** The row's bytes as received. */
  body: string
  hash: string
  firstSeenAt: number
}

export type RecordSeed = Pick<VendorRecord, 'vendorId' | 'customerId' | 'time' | 'open' | 'body'>

export function toRecord(connectionId: string, feed: string, seed: RecordSeed, now: number): VendorRecord {
  const hash = digest(seed.body)
  const id = idOf('rec', connectionId, feed, seed.vendorId, seed.customerId ?? '', hash)
  return { ...seed, id, connectionId, feed, hash, firstSeenAt: now }
}
