import { digest } from '../../domain/id.ts'
import type { World, WorldCustomer } from '../world.ts'
import type { Plan } from './keys.ts'

/** A tenant of CyberVault is one customer. The first few of the world have one. */
export interface Tenant {
  id: string
  plan: Plan
  customer: WorldCustomer
}

const plans: readonly Plan[] = ['starter', 'professional', 'enterprise', 'starter']

/** By the customer's number. The first has the id that the document prints. */
export function tenantsOf(world: World): Map<number, Tenant> {
  const customers = world.customers.slice(0, plans.length)
  return new Map(
    customers.map((customer, i) => {
      const id =
        customer.number === 1
          ? 'tv_9a8b7c6d5e4f'
          : `tv_${digest(`tenant ${world.seed} ${customer.number}`).slice(0, 12)}`
      return [customer.number, { id, plan: plans[i] ?? 'starter', customer }]
    }),
  )
}
