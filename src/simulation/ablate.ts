import { type Protections, allProtections } from '../pipeline/protections.ts'
import { type SimulationPlan, simulate } from './simulate.ts'
import { type Breach, breachOf } from './verdict.ts'

export type Protection = keyof Protections

export const protectionNames = Object.keys(allProtections) as Protection[] // the keys of a literal

/** What taking one protection away does. */
export interface Ablation {
  /** `none`: everything stands, which must break nothing. */
  off: Protection | 'none'
  /** Runs that were played. */
  runs: number
  /** The first run that broke, and what broke in it. */
  broke: { seed: number; breach: Breach } | undefined
}

/** Plays the same worlds with each protection taken away in turn, until one breaks or the seeds are used up. */
export async function* ablate(
  plan: Omit<SimulationPlan, 'seed' | 'protections'>,
  seeds: readonly number[],
  offs: readonly Ablation['off'][] = ['none', ...protectionNames],
): AsyncGenerator<Ablation> {
  for (const off of offs) {
    const protections = off === 'none' ? {} : { [off]: false }
    const result: Ablation = { off, runs: 0, broke: undefined }
    for (const seed of seeds) {
      result.runs++
      const breach = breachOf(await simulate({ ...plan, seed, protections }))
      if (breach === undefined) continue
      result.broke = { seed, breach }
      break
    }
    yield result
  }
}
