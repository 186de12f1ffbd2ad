import type { Happening, World, WorldCustomer, WorldHost } from '../connectors/world.ts'
import { digest } from '../domain/id.ts'
import { between, pick, randomFrom } from '../domain/random.ts'
import { cities, firstNames, lastNames, places, roles, suffixes, trades } from './names.ts'
import { type Story, stories } from './stories.ts'

export interface WorldPlan {
  seed: number
  customers: number
  /** Epoch ms. */
  start: number
  days: number
  /** On average; default 2. */
  attacksPerCustomerDay?: number
}

const minute = 60_000
const day = 86_400_000

/** The same plan always gives the same world. */
export function makeWorld(plan: WorldPlan): World {
  const random = randomFrom(plan.seed)
  const customers = Array.from({ length: plan.customers }, (_, i) => makeCustomer(i + 1, random))
  const happenings = customers
    .flatMap((customer) => attacksOn(customer, plan, random))
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

function attacksOn(customer: WorldCustomer, plan: WorldPlan, random: () => number): Happening[] {
  const mean = day / (plan.attacksPerCustomerDay ?? 2)
  const end = plan.start + plan.days * day
  const out: Happening[] = []
  // Exponential gaps make a Poisson process: attacks cluster as they do in life.
  for (let at = plan.start + gap(mean, random); at < end; at += gap(mean, random)) {
    out.push(...attack(customer, at, out.length, random))
  }
  return out
}

function gap(mean: number, random: () => number): number {
  return Math.max(1000, Math.round(-Math.log(1 - random()) * mean))
}

function attack(customer: WorldCustomer, start: number, n: number, random: () => number): Happening[] {
  const story: Story = pick(random, stories)
  const host = customer.hosts[between(random, 0, customer.hosts.length - 1)]
  if (host === undefined) return []
  const id = `${customer.number}-${n + 1}-${story.name}`
  const steps = story.steps.slice(0, between(random, 1, story.steps.length))
  const hash = digest(id)
  const ip = `203.0.113.${between(random, 1, 254)}`
  const fill = (text: string): string =>
    text
      .replaceAll('{host}', host.name)
      .replaceAll('{user}', host.user)
      .replaceAll('{ip}', ip)
      .replaceAll('{hash}', hash)
  let at = start
  return steps.map((step, i) => {
    if (i > 0) at += between(random, 1, 20) * minute
    const shownAt = at + showDelay(random)
    const resolvedAt = random() < 0.4 ? shownAt + between(random, 30, 2880) * minute : null
    return {
      number: 0,
      at,
      shownAt,
      resolvedAt,
      customer,
      host,
      attack: id,
      story: story.name,
      detector: step.detector,
      title: fill(step.title),
      description: `${fill(step.text)}\r\nHostname: ${host.name}`,
      remediation: fill(step.remediation),
      severity: story.severity,
    }
  })
}

/** Analysts look before they publish: mostly a minute, sometimes half an hour. */
function showDelay(random: () => number): number {
  const slow = random() < 0.05
  return (slow ? between(random, 600, 2400) : between(random, 5, 180)) * 1000
}
