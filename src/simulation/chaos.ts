import type { Connector } from '../connectors/connector.ts'
import { digest } from '../domain/id.ts'
import { between, randomFrom } from '../domain/random.ts'
import { type FaultRule, faultKinds } from '../sandbox/faults.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Fate } from './life.ts'

/** Everything that can go wrong in a run, by name; a run may have any of them. */
export const chaosKinds = [
  ...faultKinds,
  /** A vendor is gone altogether for a while. */
  'outage',
  /** A vendor refuses everybody with 429 for a while. */
  'storm',
  /** The hub's disk is full for a while. */
  'disk-full',
  /** The process dies at any await. */
  'death',
  /** The process stands still, another takes over, and then it goes on. */
  'suspension',
  /** The hub's clock is minutes off. */
  'skew',
  /** Vendors differ from what is written about them. */
  'quirks',
  /** Technicians work in the ticketing vendors. */
  'people',
] as const

export type Chaos = (typeof chaosKinds)[number]

/** How often each struck. */
export type Struck = Record<Chaos, number>

const minute = 60_000

/** Faults of single requests, all the time. Writes are hit harder: there the damage is done. */
const requestFaults: readonly FaultRule[] = [
  { kind: 'drop-after', method: 'POST', rate: 0.05 },
  { kind: 'status-after', method: 'POST', status: 502, rate: 0.05 },
  { kind: 'late', method: 'POST', delayMs: 50_000, rate: 0.02 },
  { kind: 'slow', method: 'POST', delayMs: 45_000, rate: 0.02 },
  { kind: 'html', method: 'POST', rate: 0.02 },
  { kind: 'truncate', method: 'POST', rate: 0.02 },
  { kind: 'drop', rate: 0.01 },
  { kind: 'drop-after', rate: 0.01 },
  { kind: 'status', status: 500, rate: 0.01 },
  { kind: 'status', status: 503, rate: 0.01 },
  { kind: 'status-after', status: 504, rate: 0.005 },
  { kind: 'html', rate: 0.005 },
  { kind: 'truncate', rate: 0.005 },
  { kind: 'slow', delayMs: 40_000, rate: 0.002 },
  { kind: 'throttle', rate: 0.005 },
  { kind: 'drift', method: 'GET', rate: 0.02 },
  { kind: 'resend', method: 'GET', rate: 0.08 },
  { kind: 'reorder', method: 'GET', rate: 0.02 },
]

export function rulesFor(chaos: ReadonlySet<Chaos>): FaultRule[] {
  return requestFaults.filter(({ kind }) => chaos.has(kind))
}

/** A generator of its own for each that draws: leaving one out changes nothing for the others. */
export function drawn(seed: number, who: string): () => number {
  return randomFrom((seed ^ Number.parseInt(digest(who).slice(0, 8), 16)) >>> 0)
}

/** A third of the switches stands otherwise than by default. Returns how many. */
export function setQuirks(sandbox: Sandbox, connectors: readonly Connector[], random: () => number): number {
  let count = 0
  for (const { contract } of connectors) {
    for (const [name, rule] of Object.entries(contract.switches)) {
      const values = rule.hostile ?? (rule.free === true ? [] : rule.values)
      const value = values[Math.floor(random() * values.length)]
      if (value === undefined || random() >= 1 / 3) continue
      sandbox.setSwitch(contract.vendor, name, value)
      count++
    }
  }
  return count
}

/** Most die after hours, some within the first few awaits: a crash loop must not lose anything either. */
export function fateOf(
  chaos: ReadonlySet<Chaos>,
  random: () => number,
  lifeAwaits?: readonly [number, number],
): Fate {
  const usual = random() < 0.3 ? ([1, 1_000] as const) : ([3_000, 40_000] as const)
  const [least, most] = lifeAwaits ?? usual
  const awaits = between(random, least, most)
  const suspends = random() < 0.3
  if (suspends && chaos.has('suspension')) return { awaits, ending: 'suspension' }
  return { awaits: chaos.has('death') ? awaits : Infinity, ending: 'death' }
}

/** Minutes off, either way, and the same for a whole life. */
export function skewOf(chaos: ReadonlySet<Chaos>, random: () => number): number {
  const skew = between(random, -5 * minute, 5 * minute)
  return chaos.has('skew') ? skew : 0
}
