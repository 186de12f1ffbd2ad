import { ApiError } from '../../contract/api-error.ts'
import { readJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import { Walk } from '../../contract/walk.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { allOfIt } from '../whole-list.ts'
import { account } from './account.ts'
import { plainRegion } from './regions.ts'

/** Organizations: those that a multi-tenant key manages, else those that the key's products name. */
export const customersFeed: Feed = {
  name: 'customers',
  kind: 'customers',
  everyMs: 30 * 60_000,
  read: readCustomers,
  toCustomer({ vendorId, body }) {
    const read = readJson(body)
    const row = read.ok && isObject(read.value) ? read.value : {}
    const name = row['name'] ?? row['organization_name']
    return typeof name === 'string' ? { vendorId, name } : undefined
  },
}

type Found = Required<Pick<Batch, 'rows' | 'rejected'>> & Pick<Batch, 'incomplete'>

async function* readCustomers(reader: FeedReader): AsyncGenerator<Batch> {
  const managed = reader.client.settings['organizationId']
    ? await offered(() => fromManaged(reader))
    : undefined
  const own = await offered(() => fromProducts(reader))
  const found = managed ?? own ?? (await offered(() => fromOrganizations(reader)))
  if (found === undefined) throw unknown(reader)
  // The parent counts as a customer when it has InsightIDR itself.
  const more = managed === undefined ? [] : (own?.rows ?? []).filter((row) => hasInsight(row.body))
  const rows = [...new Map([...more, ...found.rows].map((row) => [row.vendorId, row])).values()]
  const whole = found.incomplete === undefined
  const listed = whole && found.rejected.length === 0 ? { listed: rows.map((row) => row.vendorId) } : {}
  yield { ...found, ...listed, rows, cursor: { readAt: reader.now }, ...(whole && { covered: allOfIt }) }
}

/** Undefined when the vendor does not have it, or not for this key. */
async function offered(read: () => Promise<Found>): Promise<Found | undefined> {
  try {
    const found = await read()
    return found.rows.length + found.rejected.length === 0 ? undefined : found
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined
    throw error
  }
}

function unknown({ client }: FeedReader): ApiError {
  const message =
    'the key does not say which organization it belongs to: set organizationId, or use a key that may read products'
  const { vendor } = client.contract
  return new ApiError({ vendor, status: 0, code: 'organization_unknown', message, verdict: 'refused' })
}

/** Data lives in its organization's region, and this connection only speaks to one. */
async function fromManaged({ client, now, walking }: FeedReader): Promise<Found> {
  const found: Found = { rows: [], rejected: [] }
  const region = client.settings['region'] ?? 'us'
  const options = { ...walking, priority: 'inventory' } as const
  const walk = new Walk(client, account.managedOrganizations, {}, (row) => row.id, options)
  for await (const page of walk.pages()) {
    found.rejected.push(...page.rejected)
    for (const [i, row] of page.rows.entries()) {
      const raw = page.rawOf(i)
      const elsewhere = row.region && plainRegion(row.region) !== region
      const reason = `${row.name} lives in region ${row.region}, this connection reads ${region}: add a connection with that region`
      if (elsewhere) found.rejected.push({ raw, reason })
      else found.rows.push(toSeed(row.id, raw, now))
    }
  }
  return walk.complete ? found : { ...found, incomplete: `managed organizations: ${walk.reason}` }
}

async function fromProducts({ client, now }: FeedReader): Promise<Found> {
  const page = await client.call(account.products, {}, { priority: 'inventory' })
  const rows = page.rows.map((row, i) => ({ row, raw: page.rawOf(i) }))
  const first = [...rows.filter(({ raw }) => !hasInsight(raw)), ...rows.filter(({ raw }) => hasInsight(raw))]
  const byId = new Map(
    first.map(({ row, raw }) => [row.organization_id, toSeed(row.organization_id, raw, now)]),
  )
  return { rows: [...byId.values()], rejected: page.rejected }
}

async function fromOrganizations({ client, now }: FeedReader): Promise<Found> {
  const page = await client.call(account.organizations, {}, { priority: 'inventory' })
  return { rows: page.rows.map((row, i) => toSeed(row.id, page.rawOf(i), now)), rejected: page.rejected }
}

function hasInsight(body: string): boolean {
  return /"product_code"\s*:\s*"IDR"/.test(body)
}

function toSeed(vendorId: string, body: string, now: number): RecordSeed {
  return { vendorId, customerId: vendorId, time: now, open: false, body }
}
