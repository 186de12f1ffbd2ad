import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** Boards: one project a tenant, one task a recommended action. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')
  await sql`create table projects (
    connection_id ${text} not null, tenant_id ${text} not null, marker ${text} not null, vendor_id ${text},
    created_at bigint not null, primary key (connection_id, tenant_id))`.execute(db)

  await sql`create table tasks (
    id ${text} primary key, case_id ${text} not null, tenant_id ${text} not null, connection_id ${text},
    marker ${text} not null, action ${text} not null, severity ${text} not null, asked integer not null,
    vendor_id ${text}, done integer not null, closed_by ${text}, closed_at bigint, agreed integer not null,
    seen_at bigint, word ${text}, gone integer not null, created_at bigint not null)`.execute(db)
  await sql`create index tasks_of_case on tasks (case_id)`.execute(db)
  await sql`create unique index tasks_at_board on tasks (connection_id, vendor_id)`.execute(db)
  await sql`create index tasks_waiting on tasks (tenant_id) where asked = 0`.execute(db)
  await sql`create index tasks_newest on tasks (created_at, id)`.execute(db)
}
