import { list } from '../../api/handlers/budgets.ts'
import { withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { jsonFlag, print, printJson, relative } from './output.ts'
import { CliError } from './program.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'budget',
      description: 'What may be sent to each vendor, and how fresh that keeps what is read',
    },
    args: {
      customers: { type: 'string', description: 'forecast for so many', valueHint: 'n', required: false },
      json: jsonFlag,
    },
    async run({ args }) {
      const customers = args.customers === undefined ? undefined : countOf(args.customers)
      const connectors = await vendorsOf(program)
      await withAsk(
        program,
        async (ask) => {
          const told = await list(ask, { customers })
          if (args.json === true) return printJson(program, told)
          print(program, false, told.data, 'No budgets yet: they come with the first request.', [
            { title: 'budget', of: (row) => row.name },
            { title: 'limit', of: (row) => limitOf(row.requests, row.window_seconds, row.guessed) },
            { title: 'pace', of: (row) => `${row.pace_percent} %`, right: true },
            { title: 'held', of: (row) => String(sumOf(row.shares)), right: true },
            { title: 'spent', of: (row) => String(row.spent), right: true },
            { title: 'use', of: (row) => `${row.use_percent} %`, right: true },
            { title: 'open seen within', of: (row) => secondsOf(row.open_late_seconds), right: true },
            {
              title: 'waits',
              of: (row) => (row.paused_until === null ? '' : relative(row.paused_until, ask.now)),
            },
            { title: 'connections', of: (row) => row.connections.join(', '), flex: true },
          ])
          const lines = [told.forecast, ...told.data.flatMap((one) => one.warnings)]
          program.terminal.out(`\n${lines.map((line) => `${line}\n`).join('')}`)
        },
        connectors,
      )
    },
  })

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 100_000) return count
  throw new CliError(`--customers "${text}" is not a number of customers: use 1 to 100000`)
}

function limitOf(requests: number, seconds: number, guessed: boolean): string {
  return `${requests} in ${seconds} s${guessed ? ' (a guess)' : ''}`
}

function sumOf(shares: readonly { requests: number }[]): number {
  return shares.reduce((sum, one) => sum + one.requests, 0)
}

function secondsOf(seconds: number | null): string {
  return seconds === null ? '' : `${seconds} s`
}
