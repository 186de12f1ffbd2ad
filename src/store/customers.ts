import type { Customer, CustomerKey } from '../domain/tenant.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among, listTable } from './lists.ts'
import { prepared } from './prepared.ts'

export interface CustomerRow {
  connection_id: string
  vendor_id: string
  name: string
  tenant_id: string | null
  reason: string
  /** 1 once a person has decided: no guess overrides that. */
  manual: number
  doubt: number
  missing_since: number | null
}

/** Takes over all that is given; whether a person has decided is the caller's to heed. */
export async function putCustomers(db: Db, rows: readonly Customer[]): Promise<void> {
  await insertMany(db, 'customers', rows.map(toRow), {
    on: ['connection_id', 'vendor_id'],
    set: ['name', 'tenant_id', 'reason', 'manual', 'doubt', 'missing_since'],
  })
}

export async function customersOf(db: Db, connectionId?: string): Promise<Customer[]> {
  return (await all(db, connectionId === undefined ? {} : { connectionId })).rows.map(fromRow)
}

const all = prepared((db, { connectionId }: { connectionId?: string }) => {
  const query = db.selectFrom('customers').selectAll()
  const asked = connectionId === undefined ? query : query.where('connection_id', '=', connectionId)
  return asked.orderBy('connection_id').orderBy('name').orderBy('vendor_id').compile()
})

export async function customerIdsOf(db: Db, connectionId: string): Promise<string[]> {
  const query = db.selectFrom('customers').select('vendor_id').where('connection_id', '=', connectionId)
  return (await query.orderBy('vendor_id').execute()).map((row) => row.vendor_id)
}

/** Since when a vendor lists these customers no more; null when it does. */
export async function setMissing(
  db: Db,
  connectionId: string,
  vendorIds: readonly string[],
  since: number | null,
): Promise<void> {
  if (vendorIds.length === 0) return
  const query = db.updateTable('customers').set({ missing_since: since })
  await query
    .where('connection_id', '=', connectionId)
    .where(among(db, 'vendor_id', vendorIds))
    .execute()
}

export async function countDoubts(db: Db): Promise<number> {
  const query = db.selectFrom('customers').where('doubt', '=', 1)
  return (await query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count
}

/** A place in the mapping, by connection and customer. */
export function keyTable(db: Db, name: string, keys: readonly CustomerKey[]) {
  const rows = keys.map(({ connectionId, vendorId }) => [connectionId, vendorId])
  return listTable(db, name, ['connection_id', 'customer_id'], rows)
}

/** Tenant ids by connection and customer, of all customers that are linked. */
export async function tenantLinks(
  db: Db,
): Promise<(connectionId: string, vendorId: string) => string | null> {
  const { rows } = await linked(db, {})
  const links = new Map(rows.map((row) => [`${row.connection_id}\n${row.vendor_id}`, row.tenant_id]))
  return (connectionId, vendorId) => links.get(`${connectionId}\n${vendorId}`) ?? null
}

const linked = prepared((db) =>
  db
    .selectFrom('customers')
    .select(['connection_id', 'vendor_id', 'tenant_id'])
    .where('tenant_id', 'is not', null)
    .compile(),
)

function toRow(row: Customer): CustomerRow {
  return {
    connection_id: row.connectionId,
    vendor_id: row.vendorId,
    name: row.name,
    tenant_id: row.tenantId,
    reason: row.reason,
    manual: Number(row.manual),
    doubt: Number(row.doubt),
    missing_since: row.missingSince,
  }
}

function fromRow(row: CustomerRow): Customer {
  return {
    connectionId: row.connection_id,
    vendorId: row.vendor_id,
    name: row.name,
    tenantId: row.tenant_id,
    reason: row.reason,
    manual: row.manual === 1,
    doubt: row.doubt === 1,
    missingSince: row.missing_since,
  }
}
