import type { Connector } from '../connectors/connector.ts'
import { simulate } from './simulate.ts'
import { type Trial, partakersOf } from './trials.ts'
import { type Breach, breachOf } from './verdict.ts'

/** What taking one protection away does. */
export interface Ablation extends Pick<Trial, 'off' | 'does' | 'world'> {
  /** Worlds that were played, each once without the protection and once with all of them. */
  worlds: number
  /** The first world that broke without it, and what broke; undefined when none did. */
  without: Broken | undefined
  /** The first world that broke with all of them, which none may. */
  control: Broken | undefined
}

export interface Broken {
  seed: number
  breach: Breach
}

/** What is asked of every protection: without it something breaks, and with all of them nothing does. */
export function isNeeded({ without, control }: Ablation): boolean {
  return without !== undefined && control === undefined
}

/** Plays the protection's world, seed after seed, until it breaks without it. */
export async function ablate(
  connectors: readonly Connector[],
  trial: Trial,
  seeds: readonly number[],
  wallNow: () => number = () => 0,
): Promise<Ablation> {
  const { off, does, world, plan } = trial
  const partakers = partakersOf(connectors, trial)
  const result: Ablation = { off, does, world, worlds: 0, without: undefined, control: undefined }
  for (const seed of seeds) {
    const play = async (protections: Partial<Record<typeof off, boolean>>): Promise<Broken | undefined> => {
      const breach = breachOf(await simulate({ ...plan, connectors: partakers, seed, wallNow, protections }))
      return breach && { seed, breach }
    }
    result.worlds++
    result.control ??= await play({})
    result.without = await play({ [off]: false })
    if (result.without !== undefined) break
  }
  return result
}
