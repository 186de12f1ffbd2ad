// What doctor says of drift can be believed: none against the sandbox as it is, and each one that is planted is told.
import { describe, expect, test } from 'vitest'

import { type Drift, Answers } from '../contract/drift.ts'
import { isObject } from '../contract/errors.ts'
import type { Fetch } from '../domain/outside.ts'
import { makeWorld } from '../sandbox/world.ts'
import type { Connector } from './connector.ts'
import { loadConnectors } from './registry.ts'
import { openPair } from './testing.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000

interface Told extends Drift {
  op: string
}

/** What the probes' answers are told to differ in, when each object in them is changed on its way. */
async function driftOf(connector: Connector, change?: (row: Record<string, unknown>) => void) {
  const world = makeWorld({ seed: 11, customers: 4, start, days: 3 })
  const switches: Record<string, string> =
    'rateLimit' in connector.contract.switches ? { rateLimit: '0' } : {}
  const between = (fetch: Fetch): Fetch =>
    change === undefined ? fetch : async (url, init) => changed(await fetch(url, init), change)
  const { client } = openPair(connector, { world, now: start + 8 * day, switches, between })
  const answers = new Answers()
  client.onRead = answers.take
  for (const probe of connector.probes) await probe.run(client)
  const told = answers.drift().flatMap(({ op, drift }) => drift.map((one): Told => ({ op: op.id, ...one })))
  return { told, answers }
}

async function changed(
  answer: Awaited<ReturnType<Fetch>>,
  change: (row: Record<string, unknown>) => void,
): ReturnType<Fetch> {
  const text = await answer.text()
  const seen = /^\s*[[{]/.test(text) ? JSON.stringify(JSON.parse(text, reviver(change))) : text
  return { ...answer, text: () => Promise.resolve(seen) }
}

function reviver(change: (row: Record<string, unknown>) => void): (key: string, value: unknown) => unknown {
  return (_key, value) => {
    if (isObject(value)) change(value)
    return value
  }
}

describe.each((await loadConnectors()).map((one) => [one.contract.vendor, one] as const))(
  '%s',
  (_vendor, connector) => {
    test('the sandbox shows no drift', async () => {
      const { told, answers } = await driftOf(connector)
      expect(told).toEqual([])
      expect(answers.operations).toBeGreaterThan(5)
      expect(answers.rows).toBeGreaterThan(10)
    })

    test('a field that nobody has published is told for every operation that sends rows of known fields', async () => {
      const { told } = await driftOf(connector, (row) => (row['planted_field'] = 1))
      expect(told.filter((one) => one.path === 'planted_field').length).toBeGreaterThan(3)
      expect(told.filter((one) => one.kind === 'lacking' && !one.path.endsWith('planted_field'))).toEqual([])
    })

    test('a field that is sent no more is told', async () => {
      const key = await fieldToLose(connector)
      const { told } = await driftOf(connector, (row) => delete row[key])
      expect(told.filter((one) => one.kind === 'missing').map((one) => one.path)).toContain(key)
    })
  },
)

/** A field that the vendor's rows have today and can do without: some time at which something was made or changed. */
async function fieldToLose(connector: Connector): Promise<string> {
  const counts = new Map<string, number>()
  await driftOf(connector, (row) => {
    for (const key of Object.keys(row)) counts.set(key, (counts.get(key) ?? 0) + 1)
  })
  const times = [...counts].filter(([key]) => /^(created|updated)/.test(key)).toSorted((a, b) => b[1] - a[1])
  return times[0]?.[0] ?? ''
}
