import { customersOf } from '../store/customers.ts'
import type { Db } from '../store/store.ts'
import type { Hub } from './hub.ts'
import type { Live } from './vendors.ts'

export interface Route {
  connectionId: string
  customerId: string
}

/** Which ticketing customer stands for each tenant; the first ticketing connection that knows the tenant has it. */
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
    for (const { tenantId, vendorId } of await customersOf(tx, connectionId)) {
      if (tenantId !== null && !routes.has(tenantId))
        routes.set(tenantId, { connectionId, customerId: vendorId })
    }
  }
  return routes
}
