import * as z from 'zod'

import { readJson } from '../../contract/body.ts'
import type { VendorRecord } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { allOfIt } from '../whole-list.ts'
import { getHealth, health, isProduction } from './system.ts'

/** A key belongs to one tenant, and a tenant is one customer. Only the connection's form knows whose it is. */
export const customersFeed: Feed = {
  name: 'customers',
  kind: 'customers',
  everyMs: 10 * 60_000,
  read,
  toCustomer,
}

const day = 24 * 3_600_000

/** The health answer differs in every second: a new record is kept when it says something new, or once a day. */
const cursorSchema = z.object({ said: z.string(), at: z.number() }).optional()

async function* read(reader: FeedReader): AsyncGenerator<Batch> {
  const outcome = await reader.client.try(getHealth, {}, { priority: 'inventory' })
  if (!outcome.ok) throw outcome.error
  const { value, text } = outcome.answer
  const before = cursorSchema.parse(reader.cursor ?? undefined)
  const said = [value.tenant_id, value.environment, value.status, reader.client.settings['customer']].join(
    ' ',
  )
  if (before?.said === said && reader.now - before.at < day) return
  const id = value.tenant_id
  const row = { vendorId: id, customerId: id, time: reader.now, open: false, body: text }
  yield { rows: [row], cursor: { said, at: reader.now }, covered: allOfIt, listed: [id] }
}

/** A test key's data is made up: under a name of its own it is never linked to a customer by itself. */
function toCustomer(
  record: VendorRecord,
  settings: Readonly<Record<string, string>> = {},
): { vendorId: string; name: string } | undefined {
  const body = readJson(record.body)
  const row = health.safeParse(body.ok ? body.value : undefined)
  if (!row.success) return undefined
  const name = settings['customer'] ?? `CyberVault tenant ${row.data.tenant_id}`
  return { vendorId: row.data.tenant_id, name: isProduction(row.data) ? name : `${name} (sandbox)` }
}
