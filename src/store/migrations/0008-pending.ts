import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** What waits for the pipeline stands beside the records: to say that one was read no body is written again. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')
  await sql`create table pending (
    record_id ${text} primary key, head integer not null, first_seen_at bigint not null)`.execute(db)
  await sql`create index pending_in_order on pending (head, first_seen_at, record_id)`.execute(db)
  await sql`insert into pending (record_id, head, first_seen_at)
    select id, head, first_seen_at from records where pending = 1`.execute(db)
  await sql`drop index records_pending`.execute(db)
  await sql`alter table records drop column pending`.execute(db)
}
