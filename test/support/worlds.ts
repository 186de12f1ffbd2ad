import { expect, test } from 'vitest'

import type { Connector } from '../../src/connectors/connector.ts'
import { loadConnectors } from '../../src/connectors/registry.ts'
import { simulate } from '../../src/simulation/simulate.ts'
import { breachOf } from '../../src/simulation/verdict.ts'

/** One detection vendor and the tickets: the shortest line there is, so that many worlds can be played. */
export async function shortLine(): Promise<Connector[]> {
  const line = ['rocketcyber', 'syncro']
  return (await loadConnectors()).filter(({ contract }) => line.includes(contract.vendor))
}

/** Half a day at three customers, then the quiet time; every fault and a third of the quirks. Seeds that once failed stay. */
export function playWorlds(seeds: readonly number[], vendors: () => Promise<Connector[]>): void {
  const sum = { ambiguous: 0, settledByLookup: 0 }

  test.each(seeds)('world %i: nothing missed, nothing doubled, nothing misfiled', async (seed) => {
    const plan = {
      customers: 3,
      days: 0.5,
      attacksPerCustomerDay: 4,
      faults: 'all' as const,
      wallNow: () => 0,
    }
    const result = await simulate({ connectors: await vendors(), seed, ...plan })
    sum.ambiguous += result.ambiguous
    sum.settledByLookup += result.settledByLookup
    expect(breachOf(result)).toBeUndefined()
    expect(result.incidents).toBeGreaterThan(0)
  })

  test('the worlds were hostile: writes became ambiguous and were settled by look-up', () => {
    expect(sum.ambiguous).toBeGreaterThan(0)
    expect(sum.settledByLookup).toBeGreaterThan(0)
  })
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
