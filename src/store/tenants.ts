import type { Tenant } from '../domain/tenant.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface TenantRow {
  id: string
  name: string
}

export async function putTenants(db: Db, rows: Tenant[]): Promise<void> {
  await insertMany(
    db,
    'tenants',
    rows.map(({ id, name }) => ({ id, name })),
    { on: ['id'], set: ['name'] },
  )
}

export async function tenants(db: Db): Promise<Tenant[]> {
  return db.selectFrom('tenants').select(['id', 'name']).orderBy('name').orderBy('id').execute()
}

export async function tenant(db: Db, id: string): Promise<Tenant | undefined> {
  return db.selectFrom('tenants').select(['id', 'name']).where('id', '=', id).executeTakeFirst()
}
