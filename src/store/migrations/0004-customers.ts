import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/**
 * Customers across vendors: what speaks for a mapping, every decision about it, tenants that became one, and findings
 * whose ticket stands under another customer than their own.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const postgres = engineOf(db) === 'postgres'
  const text = sql.raw(postgres ? 'text collate "C"' : 'text')
  const oneTree = sql.raw(postgres ? '' : 'without rowid')

  await sql`alter table tenants add column merged_into ${text}`.execute(db)
  await sql`alter table customers add column doubt integer not null default 0`.execute(db)
  await sql`alter table customers add column missing_since bigint`.execute(db)
  await sql`alter table findings add column elsewhere integer not null default 0`.execute(db)
  await sql`create index findings_elsewhere on findings (connection_id, customer_id) where elsewhere = 1`.execute(
    db,
  )

  await sql`create table customer_traces (
    kind ${text} not null, value ${text} not null, connection_id ${text} not null, customer_id ${text} not null,
    primary key (kind, value, connection_id, customer_id)) ${oneTree}`.execute(db)
  await sql`create index traces_of_customer on customer_traces (connection_id, customer_id)`.execute(db)

  await sql`create table mapping_events (
    id ${text} primary key, at bigint not null, actor ${text} not null, kind ${text} not null,
    connection_id ${text}, vendor_id ${text}, tenant_id ${text}, reason ${text} not null, detail ${text} not null,
    undone_by ${text})`.execute(db)
  await sql`create index mapping_events_newest on mapping_events (at, id)`.execute(db)
}
