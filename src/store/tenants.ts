import type { Tenant } from '../domain/tenant.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface TenantRow {
  id: string
  name: string
  merged_into: string | null
}

export async function putTenants(db: Db, rows: readonly Tenant[]): Promise<void> {
  await insertMany(db, 'tenants', rows.map(toRow), { on: ['id'], set: ['name', 'merged_into'] })
}

/** By name; those that were merged into another are among them. */
export async function tenants(db: Db): Promise<Tenant[]> {
  return (await db.selectFrom('tenants').selectAll().orderBy('name').orderBy('id').execute()).map(fromRow)
}

export async function tenant(db: Db, id: string): Promise<Tenant | undefined> {
  const row = await db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** The id that stands for a tenant now: its own, or that of the one that it was merged into. */
export async function livingTenantId(db: Db, id: string): Promise<string> {
  const found = await tenant(db, id)
  return found?.mergedInto == null ? id : livingTenantId(db, found.mergedInto)
}

function toRow({ id, name, mergedInto }: Tenant): TenantRow {
  return { id, name, merged_into: mergedInto }
}

function fromRow({ id, name, merged_into }: TenantRow): Tenant {
  return { id, name, mergedInto: merged_into }
}
