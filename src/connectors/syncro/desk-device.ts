import type { CallOptions, Client } from '../../contract/client.ts'
import { hostEntity } from '../../domain/entity.ts'
import { assets } from './assets.ts'

/** Reads that only make a ticket nicer: they must not hold it up. */
export const helpful: CallOptions = { priority: 'write', attempts: 1, timeoutMs: 10_000 }

/** The customer's own device with that host name, compared without case and by the first label. */
export async function deviceOf(
  client: Client,
  { customerId, hostname }: { customerId: string; hostname: string | null },
): Promise<{ id: number } | undefined> {
  if (hostname === null || hostname.trim() === '') return undefined
  const host = hostEntity(hostname).value
  const query = { customer_id: Number(customerId), query: host }
  const read = await client.try(assets.list, { query }, helpful)
  if (!read.ok) return undefined
  return read.answer.value.rows.find(
    (row) => row.customer_id === query.customer_id && hostEntity(row.name ?? '').value === host,
  )
}
