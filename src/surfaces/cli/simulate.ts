import type { Connector } from '../../connectors/connector.ts'
import { loadConnectors } from '../../connectors/registry.ts'
import { type SimulationResult, simulate } from '../../simulation/simulate.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, exitCodes } from './program.ts'
import { table } from './table.ts'

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
      faults: { type: 'enum', options: ['none', 'all'], default: 'all', description: 'what goes wrong' },
      vendors: { type: 'string', description: 'only these, with commas; all by default', valueHint: 'a,b' },
      json: jsonFlag,
    },
    async run({ args }) {
      const { terminal } = program
      const days = whole('days', args.days, 1, 3650)
      const told =
        terminal.columns === undefined
          ? undefined
          : (day: number) => terminal.err(`\rday ${Math.floor(day)} of ${days} `)
      const result = await simulate({
        connectors: chosen(await loadConnectors(), args.vendors),
        seed: whole('seed', args.seed, 0, 4_294_967_295),
        customers: whole('customers', args.customers, 1, 5000),
        days,
        faults: args.faults,
        wallNow: () => program.outside.now(),
        ...(told && { onProgress: told }),
      })
      if (told !== undefined) terminal.err('\r\u001b[K')
      if (args.json === true) printJson(program, result)
      else terminal.out(`${facts(result)}\n${stories(result, terminal.columns)}`)
      return result.missed + result.duplicated + result.misfiled === 0 ? exitCodes.ok : exitCodes.bad
    },
  })

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

/** One line a kind of story: how well what belongs together was put together. */
function stories({ byStory }: SimulationResult, width: number | undefined): string {
  const share = (count: number, of: number): string =>
    count === 0 || of === 0 ? '0' : `${count} (${((count / of) * 100).toFixed(1)} %)`
  return table(Object.entries(byStory), width, [
    { title: 'story', of: ([story]) => story },
    { title: 'records', of: ([, one]) => String(one.records), right: true },
    { title: 'attacks', of: ([, one]) => String(one.attacks), right: true },
    { title: 'tickets', of: ([, one]) => String(one.tickets), right: true },
    { title: 'wrong merges', of: ([, one]) => share(one.wrongMerges, one.tickets), right: true },
    { title: 'wrong splits', of: ([, one]) => share(one.wrongSplits, one.attacks), right: true },
    { title: 'noise reduced', of: ([, one]) => `${(one.noiseReduction * 100).toFixed(0)} %`, right: true },
  ])
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
