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
  const rows = sightings.map(({ tenantId, kind, value, findingId, time }) => ({
    tenant_id: tenantId,
    kind,
    value,
    finding_id: findingId,
    time,
  }))
  await insertMany(db, 'entities', rows, { on: ['tenant_id', 'kind', 'value', 'finding_id'], set: ['time'] })
}

/** Who shares these entities between two times, both included. */
export async function neighbours(
  db: Db,
  keys: (Entity & { tenantId: string })[],
  from: number,
  to: number,
): Promise<Neighbour[]> {
  if (keys.length === 0) return []
  const distinct = new Map(
    keys.map((key) => [
      JSON.stringify([key.tenantId, key.kind, key.value]),
      [key.tenantId, key.kind, key.value],
    ]),
  )
  const list = listTable(db, 'k', ['tenant_id', 'kind', 'value'], [...distinct.values()])
  // `cross join` makes SQLite begin with the list; PostgreSQL finds that by itself.
  const query = sql<Neighbour>`
    select e.tenant_id as "tenantId", e.kind, e.value, e.finding_id as "findingId", f.case_id as "caseId", e.time
    from ${list}
    cross join entities as e
    cross join findings as f
    where e.tenant_id = k.tenant_id and e.kind = k.kind and e.value = k.value
      and e.time between ${from} and ${to}
      and f.id = e.finding_id and f.case_id is not null
    order by e.time, e.finding_id, e.kind, e.value`
  return (await query.execute(db)).rows
}
