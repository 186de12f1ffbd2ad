import { chaosKinds } from './chaos.ts'
import { type SimulationPlan, simulate } from './simulate.ts'
import { type Breach, breachOf } from './verdict.ts'

export interface Shrunk {
  plan: SimulationPlan
  breach: Breach
  /** Runs that it took. */
  runs: number
}

interface ShrinkOptions {
  /** Gives up looking for something smaller after so many. */
  maxRuns?: number
  onStep?: (smaller: SimulationPlan, runs: number) => void
}

/**
 * The smallest run that still breaks: fewer days, customers, vendors, faults and attacks, each tried in turn until
 * nothing more can be left out. Undefined when the run as given does not break.
 */
export async function shrink(
  given: SimulationPlan,
  { maxRuns = 300, onStep }: ShrinkOptions = {},
): Promise<Shrunk | undefined> {
  const first = breachOf(await simulate(given))
  if (first === undefined) return undefined
  let best: Shrunk = { plan: { ...given, faults: faultsOf(given) }, breach: first, runs: 1 }
  for (let again = true; again;) {
    again = false
    for (const plan of smaller(best.plan)) {
      if (best.runs >= maxRuns) return best
      const breach = breachOf(await simulate(plan))
      best.runs++
      if (breach === undefined) continue
      best = { plan, breach, runs: best.runs }
      onStep?.(plan, best.runs)
      again = true
      break
    }
  }
  return best
}

function faultsOf({ faults }: SimulationPlan): Exclude<SimulationPlan['faults'], string> {
  return faults === 'all' ? chaosKinds : faults === 'none' ? [] : faults
}

/** Large cuts first. */
function* smaller(plan: SimulationPlan): Generator<SimulationPlan> {
  const { days, customers, connectors, attacksPerCustomerDay: attacks } = plan
  if (days > 0.1) yield { ...plan, days: Math.max(0.1, round(days / 2)) }
  if (customers > 1) yield { ...plan, customers: Math.ceil(customers / 2) }
  if (customers > 2) yield { ...plan, customers: customers - 1 }
  for (const one of connectors) {
    const others = connectors.filter((other) => other !== one)
    // Without a desk there is nothing to judge.
    if (others.some(({ desk }) => desk !== undefined)) yield { ...plan, connectors: others }
  }
  const faults = faultsOf(plan)
  if (faults.length > 3) {
    const half = Math.ceil(faults.length / 2)
    yield { ...plan, faults: faults.slice(0, half) }
    yield { ...plan, faults: faults.slice(half) }
  }
  for (const one of faults) yield { ...plan, faults: faults.filter((other) => other !== one) }
  if (attacks !== undefined && attacks > 1)
    yield { ...plan, attacksPerCustomerDay: Math.max(1, round(attacks / 2)) }
}

function round(number: number): number {
  return Math.round(number * 100) / 100
}
