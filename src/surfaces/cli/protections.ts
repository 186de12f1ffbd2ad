import { type Ablation, ablate } from '../../simulation/ablate.ts'
import { type Define, command } from './command.ts'
import { vendorsOf } from './vendors.ts'
import { number, whole } from './flags.ts'
import { jsonFlag, printJson } from './output.ts'
import { exitCodes } from './program.ts'
import { table } from './table.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'protections',
      description: 'Take each protection away in turn, play hostile worlds, and show what breaks without it',
    },
    args: {
      seeds: {
        type: 'string',
        default: '12',
        description: 'worlds to play at most for each',
        valueHint: 'n',
      },
      customers: { type: 'string', default: '4', description: 'customers of each world', valueHint: 'n' },
      days: { type: 'string', default: '1', description: 'simulated days of each world', valueHint: 'n' },
      json: jsonFlag,
    },
    async run({ args }) {
      const { terminal } = program
      const seeds = Array.from({ length: whole('seeds', args.seeds, 1, 1000) }, (_, i) => i + 1)
      const plan = {
        connectors: await vendorsOf(program),
        customers: whole('customers', args.customers, 1, 5000),
        days: number('days', args.days, 0.1, 365),
        attacksPerCustomerDay: 12,
        faults: 'all' as const,
        // Dying often is what shows a missing lease.
        lifeAwaits: [50, 3000] as [number, number],
        wallNow: () => program.outside.now(),
      }
      const all: Ablation[] = []
      for await (const one of ablate(plan, seeds)) {
        all.push(one)
        if (terminal.columns !== undefined) terminal.err(`\r\u001b[K${one.off}: ${verdict(one)}`)
      }
      if (terminal.columns !== undefined) terminal.err('\r\u001b[K')
      if (args.json === true) printJson(program, all)
      else terminal.out(tableOf(all, terminal.columns))
      return all.every(isAsItShould) ? exitCodes.ok : exitCodes.bad
    },
  })

/** With everything in place nothing breaks; without one of them something does. */
function isAsItShould({ off, broke }: Ablation): boolean {
  return off === 'none' ? broke === undefined : broke !== undefined
}

function verdict({ off, broke }: Ablation): string {
  if (broke === undefined) return off === 'none' ? 'nothing, as it should' : 'nothing: it was not needed here'
  return Object.entries(broke.breach)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}

function tableOf(all: readonly Ablation[], width: number | undefined): string {
  return table(all, width, [
    { title: 'off', of: (one) => one.off },
    { title: 'what breaks', of: verdict },
    { title: 'seed', of: (one) => (one.broke === undefined ? '' : String(one.broke.seed)), right: true },
    { title: 'worlds played', of: (one) => String(one.runs), right: true },
  ])
}
