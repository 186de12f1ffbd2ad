import { allProtections } from '../src/pipeline/protections.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Connector } from '../src/connectors/connector.ts'
import type { Outside } from '../src/domain/outside.ts'
import { randomFrom } from '../src/domain/random.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { Vendors } from '../src/pipeline/vendors.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { connectAll } from '../src/simulation/connect.ts'
import type { Store } from '../src/store/store.ts'

/** A directory that is gone when `work` ends. */
export async function inTemp<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'watchfloor-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A hub on the sandbox's first keys, as `watchfloor up` makes it. */
export function hubOn(
  store: Store,
  connectors: readonly Connector[],
  sandbox: Sandbox,
  outside: Outside,
): Hub {
  const vendors = new Vendors(connectors, outside)
  const live = connectAll(vendors, sandbox, outside.now())
  return { store, outside, live, holder: 'bench', protections: allProtections, log: () => {} }
}

/** Time that passes only in sleeps; for single-threaded walks. */
export function walkingClock(start: number): Omit<Outside, 'fetch'> & { passed(): number } {
  let now = start
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      if (signal === undefined) now += ms
      else
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        )
    },
    random: randomFrom(1),
    passed: () => now - start,
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function rate(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`
}

/** One line for people, which `npm run bench` gathers into its table. */
export function report(
  bench: string,
  what: string,
  value: number,
  way: 'at least' | 'at most',
  goal: number,
  unit = '',
): void {
  const met = way === 'at least' ? value >= goal : value <= goal
  const figure = `${Number.isInteger(value) ? value : value.toFixed(2)}${unit}`
  console.log(`= ${bench} | ${figure} ${what} | ${way} ${goal}${unit} | ${met ? 'met' : 'missed'}`)
}
