import { describe, expect, test } from 'vitest'

import type { Connector } from '../src/connectors/connector.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import { type SimulationPlan, simulate } from '../src/simulation/simulate.ts'
import plainVendor from './support/sixth-vendor/plain/index.ts'
import {
  cursorBeforeRows,
  customerEnteredLate,
  lookupSkipped,
  resendOn5xx,
  sweepSkipped,
} from './support/sabotage.ts'

/** The desk of whichever vendor holds tickets, behind the made-up vendor that mends nothing by itself. */
async function simpleLine(): Promise<Connector[]> {
  const desk = (await loadConnectors()).find((connector) => connector.desk !== undefined)
  return desk === undefined ? [plainVendor] : [plainVendor, desk]
}

/** Much happens in little time, and the process dies every few moments: it must be hit between two commits. */
const dense: Partial<SimulationPlan> = {
  customers: 4,
  days: 0.25,
  attacksPerCustomerDay: 40,
  lifeAwaits: [30, 300],
}

async function play(change: (connectors: Connector[]) => Connector[], more: Partial<SimulationPlan> = {}) {
  const total = { missed: 0, duplicated: 0, misfiled: 0, ambiguous: 0 }
  for (const seed of [11, 12]) {
    const connectors = change(await simpleLine())
    const plan = {
      customers: 6,
      days: 1,
      attacksPerCustomerDay: 6,
      faults: 'all' as const,
      wallNow: () => 0,
    }
    const result = await simulate({ connectors, seed, ...plan, ...more })
    total.missed += result.missed
    total.duplicated += result.duplicated
    total.misfiled += result.misfiled
    total.ambiguous += result.ambiguous
  }
  return total
}

describe('the score catches a planted bug', () => {
  test('and finds nothing where none is planted', async () => {
    const clean = await play((connectors) => connectors)
    expect(clean).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
    expect(clean.ambiguous).toBeGreaterThan(0)
  })

  test('cursor before rows: incidents are missed', async () => {
    const { missed } = await play((connectors) => connectors.map(cursorBeforeRows), dense)
    expect(missed).toBeGreaterThan(0)
  })

  test('rows and cursor together: none is missed, however often the process dies', async () => {
    const { missed } = await play((connectors) => connectors, dense)
    expect(missed).toBe(0)
  })

  test('look-up skipped: incidents have two tickets', async () => {
    const { duplicated } = await play((connectors) => connectors.map(lookupSkipped))
    expect(duplicated).toBeGreaterThan(0)
  })

  test('sent again on 5xx: incidents have two tickets', async () => {
    const { duplicated } = await play((connectors) => connectors.map(sweepSkipped), { between: resendOn5xx })
    expect(duplicated).toBeGreaterThan(0)
  })

  test('whoever is not known goes to the nearest name: incidents stand under another customer', async () => {
    const { misfiled } = await play((connectors) => connectors.map(customerEnteredLate), {
      protections: { quarantine: false },
    })
    expect(misfiled).toBeGreaterThan(0)
  })

  test('with quarantine they wait for their customer, and none is lost', async () => {
    const { missed, duplicated, misfiled } = await play((connectors) => connectors.map(customerEnteredLate))
    expect({ missed, duplicated, misfiled }).toEqual({ missed: 0, duplicated: 0, misfiled: 0 })
  })
})
