import { sql } from 'kysely'
import type { Trace, TraceKind } from '../domain/trace.ts'
import type { CustomerKey } from '../domain/tenant.ts'
import { keyTable } from './customers.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface TraceRow {
  kind: TraceKind
  value: string
  connection_id: string
  customer_id: string
}

export async function putTraces(db: Db, traces: readonly Trace[]): Promise<void> {
  await insertMany(
    db,
    'customer_traces',
    traces.map(({ kind, value, connectionId, vendorId }) => ({
      kind,
      value,
      connection_id: connectionId,
      customer_id: vendorId,
    })),
    { on: ['kind', 'value', 'connection_id', 'customer_id'], set: [] },
  )
}

/** All that is known of these customers, and of others only what they share with them. */
export async function tracesAround(db: Db, keys: readonly CustomerKey[]): Promise<Trace[]> {
  const own = keyTable(db, 'k', keys)
  const { rows } = await sql<Trace>`
    select distinct t.kind, t.value, t.connection_id as "connectionId", t.customer_id as "vendorId"
    from ${own}
    cross join customer_traces as mine
    cross join customer_traces as t
    where mine.connection_id = k.connection_id and mine.customer_id = k.customer_id
      and t.kind = mine.kind and t.value = mine.value
    order by t.kind, t.value, t.connection_id, t.customer_id`.execute(db)
  return rows
}

/** How many devices each customer shows. */
export async function countHosts(db: Db): Promise<(CustomerKey & { count: number })[]> {
  const query = db
    .selectFrom('customer_traces')
    .where('kind', '=', 'host')
    .groupBy(['connection_id', 'customer_id'])
  return query
    .select(['connection_id as connectionId', 'customer_id as vendorId'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .orderBy('connection_id')
    .orderBy('customer_id')
    .execute()
}
