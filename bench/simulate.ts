/**
 * simulate: how long a simulated week of operations takes, with everything going wrong all the time.
 * Usage: npm run bench -- simulate [customers] [days]
 */
import { loadConnectors } from '../src/connectors/registry.ts'
import { simulate } from '../src/simulation/simulate.ts'
import { report } from './support.ts'

const customers = Number(process.argv[2] ?? 20)
const days = Number(process.argv[3] ?? 7)
const result = await simulate({
  connectors: await loadConnectors(),
  seed: 1,
  customers,
  days,
  faults: 'all',
  wallNow: () => performance.now(),
})
const { incidents, tickets, missed, duplicated, misfiled, requests, wallMs } = result
console.log(
  `simulate: ${incidents} incidents, ${tickets} tickets, ${missed} missed, ${duplicated} duplicated, ${misfiled} misfiled, ` +
    `${requests} requests of ${Math.round((wallMs * 1000) / requests)} µs`,
)
report('simulate', `for ${days} days of ${customers} customers`, wallMs / 1000, 'at most', 20, ' s')
