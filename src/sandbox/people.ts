import type { Deed, DeskPeople, DeskWork } from '../connectors/sandbox-vendor.ts'
import type { World } from '../connectors/world.ts'
import { digest } from '../domain/id.ts'
import { pick, randomFrom } from '../domain/random.ts'
import { type Habit, answers, solutions } from './habits.ts'

const minute = 60_000
const hour = 60 * minute
/** Nobody looks at the queue more often. */
const lookEvery = 10 * minute

export interface LoggedDeed {
  vendor: string
  at: number
  ticketId: string
  deed: Deed
  /** What the ticket said before it was deleted or merged; empty for any other deed. */
  text: string
}

/** A ticketing vendor at which they work. */
export interface Desk {
  vendor: string
  people: DeskPeople
  /** Subject and comments of a ticket. */
  textOf(ticketId: string): string
}

interface Intent {
  at: number
  desk: Desk
  ticketId: string
  kind: Deed['kind']
  random: () => number
}

/**
 * The provider's technicians. What each ticket meets is drawn once, from the world's seed and the ticket's id, when
 * they first see it. What they have done stands in the log: it was on purpose, and the score honours it.
 */
export class People {
  readonly log: LoggedDeed[] = []
  readonly #world: World
  readonly #desks: readonly Desk[]
  readonly #habits: readonly Habit[]
  readonly #seen = new Set<string>()
  #intents: Intent[] = []
  #nextLook = 0

  constructor(world: World, desks: readonly Desk[], habits: readonly Habit[]) {
    this.#world = world
    this.#desks = desks
    this.#habits = habits
  }

  /** Cheap between two looks: one comparison. */
  advance(now: number): void {
    if (now < this.#nextLook) return
    this.#nextLook = now + lookEvery
    for (const desk of this.#desks) this.#look(desk)
    const due = this.#intents.filter(({ at }) => at <= now)
    if (due.length === 0) return
    this.#intents = this.#intents.filter(({ at }) => at > now)
    for (const intent of due.toSorted((a, b) => a.at - b.at)) this.#carryOut(intent, now)
  }

  /** From now on nobody works; what they meant to do stays undone. */
  goHome(): void {
    this.#intents = []
    this.#nextLook = Infinity
  }

  #look(desk: Desk): void {
    for (const work of this.#newest(desk)) {
      const name = `${desk.vendor}/${work.id}`
      this.#seen.add(name)
      this.#plan(
        desk,
        work,
        randomFrom(Number.parseInt(digest(`${this.#world.seed} ${name}`).slice(0, 8), 16)),
      )
    }
  }

  /** The oldest come first: what nobody has seen stands behind all that somebody has. */
  #newest(desk: Desk): DeskWork[] {
    const works = desk.people.tickets()
    return works.slice(1 + works.findLastIndex(({ id }) => this.#seen.has(`${desk.vendor}/${id}`)))
  }

  #plan(desk: Desk, work: DeskWork, random: () => number): void {
    for (const { kind, share, hours } of this.#habits) {
      const [chance, wait] = [random(), spread(hours, random)]
      const intent = { at: work.createdAt + wait, desk, ticketId: work.id, kind, random }
      if (kind !== 'reopen' && chance < share) this.#intents.push(intent)
    }
  }

  #carryOut({ desk, ticketId, kind, random }: Intent, at: number): void {
    const deed = this.#deedFor(kind, desk, ticketId, random)
    if (deed === undefined) return
    const text = kind === 'delete' || kind === 'merge' ? desk.textOf(ticketId) : ''
    if (!desk.people.act(ticketId, deed)) return
    this.log.push({ vendor: desk.vendor, at, ticketId, deed, text })
    const again = this.#habits.find((habit) => habit.kind === 'reopen')
    if (kind === 'resolve' && again !== undefined && random() < again.share)
      this.#intents.push({ at: at + spread(again.hours, random), desk, ticketId, kind: 'reopen', random })
  }

  #deedFor(kind: Deed['kind'], desk: Desk, ticketId: string, random: () => number): Deed | undefined {
    const [first, ...others] = this.#world.technicians
    if (first === undefined) return undefined
    const by = pick(random, [first, ...others]).email
    switch (kind) {
      case 'answer':
        return { kind, by, text: pick(random, answers), hidden: random() < 0.5 }
      case 'resolve':
        return { kind, by, text: pick(random, solutions) }
      case 'prioritise': {
        const [urgent, ...rest] = desk.people.priorities()
        return urgent === undefined ? undefined : { kind, by, priority: pick(random, [urgent, ...rest]) }
      }
      case 'merge': {
        const into = survivorFor(desk, ticketId)
        return into === undefined ? undefined : { kind, by, into }
      }
      case 'move': {
        const { customers } = this.#world
        const customer = customers[Math.floor(random() * customers.length)]
        return customer && { kind, by, customerName: customer.name }
      }
      default:
        return { kind, by }
    }
  }
}

/** The newest open ticket of the customer that is older. */
function survivorFor({ people }: Desk, ticketId: string): string | undefined {
  const all = people.tickets()
  const at = all.findIndex(({ id }) => id === ticketId)
  const customer = all[at]?.customerName
  return all.slice(0, Math.max(0, at)).findLast((one) => !one.closed && one.customerName === customer)?.id
}

function spread([least, most]: readonly [number, number], random: () => number): number {
  return Math.round((least + random() * (most - least)) * hour)
}
