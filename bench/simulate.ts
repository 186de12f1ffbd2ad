/**
 * simulate: how long a simulated week of operations takes with everything going wrong all the time, and then world
 * after world with seeds that nobody chose, until so many incidents have been played: what was missed, doubled or
 * misfiled among them, and how often each fault struck.
 * Usage: npm run bench -- simulate [incidents, default 1000000] [processes, default as many as cores] [first seed] [file]
 * Each world is written to the file; a run that was broken off goes on behind what stands there.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

import { loadConnectors } from '../src/connectors/registry.ts'
import { type SimulationResult, simulate } from '../src/simulation/simulate.ts'
import { mustBeZero } from '../src/simulation/verdict.ts'
import { report } from './support.ts'

const wallNow = (): number => performance.now()

/** Dense worlds: what is proven is what happens to incidents, not to quiet nights. */
const dense = { customers: 8, days: 0.5, attacksPerCustomerDay: 120, faults: 'all' as const }

if (process.send === undefined) await lead()
else await work()

/** A process of its own for each core: plays the seeds that it is sent. */
async function work(): Promise<void> {
  const connectors = await loadConnectors()
  process.on('message', (seed: number) => {
    void simulate({ connectors, seed, ...dense, wallNow }).then((result) => process.send?.(result))
  })
}

async function lead(): Promise<void> {
  const [wanted = 1_000_000, processes = availableParallelism(), first = randomInt(2 ** 31)] = process.argv
    .slice(2, 5)
    .map(Number)
  await week(first)
  const total = await playMany(wanted, processes, first, process.argv[5])
  const { incidents, worlds, broken, counts, struck } = total
  console.log(
    `simulate: ${incidents} incidents in ${worlds} worlds from seed ${first} on: ${show(counts)}; faults injected: ${show(struck)}`,
  )
  const idle = Object.entries(struck).filter(([, count]) => count === 0)
  if (idle.length > 0) console.log(`simulate: never struck: ${idle.map(([kind]) => kind).join(', ')}`)
  for (const line of broken) console.log(`simulate: ${line}`)
  const sum = mustBeZero.reduce((all, name) => all + (counts[name] ?? 0), 0)
  report('simulate', `missed, doubled or misfiled of ${incidents} incidents`, sum, 'at most', 0, '')
}

async function week(seed: number): Promise<void> {
  const connectors = await loadConnectors()
  const result = await simulate({ connectors, seed, customers: 20, days: 7, faults: 'all', wallNow })
  const { incidents, tickets, requests, wallMs } = result
  console.log(
    `simulate: ${incidents} incidents, ${tickets} tickets, ${show(pick(result))}, ${requests} requests of ${Math.round((wallMs * 1000) / requests)} µs`,
  )
  report('simulate', 'for 7 days of 20 customers', wallMs / 1000, 'at most', 20, ' s')
}

interface Total {
  incidents: number
  worlds: number
  broken: string[]
  counts: Record<string, number>
  struck: Record<string, number>
}

function playMany(wanted: number, processes: number, first: number, file?: string): Promise<Total> {
  const total: Total = { incidents: 0, worlds: 0, broken: [], counts: {}, struck: {} }
  for (const result of file === undefined || !existsSync(file) ? [] : readWorlds(file)) add(total, result)
  let seed = first + total.worlds
  const { promise, resolve, reject } = Promise.withResolvers<Total>()
  // With room for young objects a world takes a fifth less time.
  const execArgv = ['--min-semi-space-size=64', '--max-semi-space-size=64']
  const children = Array.from({ length: processes }, () => fork(fileURLToPath(import.meta.url), { execArgv }))
  const next = (child: ChildProcess): void => {
    if (total.incidents < wanted) child.send(++seed)
    else child.kill()
    if (children.every(({ killed }) => killed)) resolve(total)
  }
  for (const child of children) {
    child.on('message', (result) => {
      add(total, result as SimulationResult) // what `work` sends
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`)
      next(child)
    })
    child.on('exit', (code) => {
      if (code !== null && code !== 0) reject(new Error(`a process ended with ${code}`))
    })
    next(child)
  }
  return promise
}

function readWorlds(file: string): SimulationResult[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as SimulationResult) // as written above
}

function add(total: Total, result: SimulationResult): void {
  total.incidents += result.incidents
  total.worlds++
  for (const [name, count] of Object.entries({ ...pick(result), strays: result.strays }))
    total.counts[name] = (total.counts[name] ?? 0) + count
  for (const [kind, count] of Object.entries(result.struck))
    total.struck[kind] = (total.struck[kind] ?? 0) + count
  if (mustBeZero.some((name) => result[name] > 0))
    total.broken.push(`seed ${result.seed}: ${show(pick(result))}`)
  if (total.worlds % 10 === 0)
    console.log(`simulate: so far ${total.incidents} incidents, ${show(total.counts)}`)
}

function pick(result: SimulationResult): Record<string, number> {
  const names = [...mustBeZero, 'ambiguous', 'settledByLookup'] as const
  return Object.fromEntries(names.map((name) => [name, result[name]]))
}

function show(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
