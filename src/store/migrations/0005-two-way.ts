import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** Two-way tickets: what the desk showed last, what was agreed, what people said and decided, and each customer's rules. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')
  for (const column of ['gone', 'seen', 'agreed'])
    await sql`alter table tickets add column ${sql.ref(column)} ${text}`.execute(db)
  await sql`create index tickets_folded on tickets (folded_into) where folded_into is not null`.execute(db)

  // One request in flight per case and connection: a slow vendor of findings must not hold up the ticket.
  await sql`drop index changes_sending`.execute(db)
  await sql`create unique index changes_sending on ticket_changes (case_id, connection_id) where state = 'sending'`.execute(
    db,
  )

  await sql`create table case_comments (
    id ${text} primary key, case_id ${text} not null, source ${text} not null, connection_id ${text}, vendor_id ${text},
    author ${text} not null, body ${text} not null, at bigint not null)`.execute(db)
  await sql`create index comments_of_case on case_comments (case_id, at, id)`.execute(db)

  await sql`create table case_decisions (
    case_id ${text} primary key, status ${text} not null, who ${text} not null, reason ${text} not null,
    at bigint not null)`.execute(db)

  await sql`create table policies (
    tenant_id ${text} primary key, rules ${text} not null, updated_at bigint not null)`.execute(db)
}
