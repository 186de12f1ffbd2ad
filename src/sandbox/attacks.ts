import type { Happening, Sensor, Telling, WorldCustomer, WorldHost } from '../connectors/world.ts'
import { digest } from '../domain/id.ts'
import { between } from '../domain/random.ts'
import type { Step, Story, Words } from './stories/story.ts'

/** What happens to one customer: stories at random times, and sometimes two at once. */

export interface AttackPlan {
  start: number
  days: number
  attacksPerCustomerDay: number
  stories: readonly Story[]
  /** One story for some of the customers, at a time of its own. */
  wave?: { story: Story; share: number; from: number; to: number }
}

type Random = () => number

const minute = 60_000
const day = 86_400_000
/** Share of the attacks that meet another one at the same customer. */
const coincidences = 0.06
/** Of them: on the same device. By chance alone it would be one in eight. */
const sameDevice = 0.15
/** Share of the steps that a sensor does not notice. */
const blind: Record<Sensor, number> = { soc: 0.06, siem: 0.15, endpoint: 0.1 }
/** Seconds until a sensor shows a step: mostly, and now and then. */
const delays: Record<Sensor, { usual: [number, number]; slow: [number, number] }> = {
  soc: { usual: [5, 180], slow: [600, 2400] },
  siem: { usual: [30, 600], slow: [900, 2700] },
  endpoint: { usual: [1, 30], slow: [60, 600] },
}

/** In order of their beginning; nothing of an attack takes place after the plan's end. */
export function attacksOn(customer: WorldCustomer, plan: AttackPlan, random: Random): Happening[] {
  const mean = day / plan.attacksPerCustomerDay
  const end = plan.start + plan.days * day
  const out: Happening[][] = []
  const addresses = new Addresses()
  const begin = (at: number, place: Place = {}): WorldHost | undefined => {
    const story = pickStory(plan.stories, random)
    const attack = new Attack(customer, { story, n: out.length + 1, addresses, ...place }, random)
    out.push(attack.play(at).filter((one) => one.at < end))
    return attack.host
  }
  // Exponential gaps make a Poisson process: attacks cluster as they do in life.
  for (let at = plan.start + gap(mean, random); at < end; at += gap(mean, random)) {
    const host = begin(at)
    if (random() < coincidences)
      begin(at + between(random, 0, 30) * minute, random() < sameDevice ? { on: host } : { not: host })
  }
  const { wave } = plan
  if (wave !== undefined && random() < wave.share) {
    const at = between(random, wave.from, wave.to)
    const parts = { story: wave.story, n: out.length + 1, addresses }
    out.push(new Attack(customer, parts, random).play(at).filter((one) => one.at < end))
  }
  return out.flat()
}

function gap(mean: number, random: Random): number {
  return Math.max(1000, Math.round(-Math.log(1 - random()) * mean))
}

function pickStory(stories: readonly Story[], random: Random): Story {
  let left = random() * stories.reduce((sum, one) => sum + one.weight, 0)
  const found = stories.find((one) => (left -= one.weight) < 0) ?? stories.at(-1)
  if (found === undefined) throw new Error('a world needs a story')
  return found
}

/** Where an attack begins; anywhere if it is not said. */
interface Place {
  on?: WorldHost | undefined
  not?: WorldHost | undefined
}

interface Parts extends Place {
  story: Story
  n: number
  addresses: Addresses
}

/** Of the attackers on one customer: two who have nothing to do with each other do not come from one address. */
class Addresses {
  readonly #recent = new Set<number>()

  next(random: Random): string {
    let last = between(random, 1, 254)
    while (this.#recent.has(last)) last = (last % 254) + 1
    this.#recent.add(last)
    const [oldest = last] = this.#recent
    if (this.#recent.size > 200) this.#recent.delete(oldest)
    return `203.0.113.${last}`
  }
}

/** One story as it goes at one customer: its devices, its user, its tools. */
class Attack {
  host: WorldHost | undefined
  readonly #customer: WorldCustomer
  readonly #story: Story
  readonly #random: Random
  readonly #id: string
  readonly #user: string
  readonly #values: Record<string, string>
  readonly #reached = new Set<WorldHost | undefined>()

  constructor(customer: WorldCustomer, { story, n, addresses, on, not }: Parts, random: Random) {
    this.#customer = customer
    this.#story = story
    this.#random = random
    const hosts = customer.hosts.filter((host) => host !== not)
    this.host = on ?? hosts[between(random, 0, hosts.length - 1)]
    this.#reached.add(this.host)
    const scanner = between(random, 1, 2)
    const own = { tool: 'noise-rmm', scanner: `noise-scanner-${scanner}` }
    this.#id = `${customer.number}-${story.source === undefined ? `${n}-${story.name}` : own[story.source]}`
    const ip = addresses.next(random)
    this.#user = story.source === 'tool' ? 'svc-rmm' : (this.host?.user ?? '')
    const { domain } = customer
    this.#values = {
      dc: controllerOf(customer),
      user: this.#user,
      mail: `${this.#user}@${domain}`,
      account: `${(domain.split('-')[0] ?? domain).toUpperCase()}\\${this.#user}`,
      ip: story.source === 'scanner' ? `198.51.100.${((customer.number * 2 + scanner) % 250) + 1}` : ip,
      hash: digest(this.#id),
      domain: `${digest(`domain ${this.#id}`).slice(0, 10)}.example`,
    }
  }

  play(start: number): Happening[] {
    const { steps, least = steps.length } = this.#story
    let at = start
    return steps.slice(0, between(this.#random, least, steps.length)).flatMap((step, i) => {
      at += Math.round((step.after[0] + this.#random() * (step.after[1] - step.after[0])) * minute)
      const host = this.#reach(step)
      return host === undefined ? [] : [this.#happen(step, host, { at, i })]
    })
  }

  /** A customer may have no device left that the attack has not reached. */
  #reach({ on }: Step): WorldHost | undefined {
    const { hosts } = this.#customer
    const fresh = on === 'next' ? hosts.filter((host) => !this.#reached.has(host)) : hosts
    if (on !== undefined && fresh.length > 0) this.host = fresh[between(this.#random, 0, fresh.length - 1)]
    this.#reached.add(this.host)
    return this.host
  }

  #happen(step: Step, host: WorldHost, { at, i }: { at: number; i: number }): Happening {
    const { name, source, falseAlarm } = this.#story
    const told = this.#tellings(step, host, at)
    const [first] = Object.values(told)
    if (first === undefined) throw new Error(`a step of ${name} is told by nobody`)
    return {
      ...first,
      number: 0,
      at,
      customer: this.#customer,
      host: host.user === this.#user ? host : { ...host, user: this.#user },
      // A single line of noise is nobody's attack: it stands for itself.
      attack: name === 'noise' && source === undefined ? `${this.#id}-${i + 1}` : this.#id,
      story: name,
      ...(step.activity && { activity: step.activity }),
      ...(falseAlarm === true && { falseAlarm }),
      told,
    }
  }

  /** What nobody noticed is told by the first who could have. */
  #tellings(step: Step, host: WorldHost, at: number): Partial<Record<Sensor, Telling>> {
    const able = (['soc', 'siem', 'endpoint'] as const).filter((sensor) => step[sensor] !== undefined)
    const awake = able.filter((sensor) => this.#random() >= blind[sensor])
    const tellers = awake.length > 0 ? awake : able.slice(0, 1)
    return Object.fromEntries(
      tellers.map((sensor) => {
        const words = step[sensor]
        return [sensor, words && this.#tell(words, host, { sensor, at, severity: step.severity })]
      }),
    )
  }

  #tell(
    { detector, title, text, remediation = '' }: Words,
    host: WorldHost,
    { sensor, at, severity }: { sensor: Sensor; at: number; severity: Step['severity'] },
  ): Telling {
    const values: Record<string, string> = {
      ...this.#values,
      host: host.name,
      fqdn: `${host.name}.${this.#customer.domain}`.toLowerCase(),
    }
    const fill = (pattern: string): string =>
      pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    const shownAt = at + delayOf(sensor, this.#random)
    const named = sensor === 'soc' && /\{host\}/.test(`${title}${text}`)
    return {
      shownAt,
      resolvedAt: this.#resolvedAfter(shownAt),
      detector,
      title: fill(title),
      description: `${fill(text)}${named ? `\r\nHostname: ${host.name}` : ''}`,
      remediation: fill(remediation),
      severity: severity ?? this.#story.severity,
    }
  }

  #resolvedAfter(shownAt: number): number | null {
    const { falseAlarm } = this.#story
    const [share, least, most] = falseAlarm === true ? [1, 10, 180] : [0.4, 30, 2880]
    return this.#random() < share ? shownAt + between(this.#random, least, most) * minute : null
  }
}

function delayOf(sensor: Sensor, random: Random): number {
  const { usual, slow } = delays[sensor]
  return between(random, ...(random() < 0.05 ? slow : usual)) * 1000
}

/** Its domain controller, or whichever device stands first. */
function controllerOf({ hosts }: WorldCustomer): string {
  return (hosts.find(({ name }) => name.startsWith('DC')) ?? hosts[0])?.name ?? ''
}
