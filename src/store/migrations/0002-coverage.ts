import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** What has been read and what has not, how late rows come, and whose a dead letter is. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')

  await sql`alter table runs add column whole_at bigint`.execute(db)
  await sql`alter table runs add column turns integer not null default 1`.execute(db)
  await sql`update runs set whole_at = started_at where outcome = 'ok'`.execute(db)

  await sql`create table coverage (
    connection_id ${text} not null, feed ${text} not null, customer_id ${text} not null, spans ${text} not null,
    declared integer, seen integer, read_at bigint not null,
    primary key (connection_id, feed, customer_id))`.execute(db)

  await sql`create table gaps (
    id ${text} primary key, connection_id ${text} not null, feed ${text} not null, customer_id ${text},
    what ${text} not null, from_at bigint, to_at bigint, reason ${text} not null, since bigint not null,
    tries integer not null, closed_at bigint)`.execute(db)
  await sql`create index gaps_open on gaps (connection_id, feed) where closed_at is null`.execute(db)

  await sql`create table horizons (
    connection_id ${text} not null, feed ${text} not null, newest bigint not null, delays ${text} not null,
    late integer not null, primary key (connection_id, feed))`.execute(db)

  await sql`alter table dead_letters add column connection_id ${text}`.execute(db)
  await sql`alter table dead_letters add column feed ${text}`.execute(db)
  await sql`alter table dead_letters add column customer_id ${text}`.execute(db)
}
