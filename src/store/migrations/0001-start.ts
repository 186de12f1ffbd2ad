import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/**
 * The tables of the line. Times are integer milliseconds, booleans 0 or 1, JSON is text. On PostgreSQL texts compare by
 * byte, as on SQLite: both engines then sort alike, and indexes are cheaper.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const postgres = engineOf(db) === 'postgres'
  const text = sql.raw(postgres ? 'text collate "C"' : 'text')
  // On SQLite very short rows are one tree, by their key. Longer ones are better off in the order they come: keys come at
  // random, and a commit writes every page that was touched.
  const oneTree = sql.raw(postgres ? '' : 'without rowid')

  await sql`create table connections (
    id ${text} primary key, vendor ${text} not null, name ${text} not null, settings ${text} not null,
    secrets ${text} not null, created_at bigint not null)`.execute(db)

  await sql`create table cursors (
    connection_id ${text} not null, feed ${text} not null, state ${text} not null, updated_at bigint not null,
    primary key (connection_id, feed))`.execute(db)

  await sql`create table records (
    id ${text} primary key, connection_id ${text} not null, feed ${text} not null, vendor_id ${text} not null,
    customer_id ${text}, time bigint not null, open integer not null, head integer not null, pending integer not null,
    hash ${text} not null, first_seen_at bigint not null, body ${text} not null)`.execute(db)
  await sql`create unique index records_head on records (connection_id, feed, vendor_id) where head = 1`.execute(
    db,
  )
  await sql`create index records_open on records (connection_id, feed, vendor_id) where head = 1 and open = 1`.execute(
    db,
  )
  await sql`create index records_pending on records (head, first_seen_at, id) where pending = 1`.execute(db)

  await sql`create table tenants (id ${text} primary key, name ${text} not null)`.execute(db)
  await sql`create table customers (
    connection_id ${text} not null, vendor_id ${text} not null, name ${text} not null, tenant_id ${text},
    reason ${text} not null, manual integer not null, primary key (connection_id, vendor_id))`.execute(db)

  await sql`create table findings (
    id ${text} primary key, connection_id ${text} not null, feed ${text} not null, vendor_id ${text} not null,
    customer_id ${text}, tenant_id ${text}, title ${text} not null, severity ${text} not null, open integer not null,
    time bigint not null, entities ${text} not null, record_id ${text} not null, case_id ${text},
    quarantined integer not null)`.execute(db)
  await sql`create index findings_quarantined on findings (connection_id, customer_id) where quarantined = 1`.execute(
    db,
  )

  await sql`create table entities (
    tenant_id ${text} not null, kind ${text} not null, value ${text} not null, finding_id ${text} not null,
    time bigint not null, primary key (tenant_id, kind, value, time, finding_id)) ${oneTree}`.execute(db)

  await sql`create table cases (
    id ${text} primary key, tenant_id ${text} not null, title ${text} not null, severity ${text} not null,
    status ${text} not null, first_time bigint not null, last_time bigint not null, finding_count integer not null,
    created_at bigint not null, updated_at bigint not null)`.execute(db)
  await sql`create index cases_newest on cases (first_time, id)`.execute(db)
  await sql`create index cases_of_tenant on cases (tenant_id, first_time, id)`.execute(db)

  await sql`create table edges (
    case_id ${text} not null, finding_id ${text} not null, reason ${text} not null,
    primary key (case_id, finding_id)) ${oneTree}`.execute(db)

  await sql`create table tickets (
    id ${text} primary key, case_id ${text} not null, connection_id ${text} not null, vendor_id ${text} not null,
    number ${text} not null, marker ${text} not null, url ${text}, folded_into ${text}, created_at bigint not null,
    unique (connection_id, vendor_id))`.execute(db)
  await sql`create index tickets_of_case on tickets (case_id)`.execute(db)
  await sql`create index tickets_by_marker on tickets (marker)`.execute(db)
  await sql`create index tickets_newest on tickets (created_at, id)`.execute(db)

  await sql`create table ticket_changes (
    id ${text} primary key, case_id ${text} not null, connection_id ${text} not null, kind ${text} not null,
    version integer not null, payload ${text} not null, state ${text} not null, attempts integer not null,
    lookups integer not null, ambiguities integer not null, settled_by_lookup integer not null, due_at bigint not null,
    sent_at bigint, vendor_id ${text}, error ${text}, fence bigint, created_at bigint not null,
    unique (case_id, kind, version))`.execute(db)
  await sql`create index changes_due on ticket_changes (connection_id, created_at, kind, version, id)
    where state in ('pending', 'ambiguous')`.execute(db)
  // One request in flight per case, whatever the code does.
  await sql`create unique index changes_sending on ticket_changes (case_id) where state = 'sending'`.execute(
    db,
  )
  await sql`create index changes_newest on ticket_changes (created_at, id)`.execute(db)

  await sql`create table leases (
    name ${text} primary key, holder ${text} not null, fence bigint not null, expires_at bigint not null)`.execute(
    db,
  )

  await sql`create table runs (
    id ${text} primary key, connection_id ${text} not null, feed ${text} not null, started_at bigint not null,
    ended_at bigint not null, outcome ${text} not null, rows integer not null, requests integer not null,
    error ${text})`.execute(db)
  await sql`create index runs_of_feed on runs (connection_id, feed, started_at, id)`.execute(db)

  await sql`create table dead_letters (
    id ${text} primary key, stage ${text} not null, ref ${text} not null, reason ${text} not null, body ${text},
    at bigint not null, count integer not null)`.execute(db)

  await sql`create table meta (key ${text} primary key, value ${text} not null)`.execute(db)
}
