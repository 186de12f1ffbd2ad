import type { Connector } from '../connectors/connector.ts'
import type { Protection } from '../pipeline/protections.ts'
import type { SimulationPlan } from './simulate.ts'

/** Small worlds, each made for one protection: what it is there for happens in them, and little else. */
export interface Trial {
  off: Protection
  /** What the protection does. */
  does: string
  /** What the world is like that needs it. */
  world: string
  /** By its switches the world says which vendors take part, besides the desk. */
  plan: Omit<SimulationPlan, 'connectors' | 'seed' | 'wallNow' | 'protections'>
}

const day = { customers: 2, days: 0.25, attacksPerCustomerDay: 24 }
/** Rows say whose they are: to ask for it would only take time here. */
const plain = { accountFields: 'present' }

export const trials: readonly Trial[] = [
  {
    off: 'overlap',
    does: 'reads again what is younger than rows may be late',
    world: 'a third of the rows is listed an hour late',
    plan: { ...day, customers: 1, faults: 'none', switches: { indexLagSeconds: '3600' } },
  },
  {
    off: 'secondWalk',
    does: 'walks a list again that moved meanwhile',
    // What is read once, at the first start: nothing comes back to it before half a day has passed.
    world: 'five days of past on small pages, and lists that move',
    plan: {
      customers: 1,
      days: 0.1,
      pastDays: 5,
      attacksPerCustomerDay: 12,
      faults: 'none',
      rules: [{ kind: 'drift', rate: 0.04 }],
      switches: { pageCap: '2' },
    },
  },
  {
    off: 'markerLookup',
    does: 'looks for its marker before a write is sent again',
    world: 'writes are carried out and their answers lost',
    plan: { ...day, faults: ['drop-after', 'status-after'], switches: plain },
  },
  {
    off: 'lease',
    does: 'lets one process at a time do a job, fenced',
    world: 'processes die or stand still, and others take over',
    plan: { ...day, faults: ['death', 'suspension'], lifeAwaits: [50, 1000], switches: plain },
  },
  {
    off: 'echoCheck',
    does: 'knows its own change when it comes back',
    world: 'technicians answer, resolve and reopen',
    plan: { ...day, faults: ['people'], switches: plain },
  },
  {
    off: 'quarantine',
    does: 'keeps apart what belongs to no known customer',
    world: 'the newest customer is entered at the desk hours late',
    plan: {
      ...day,
      customers: 4,
      attacksPerCustomerDay: 12,
      faults: 'none',
      switches: { ...plain, lastCustomer: '4' },
    },
  },
]

/** The desk, and the detection vendors that have one of the world's switches; all of them where none has. */
export function partakersOf(connectors: readonly Connector[], { plan }: Trial): Connector[] {
  const names = Object.keys(plan.switches ?? {})
  const detects = (one: Connector): boolean => one.feeds.some((feed) => feed.kind === 'findings')
  const fitting = connectors.filter(
    (one) => detects(one) && names.some((name) => Object.hasOwn(one.contract.switches, name)),
  )
  const detectors = fitting.length > 0 ? fitting : connectors.filter(detects)
  return connectors.filter((one) => one.desk !== undefined || detectors.includes(one))
}
