import { sql } from 'kysely'
import type { Entity, EntityKind } from '../domain/entity.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among, listTable } from './lists.ts'

export interface EntityRow {
  tenant_id: string
  kind: EntityKind
  value: string
  finding_id: string
  time: number
  case_id: string | null
}

/** One Entity of one Finding, inside its Tenant, and the Case that the Finding is in. */
export interface Sighting extends Entity {
  tenantId: string
  findingId: string
  caseId: string
  time: number
}

/** A sighting that is there already follows its Finding into the Case that is named now. */
export async function putEntities(db: Db, sightings: readonly Sighting[]): Promise<void> {
  await insertMany(db, 'entities', sightings.map(toRow), { on: [...key], set: ['case_id'] })
}

/** What a Finding no longer tells of, or no longer at that time. */
export async function dropEntities(db: Db, sightings: readonly Omit<Sighting, 'caseId'>[]): Promise<void> {
  for (const row of sightings.map((one) => toRow({ ...one, caseId: '' }))) {
    let query = db.deleteFrom('entities')
    for (const column of key) query = query.where(column, '=', row[column])
    await query.execute()
  }
}

/** All that these findings tell of, at one tenant. */
export async function dropEntitiesOf(db: Db, tenantId: string, findingIds: readonly string[]): Promise<void> {
  const query = db.deleteFrom('entities').where('tenant_id', '=', tenantId)
  await query.where(among(db, 'finding_id', findingIds)).execute()
}

const key = ['tenant_id', 'kind', 'value', 'time', 'finding_id'] as const

function toRow({ tenantId, kind, value, findingId, caseId, time }: Sighting): EntityRow {
  return { tenant_id: tenantId, kind, value, finding_id: findingId, time, case_id: caseId }
}

/** An Entity of a Tenant, and the time within which it is of interest, epoch ms, both ends included. */
export interface Span extends Entity {
  tenantId: string
  from: number
  to: number
}

/** A sighting within the span of that index. */
export interface Neighbour {
  span: number
  caseId: string
  time: number
}

/** In which cases these entities were seen, and when; in no order. */
export async function neighbours(db: Db, spans: readonly Span[]): Promise<Neighbour[]> {
  if (spans.length === 0) return []
  // `cross join` makes SQLite begin with the list; PostgreSQL finds that by itself.
  const query = sql<Neighbour>`
    select cast(k.nth as integer) as span, e.case_id as "caseId", e.time
    from ${listOf(db, spans)}
    cross join entities as e
    where e.tenant_id = k.tenant_id and e.kind = k.kind and e.value = k.value
      and e.time between cast(k.low as bigint) and cast(k.high as bigint) and e.case_id is not null`
  return (await query.execute(db)).rows
}

/** More sightings do not make an entity more common. */
const mostCounted = 1000

/** In how many cases each of these entities was seen, by the span's index. */
export async function countCasesWith(
  db: Db,
  spans: readonly Span[],
): Promise<{ span: number; count: number }[]> {
  if (spans.length === 0) return []
  const query = sql<{ span: number; count: number }>`
    select cast(k.nth as integer) as span, (
      select count(distinct case_id) from (
        select e.case_id from entities as e
        where e.tenant_id = k.tenant_id and e.kind = k.kind and e.value = k.value
          and e.time between cast(k.low as bigint) and cast(k.high as bigint)
        order by e.time desc limit ${sql.lit(mostCounted)}) as s) as count
    from ${listOf(db, spans)}`
  return (await query.execute(db)).rows
}

function listOf(db: Db, spans: readonly Span[]) {
  const rows = spans.map(({ tenantId, kind, value, from, to }, nth) => [
    tenantId,
    kind,
    value,
    String(from),
    String(to),
    String(nth),
  ])
  return listTable(db, 'k', ['tenant_id', 'kind', 'value', 'low', 'high', 'nth'], rows)
}
