import { protectionNames } from '../../pipeline/protections.ts'
import { type Ablation, type Broken, ablate, isNeeded } from '../../simulation/ablate.ts'
import { trials } from '../../simulation/trials.ts'
import { type Define, command } from './command.ts'
import { listed, whole } from './flags.ts'
import { jsonFlag, printJson } from './output.ts'
import { exitCodes } from './program.ts'
import { table } from './table.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'protections',
      description:
        'Take each protection away in a small world that needs it, and show what breaks without it and what with it',
    },
    args: {
      only: { type: 'string', description: `some of ${protectionNames.join(', ')}`, valueHint: 'a,b' },
      seeds: {
        type: 'string',
        default: '12',
        description: 'worlds to play at most for each, until one breaks',
        valueHint: 'n',
      },
      json: jsonFlag,
    },
    async run({ args }) {
      const { terminal, outside } = program
      const only = listed('only', args.only, protectionNames) ?? protectionNames
      const seeds = Array.from({ length: whole('seeds', args.seeds, 1, 1000) }, (_, i) => i + 1)
      const connectors = await vendorsOf(program)
      const all: Ablation[] = []
      for (const trial of trials.filter(({ off }) => only.includes(off))) {
        const begun = outside.now()
        const one = await ablate(connectors, trial, seeds)
        all.push(one)
        const seconds = Math.round((outside.now() - begun) / 1000)
        terminal.err(`${lineOf(one)} (worlds played: ${one.worlds}, ${seconds} s)\n`)
      }
      if (args.json === true) printJson(program, all)
      else terminal.out(tableOf(all, terminal.columns))
      return all.every(isNeeded) ? exitCodes.ok : exitCodes.bad
    },
  })

function lineOf({ off, without, control }: Ablation): string {
  return `${off}: without it ${told(without)}, with it ${told(control)}`
}

function told(broken: Broken | undefined): string {
  if (broken === undefined) return 'clean'
  return Object.entries(broken.breach)
    .map(([name, count]) => `${words(name)} ${count}`)
    .join(', ')
}

function tableOf(all: readonly Ablation[], width: number | undefined): string {
  return table(all, width, [
    { title: 'protection', of: (one) => words(one.off) },
    { title: 'what it does', of: (one) => one.does, flex: true },
    { title: 'the world', of: (one) => one.world, flex: true },
    { title: 'seed', of: ({ without }) => String(without?.seed ?? ''), right: true },
    { title: 'without it', of: (one) => told(one.without) },
    { title: 'with it', of: (one) => told(one.control) },
  ])
}

/** `secondWalk`: second walk. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
