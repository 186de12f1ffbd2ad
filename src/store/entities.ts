import { sql } from 'kysely'
import type { Entity, EntityKind } from '../domain/entity.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { listTable } from './lists.ts'

export interface EntityRow {
  tenant_id: string
  kind: EntityKind
  value: string
  finding_id: string
  time: number
}

/** One Entity of one Finding, inside its Tenant. */
export interface Sighting extends Entity {
  tenantId: string
  findingId: string
  time: number
}

/** A sighting whose Finding is in a Case. */
export interface Neighbour extends Sighting {
  caseId: string
}

export async function putEntities(db: Db, sightings: Sighting[]): Promise<void> {
  const rows = sightings.map(toRow)
  await insertMany(db, 'entities', rows, { on: [...key], set: [] })
}

/** What a Finding no longer tells of, or no longer at that time. */
export async function dropEntities(db: Db, sightings: Sighting[]): Promise<void> {
  for (const row of sightings.map(toRow)) {
    let query = db.deleteFrom('entities')
    for (const column of key) query = query.where(column, '=', row[column])
    await query.execute()
  }
}

const key = ['tenant_id', 'kind', 'value', 'time', 'finding_id'] as const

function toRow({ tenantId, kind, value, findingId, time }: Sighting): EntityRow {
  return { tenant_id: tenantId, kind, value, finding_id: findingId, time }
}

/** An Entity of a Tenant, and the time around which it is of interest. */
export interface Around extends Entity {
  tenantId: string
  time: number
  /** How far from it, ms, both ends included. */
  reach: number
}

/** Who shares these entities within reach of their times. */
export async function neighbours(db: Db, keys: readonly Around[]): Promise<Neighbour[]> {
  if (keys.length === 0) return []
  const rows = keys.map(({ tenantId, kind, value, time, reach }) => [
    tenantId,
    kind,
    value,
    String(time - reach),
    String(time + reach),
  ])
  const list = listTable(db, 'k', ['tenant_id', 'kind', 'value', 'low', 'high'], rows)
  // `cross join` makes SQLite begin with the list; PostgreSQL finds that by itself.
  const query = sql<Neighbour>`
    select distinct e.tenant_id as "tenantId", e.kind, e.value, e.finding_id as "findingId", f.case_id as "caseId", e.time
    from ${list}
    cross join entities as e
    cross join findings as f
    where e.tenant_id = k.tenant_id and e.kind = k.kind and e.value = k.value
      and e.time between cast(k.low as bigint) and cast(k.high as bigint)
      and f.id = e.finding_id and f.case_id is not null
    order by e.time, e.finding_id, e.kind, e.value`
  return (await query.execute(db)).rows
}
