import type { VendorRecord } from '../../domain/record.ts'
import { connections } from '../../store/connections.ts'
import { tenantLinks } from '../../store/customers.ts'
import { listHeads } from '../../store/records.ts'
import type { Db } from '../../store/store.ts'
import { tenants } from '../../store/tenants.ts'
import { type Ask, type FeedFact, instant } from '../ask.ts'
import type { ActivityAnswer, AssetAnswer } from '../operations/records.ts'
import { type ListPage, type PageQuery, mapPage, readPage } from '../page.ts'

/** What records are read as when somebody asks: they are kept once, in the vendor's own bytes. */

interface RecordQuery extends PageQuery {
  connection?: string | undefined
}

export async function activities(ask: Ask, query: RecordQuery): Promise<ListPage<ActivityAnswer>> {
  return list(ask, query, 'audit', (row, feed) => {
    const event = feed.toActivity?.(row)
    if (event === undefined) return undefined
    const { actor, api, activity_name: activity, src_endpoint: from, message } = event
    return {
      time: instant(event.time),
      user: actor.user.name,
      operation: api.operation,
      activity,
      service: api.service?.name ?? null,
      address: from.ip ?? null,
      message: message ?? null,
    }
  })
}

export async function inventory(ask: Ask, query: RecordQuery): Promise<ListPage<AssetAnswer>> {
  return list(ask, query, 'inventory', (row, feed) => {
    const asset = feed.toAsset?.(row)
    const { feed: name, vendorId: vendor_id, firstSeenAt } = row
    return asset && { ...asset, feed: name, vendor_id, seen_at: instant(firstSeenAt) }
  })
}

interface Origin {
  id: string
  connection: string
  tenant_id: string | null
  tenant: string | null
}

async function list<Own extends object>(
  { db, feedsOf }: Ask,
  query: RecordQuery,
  kind: FeedFact['kind'],
  read: (row: VendorRecord, feed: FeedFact) => Own | undefined,
): Promise<ListPage<Origin & Own>> {
  const all = await connections(db)
  const feeds = all
    .filter((one) => query.connection === undefined || one.id === query.connection)
    .flatMap(({ id, vendor }) => feedsOf(vendor).map((feed) => ({ connectionId: id, feed })))
    .filter(({ feed }) => feed.kind === kind && (feed.toActivity ?? feed.toAsset) !== undefined)
  const names = feeds.map(({ connectionId, feed }) => ({ connectionId, feed: feed.name }))
  const page = await readPage(
    query,
    `${kind} ${query.connection ?? ''}`,
    (limit, before) => listHeads(db, names, { limit, ...(before && { before }) }),
    (row) => row,
  )
  const originOf = await originsFrom(db)
  return mapPage(page, (rows) =>
    rows.flatMap((row) => {
      const found = feeds.find((one) => one.connectionId === row.connectionId && one.feed.name === row.feed)
      const own = found && readable(() => read(row, found.feed))
      return own === undefined ? [] : [{ ...originOf(row), ...own }]
    }),
  )
}

/** What cannot be read is among the dead letters, with its reason. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

async function originsFrom(db: Db): Promise<(row: VendorRecord) => Origin> {
  const tenantOf = await tenantLinks(db)
  const names = new Map((await tenants(db)).map((tenant) => [tenant.id, tenant.name]))
  return ({ id, connectionId, customerId }) => {
    const tenant = customerId === null ? null : tenantOf(connectionId, customerId)
    return { id, connection: connectionId, tenant_id: tenant, tenant: names.get(tenant ?? '') ?? null }
  }
}
