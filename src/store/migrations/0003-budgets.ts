import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** What was sent within a vendor's window, and who may send more, must outlive the process that sends. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')
  await sql`create table budgets (
    name ${text} primary key, connections ${text} not null, rule ${text} not null, holdings ${text} not null,
    mood ${text} not null, version bigint not null, updated_at bigint not null)`.execute(db)
}
