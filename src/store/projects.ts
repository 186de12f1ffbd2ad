import type { Project } from '../domain/task.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'
import { prepared } from './prepared.ts'

export interface ProjectRow {
  connection_id: string
  tenant_id: string
  marker: string
  vendor_id: string | null
  created_at: number
}

/** One that is there already stays as it is. */
export async function putProjects(db: Db, projects: readonly Project[]): Promise<void> {
  await insertMany(db, 'projects', projects.map(toRow), { on: ['connection_id', 'tenant_id'], set: [] })
}

/** The first that is known stays: whoever finds another finds a stray. */
export async function setProject(
  db: Db,
  connectionId: string,
  tenantId: string,
  vendorId: string,
): Promise<void> {
  const query = db.updateTable('projects').set({ vendor_id: vendorId })
  const own = query.where('connection_id', '=', connectionId).where('tenant_id', '=', tenantId)
  await own.where('vendor_id', 'is', null).execute()
}

/** One that was refused, so that it can be asked for again; one that was made stays. */
export async function dropProject(db: Db, connectionId: string, tenantId: string): Promise<void> {
  const query = db.deleteFrom('projects').where('connection_id', '=', connectionId)
  await query.where('tenant_id', '=', tenantId).where('vendor_id', 'is', null).execute()
}

export async function projectsOf(db: Db, tenantIds: string[]): Promise<Project[]> {
  return tenantIds.length === 0 ? [] : (await ofTenants(db, { tenantIds })).rows.map(fromRow)
}

/** A tenant's project at one board. */
export async function projectAt(
  db: Db,
  connectionId: string,
  tenantId: string,
): Promise<Project | undefined> {
  const [row] = (await byKey(db, { connectionId, tenantId })).rows
  return row && fromRow(row)
}

const byKey = prepared((db, { connectionId, tenantId }: { connectionId: string; tenantId: string }) => {
  const query = db.selectFrom('projects').selectAll().where('connection_id', '=', connectionId)
  return query.where('tenant_id', '=', tenantId).compile()
})

const ofTenants = prepared((db, { tenantIds }: { tenantIds: string[] }) => {
  const query = db
    .selectFrom('projects')
    .selectAll()
    .where(among(db, 'tenant_id', tenantIds))
  return query.orderBy('connection_id').orderBy('tenant_id').compile()
})

function toRow(project: Project): ProjectRow {
  return {
    connection_id: project.connectionId,
    tenant_id: project.tenantId,
    marker: project.marker,
    vendor_id: project.vendorId,
    created_at: project.createdAt,
  }
}

function fromRow(row: ProjectRow): Project {
  return {
    connectionId: row.connection_id,
    tenantId: row.tenant_id,
    marker: row.marker,
    vendorId: row.vendor_id,
    createdAt: row.created_at,
  }
}
