import { customersOf } from '../store/customers.ts'
import type { Db } from '../store/store.ts'
import type { Hub } from './hub.ts'

export interface Route {
  connectionId: string
  customerId: string
}

/** Which ticketing customer stands for each tenant; the first ticketing connection that knows the tenant has it. */
export async function routesOf(tx: Db, hub: Hub): Promise<Map<string, Route>> {
  const routes = new Map<string, Route>()
  for (const live of hub.live.filter((one) => one.connector.desk !== undefined)) {
    const connectionId = live.connection.id
    for (const { tenantId, vendorId } of await customersOf(tx, connectionId)) {
      if (tenantId !== null && !routes.has(tenantId))
        routes.set(tenantId, { connectionId, customerId: vendorId })
    }
  }
  return routes
}
