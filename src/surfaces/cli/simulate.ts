import type { Connector } from '../../connectors/connector.ts'
import { protectionNames } from '../../pipeline/protections.ts'
import { chaosKinds } from '../../simulation/chaos.ts'
import { shrink } from '../../simulation/shrink.ts'
import { type SimulationPlan, type SimulationResult, simulate } from '../../simulation/simulate.ts'
import { breachOf } from '../../simulation/verdict.ts'
import { type Define, command } from './command.ts'
import { listed, number, whole } from './flags.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, type Program, exitCodes } from './program.ts'
import { storyTable } from './story-table.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'simulate',
      description:
        'Run the hub against the sandbox on a clock of its own, with every fault, and score it against the truth',
    },
    args: {
      seed: { type: 'string', default: '1', description: 'the same seed gives the same run', valueHint: 'n' },
      customers: {
        type: 'string',
        default: '20',
        description: 'customers of the made-up provider',
        valueHint: 'n',
      },
      days: { type: 'string', default: '30', description: 'simulated days', valueHint: 'n' },
      attacks: { type: 'string', description: 'attacks a customer and day', valueHint: 'n' },
      faults: {
        type: 'string',
        default: 'all',
        description: `what goes wrong: none, all, or some of ${chaosKinds.join(', ')}`,
        valueHint: 'a,b',
      },
      vendors: { type: 'string', description: 'only these, with commas; all by default', valueHint: 'a,b' },
      without: {
        type: 'string',
        description: `protections to take away: ${protectionNames.join(', ')}`,
        valueHint: 'a,b',
      },
      shrink: {
        type: 'string',
        description: 'find the smallest run of this seed that still breaks',
        valueHint: 'seed',
      },
      json: jsonFlag,
    },
    async run({ args }) {
      const plan = await planOf(program, args)
      return args.shrink === undefined
        ? play(program, plan, args.json === true)
        : shrinkRun(program, plan, args.json === true)
    },
  })

interface Asked {
  seed: string
  customers: string
  days: string
  attacks?: string | undefined
  faults: string
  vendors?: string | undefined
  without?: string | undefined
  shrink?: string | undefined
}

async function planOf(program: Program, asked: Asked): Promise<SimulationPlan> {
  const off = listed('without', asked.without, protectionNames) ?? []
  const attacks = asked.attacks === undefined ? undefined : number('attacks', asked.attacks, 0.1, 10_000)
  return {
    connectors: chosen(await vendorsOf(program), asked.vendors),
    seed:
      asked.shrink === undefined
        ? whole('seed', asked.seed, 0, 4_294_967_295)
        : whole('shrink', asked.shrink, 0, 4_294_967_295),
    customers: whole('customers', asked.customers, 1, 5000),
    days: number('days', asked.days, 0.1, 3650),
    faults: faultsIn(asked.faults),
    protections: Object.fromEntries(off.map((name) => [name, false])),
    ...(attacks !== undefined && { attacksPerCustomerDay: attacks }),
    wallNow: () => program.outside.now(),
  }
}

function faultsIn(text: string): SimulationPlan['faults'] {
  const words = listed('faults', text, ['none', 'all', ...chaosKinds]) ?? []
  return words.includes('all') ? 'all' : chaosKinds.filter((kind) => words.includes(kind))
}

async function play(program: Program, plan: SimulationPlan, json: boolean): Promise<number> {
  const { terminal } = program
  const told =
    terminal.columns === undefined
      ? undefined
      : (day: number) => terminal.err(`\rday ${Math.floor(day)} of ${plan.days} `)
  const result = await simulate({ ...plan, ...(told && { onProgress: told }) })
  if (told !== undefined) terminal.err('\r\u001b[K')
  if (json) printJson(program, result)
  else terminal.out(`${facts(result)}\n${storyTable(result.byStory, result, terminal.columns)}`)
  return breachOf(result) === undefined ? exitCodes.ok : exitCodes.bad
}

async function shrinkRun(program: Program, plan: SimulationPlan, json: boolean): Promise<number> {
  const { terminal } = program
  const onStep = (smaller: SimulationPlan, runs: number): void => {
    if (terminal.columns !== undefined) terminal.err(`${runs} runs: ${commandOf(smaller)}\n`)
  }
  const shrunk = await shrink(plan, { onStep })
  const { breach = {}, runs = 1 } = shrunk ?? {}
  const smallest = shrunk === undefined ? null : commandOf(shrunk.plan)
  if (json) printJson(program, { seed: plan.seed, breach, runs, smallest })
  else if (smallest === null) terminal.out(`Seed ${plan.seed} breaks nothing.\n`)
  else terminal.out(`${show(breach)} after ${runs} runs; the smallest that still breaks:\n  ${smallest}\n`)
  return shrunk === undefined ? exitCodes.ok : exitCodes.bad
}

/** The command that plays this run again. */
function commandOf(plan: SimulationPlan): string {
  const { seed, customers, days, attacksPerCustomerDay: attacks, faults, connectors, protections = {} } = plan
  const off = protectionNames.filter((name) => protections[name] === false)
  const names = typeof faults === 'string' ? faults : faults.length === 0 ? 'none' : faults.join(',')
  const vendors = connectors.map(({ contract }) => contract.vendor).join(',')
  const given = [
    `--seed ${seed} --customers ${customers} --days ${days}`,
    ...(attacks === undefined ? [] : [`--attacks ${attacks}`]),
    `--vendors ${vendors} --faults ${names}`,
    ...(off.length === 0 ? [] : [`--without ${off.join(',')}`]),
  ]
  return `watchfloor simulate ${given.join(' ')}`
}

function chosen(connectors: Connector[], names: string | undefined): Connector[] {
  if (names === undefined) return connectors
  return names.split(',').map((name) => {
    const found = connectors.find(({ contract }) => contract.vendor === name.trim())
    if (found !== undefined) return found
    const known = connectors.map(({ contract }) => contract.vendor).join(', ')
    throw new CliError(`--vendors "${name}" is not known: use ${known}`)
  })
}

function facts(result: SimulationResult): string {
  const told = Object.entries(result).filter(([name]) => name !== 'byStory')
  const rows = told.map(([name, value]) => [words(name), show(value)] as const)
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

function show(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${name} ${String(one)}`)
    .join(', ')
}

function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
