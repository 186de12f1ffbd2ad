import type { Case } from '../domain/case.ts'
import { type Customer, foundedBy } from '../domain/tenant.ts'
import { customersOf } from '../store/customers.ts'
import type { Db } from '../store/store.ts'
import { createsOf } from '../store/ticket-changes.ts'
import type { Hub } from './hub.ts'
import type { Live } from './vendors.ts'

export interface Route {
  connectionId: string
  customerId: string
}

/**
 * Which ticketing customer stands for each tenant; the first ticketing connection that knows the tenant has it. Of
 * several there, one that is still listed before one that vanished, and the one that founded the tenant.
 */
export function routesOf(tx: Db, hub: Hub): Promise<Map<string, Route>> {
  const desks = hub.live.filter((one) => one.connector.desk !== undefined)
  return routesTo(tx, desks)
}

/** The same for boards. */
export function boardRoutesOf(tx: Db, hub: Hub): Promise<Map<string, Route>> {
  const boards = hub.live.filter((one) => one.connector.board !== undefined)
  return routesTo(tx, boards)
}

async function routesTo(tx: Db, connections: readonly Live[]): Promise<Map<string, Route>> {
  const routes = new Map<string, Route>()
  for (const live of connections) {
    const connectionId = live.connection.id
    for (const { tenantId, vendorId } of (await customersOf(tx, connectionId)).toSorted(byClaim)) {
      if (tenantId !== null && !routes.has(tenantId))
        routes.set(tenantId, { connectionId, customerId: vendorId })
    }
  }
  return routes
}

function byClaim(a: Customer, b: Customer): number {
  const claim = (one: Customer): number =>
    (one.missingSince === null ? 2 : 0) + (foundedBy(one) === one.tenantId ? 1 : 0)
  return claim(b) - claim(a) || (a.vendorId < b.vendorId ? -1 : 1)
}

/** A tenant may have lost its ticketing customer: what a ticket has begun to tell of, it goes on to tell. */
export async function routesFor(
  tx: Db,
  hub: Hub,
  cases: readonly Case[],
): Promise<(own: Case) => Route | undefined> {
  const routes = await routesOf(tx, hub)
  const homeless = cases.filter((own) => !routes.has(own.tenantId)).map((own) => own.id)
  const creates = homeless.length === 0 ? [] : await createsOf(tx, homeless)
  const raised = new Map(
    creates.flatMap(({ caseId, connectionId, payload }) =>
      payload.kind === 'create' ? [[caseId, { connectionId, customerId: payload.customerId }]] : [],
    ),
  )
  return (own) => routes.get(own.tenantId) ?? raised.get(own.id)
}
