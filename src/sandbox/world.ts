import type { World, WorldCustomer, WorldHost } from '../connectors/world.ts'
import { between, pick, randomFrom } from '../domain/random.ts'
import { type AttackPlan, attacksOn } from './attacks.ts'
import { cities, firstNames, lastNames, places, roles, suffixes, trades } from './names.ts'
import { stories } from './stories/index.ts'
import type { Story } from './stories/story.ts'

export interface WorldPlan {
  seed: number
  customers: number
  /** Epoch ms. */
  start: number
  days: number
  /** On average; default 1. An attack is about three incidents of a managed detection service. */
  attacksPerCustomerDay?: number
  /** What can happen; default: everything there is. */
  stories?: readonly Story[]
  wave?: AttackPlan['wave']
}

/** The same plan always gives the same world. */
export function makeWorld(plan: WorldPlan): World {
  const random = randomFrom(plan.seed)
  const customers = Array.from({ length: plan.customers }, (_, i) => makeCustomer(i + 1, random))
  const happenings = customers
    .flatMap((customer) => attacksOn(customer, { stories, attacksPerCustomerDay: 1, ...plan }, random))
    .toSorted((a, b) => a.at - b.at || a.customer.number - b.customer.number)
    .map((happening, i) => ({ ...happening, number: i + 1 }))
  const technicians = [1, 2, 3].map((id) => {
    const [name, email] = [`${firstNames[id] ?? ''} ${lastNames[id] ?? ''}`, `tech${id}@msp.test`]
    return { id, name, email }
  })
  return {
    seed: plan.seed,
    start: plan.start,
    msp: 'Northwind Managed IT',
    customers,
    technicians,
    happenings,
  }
}

function makeCustomer(number: number, random: () => number): WorldCustomer {
  const i = number - 1
  // 17 and 40 share no factor: every place meets every trade before a name would come again.
  const place = places[(i * 17) % places.length] ?? 'Harbor'
  const trade = trades[Math.floor(i / places.length + i) % trades.length] ?? 'Dental'
  const round = Math.floor(i / (places.length * trades.length))
  const name = `${place} ${trade}${round > 0 ? ` ${round + 1}` : ''}${pick(random, suffixes)}`
  const domain = `${place}-${trade}${round > 0 ? round + 1 : ''}.example`.toLowerCase()
  const first = pick(random, firstNames)
  const last = pick(random, lastNames)
  const email = `${first}.${last}@${domain}`.toLowerCase()
  const contact = { first, last, email, phone: `614555${String(1000 + (i % 9000))}` }
  const hosts = Array.from({ length: between(random, 4, 12) }, (_, h) => makeHost(number, h, random))
  return { number, name, domain, city: pick(random, cities), contact, hosts }
}

function makeHost(customer: number, h: number, random: () => number): WorldHost {
  const user = `${pick(random, firstNames)}.${pick(random, lastNames)}`.toLowerCase()
  const server = random() < 0.25
  return {
    name: `${server ? pick(random, ['SRV', 'DC', 'FS']) : pick(random, roles)}-${String(customer).padStart(3, '0')}-${String(h + 1).padStart(2, '0')}`,
    ip: `10.${(customer >> 8) & 255}.${customer & 255}.${10 + h}`,
    mac: `02:00:${hex(customer >> 8)}:${hex(customer)}:00:${hex(h)}`,
    user,
    os: server
      ? {
          platform: 'Microsoft',
          family: 'Windows Server',
          version: '2022',
          edition: 'Standard',
          build: '20348',
        }
      : { platform: 'Microsoft', family: 'Windows', version: '11', edition: 'Pro', build: '22631' },
  }
}

function hex(n: number): string {
  return (n & 255).toString(16).padStart(2, '0')
}
