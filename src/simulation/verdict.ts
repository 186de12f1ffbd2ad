import type { SimulationResult } from './simulate.ts'

/** What must be 0 in every run, whatever went wrong in it. */
export const mustBeZero = [
  'missed',
  'duplicated',
  'misfiled',
  'lostComments',
  'echoes',
  'unsettled',
] as const satisfies (keyof SimulationResult)[]

export type Breach = Partial<Record<(typeof mustBeZero)[number], number>>

/** What is not 0 and should be; undefined of a clean run. */
export function breachOf(result: SimulationResult): Breach | undefined {
  const broken = mustBeZero.flatMap((name) => (result[name] > 0 ? [[name, result[name]] as const] : []))
  return broken.length === 0 ? undefined : Object.fromEntries(broken)
}
