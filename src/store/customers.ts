import type { Customer } from '../domain/tenant.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface CustomerRow {
  connection_id: string
  vendor_id: string
  name: string
  tenant_id: string | null
  reason: string
  /** 1 once a person has linked it: no guess overrides that. */
  manual: number
}

/** Takes over names, and links and reasons too unless a person has decided them. */
export async function putCustomers(db: Db, rows: Customer[]): Promise<void> {
  await insertMany(db, 'customers', rows.map(toRow), {
    on: ['connection_id', 'vendor_id'],
    set: ['name', ['tenant_id', unlessManual('tenant_id')], ['reason', unlessManual('reason')]],
  })
}

function unlessManual(column: string): string {
  return `case when customers.manual = 1 then customers.${column} else excluded.${column} end`
}

export async function customersOf(db: Db, connectionId?: string): Promise<Customer[]> {
  const all = db
    .selectFrom('customers')
    .selectAll()
    .orderBy('connection_id')
    .orderBy('name')
    .orderBy('vendor_id')
  const query = connectionId === undefined ? all : all.where('connection_id', '=', connectionId)
  return (await query.execute()).map(fromRow)
}

export async function customerIdsOf(db: Db, connectionId: string): Promise<string[]> {
  const query = db.selectFrom('customers').select('vendor_id').where('connection_id', '=', connectionId)
  return (await query.orderBy('vendor_id').execute()).map((row) => row.vendor_id)
}

/** A person's decision. Returns whether there is such a customer. */
export async function linkCustomer(
  db: Db,
  connectionId: string,
  vendorId: string,
  tenantId: string | null,
  reason: string,
): Promise<boolean> {
  const query = db.updateTable('customers').set({ tenant_id: tenantId, reason, manual: 1 })
  const result = await query
    .where('connection_id', '=', connectionId)
    .where('vendor_id', '=', vendorId)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Tenant ids by connection and customer, of all customers that are linked. */
export async function tenantLinks(
  db: Db,
): Promise<(connectionId: string, vendorId: string) => string | null> {
  const rows = await db
    .selectFrom('customers')
    .select(['connection_id', 'vendor_id', 'tenant_id'])
    .where('tenant_id', 'is not', null)
    .execute()
  const links = new Map(rows.map((row) => [`${row.connection_id}\n${row.vendor_id}`, row.tenant_id]))
  return (connectionId, vendorId) => links.get(`${connectionId}\n${vendorId}`) ?? null
}

function toRow({ connectionId, vendorId, name, tenantId, reason }: Customer): CustomerRow {
  return { connection_id: connectionId, vendor_id: vendorId, name, tenant_id: tenantId, reason, manual: 0 }
}

function fromRow({ connection_id, vendor_id, name, tenant_id, reason }: CustomerRow): Customer {
  return { connectionId: connection_id, vendorId: vendor_id, name, tenantId: tenant_id, reason }
}
