import { type Kysely, sql } from 'kysely'
import { engineOf } from '../engine.ts'

/** What an edge weighs, whose case a sighting is in, what a person put right, and which cases look related. */
export async function up(db: Kysely<any>): Promise<void> {
  const text = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text')
  await sql`alter table edges add column weight double precision not null default 0`.execute(db)
  await sql`alter table cases add column merged_into ${text}`.execute(db)
  await sql`alter table cases add column marks ${text} not null default '[]'`.execute(db)

  // Beside each sighting: to look for neighbours then touches no finding.
  await sql`alter table entities add column case_id ${text}`.execute(db)
  await sql`update entities set case_id = (select f.case_id from findings as f where f.id = entities.finding_id)`.execute(
    db,
  )

  await sql`create table corrections (
    id ${text} primary key, kind ${text} not null, case_id ${text} not null, other_id ${text} not null,
    moves ${text} not null, others ${text} not null, who ${text} not null, why ${text} not null, at bigint not null, undoes ${text},
    undone_by ${text})`.execute(db)
  await sql`create index corrections_of_case on corrections (case_id)`.execute(db)
  await sql`create index corrections_of_other on corrections (other_id)`.execute(db)
  await sql`create index corrections_newest on corrections (at, id)`.execute(db)

  await sql`create table suggestions (
    case_id ${text} not null, other_id ${text} not null, finding_id ${text} not null, reason ${text} not null,
    weight double precision not null, at bigint not null, primary key (case_id, other_id))`.execute(db)
  await sql`create index suggestions_of_other on suggestions (other_id)`.execute(db)
}
