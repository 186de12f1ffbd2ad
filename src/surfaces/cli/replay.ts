import { readFileSync } from 'node:fs'
import * as z from 'zod'

import type { Difference, Tally } from '../../analysis/compare.ts'
import { type CorrelationPolicy, correlationPolicy } from '../../analysis/policy.ts'
import { markerOf } from '../../domain/id.ts'
import { type LookBack, lookBack } from '../../pipeline/look-back.ts'
import { activePolicy, setPolicy } from '../../pipeline/neighbourhood.ts'
import { type Define, command } from './command.ts'
import { withData } from './data.ts'
import { whole } from './flags.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, type Program } from './program.ts'
import { table } from './table.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'replay',
      description:
        'Show what another correlation policy would have made of the last days; --use puts it in force',
    },
    args: {
      policy: {
        type: 'string',
        description: 'a JSON document; what it leaves out has its default. Without it: the one in force',
        valueHint: 'file',
      },
      days: { type: 'string', default: '90', description: 'how far to look back', valueHint: 'n' },
      print: { type: 'boolean', description: 'print the policy, whole, as a document to start from' },
      use: { type: 'boolean', description: 'put the policy in force from now on' },
      json: jsonFlag,
    },
    async run({ args }) {
      const given = args.policy === undefined ? undefined : readPolicy(args.policy)
      const days = whole('days', args.days, 1, 3650)
      await withData(program, async ({ store: { db } }) => {
        const policy = given ?? (await activePolicy(db))
        if (args.print === true) return printJson(program, policy)
        const seen = await lookBack(db, policy, days, program.outside.now())
        if (args.json === true) printJson(program, { ...seen, used: args.use === true })
        else program.terminal.out(describe(program, seen))
        if (args.use !== true) return
        await setPolicy(db, policy)
        if (args.json !== true)
          program.terminal.out('In force from now on; cases that there are stay as they are.\n')
      })
    },
  })

function readPolicy(file: string): CorrelationPolicy {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read'
    throw new CliError(`--policy ${file}: ${why}; "watchfloor replay --print" writes one to start from`)
  }
  const parsed = correlationPolicy.safeParse(value)
  if (parsed.success) return parsed.data
  const [line] = z.prettifyError(parsed.error).split('\n').slice(0, 2)
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.join('.')})`
  throw new CliError(
    `--policy ${file}: ${(line ?? 'it is malformed').replace(/^✖ /, '')}${where}; "watchfloor replay --print" shows what it can hold`,
  )
}

type Row = [what: string, of: (one: Tally) => string]

const rows: Row[] = [
  ['findings', (one) => String(one.findings)],
  ['cases', (one) => String(one.cases)],
  ['tickets', (one) => String(one.tickets)],
  ['wrong merges', (one) => String(one.wrongMerges)],
  ['wrong splits', (one) => String(one.wrongSplits)],
  ['noise reduced', (one) => `${(one.noiseReduction * 100).toFixed(1)} %`],
]

const mostShown = 20

function describe({ terminal }: Program, seen: LookBack): string {
  const column = (title: string, own: Tally) => ({ title, of: ([, of]: Row) => of(own), right: true })
  const counts = table(rows, terminal.columns, [
    { title: `last ${seen.days} days`, of: ([what]) => what },
    column('as it stands', seen.happened),
    column('before corrections', seen.automatic),
    column('policy in force', seen.active),
    column('this policy', seen.other),
  ])
  const note = 'Wrong merges and splits are findings that people put right: how many would be wrong again.\n'
  if (seen.differences.length === 0) return `${counts}${note}No case would be another.\n`
  const shown = table(seen.differences.slice(0, mostShown), terminal.columns, [
    { title: 'would be', of: (one) => words(one) },
    { title: 'findings', of: (one) => String(one.findings), right: true },
    { title: 'cases as they stand', of: (one) => one.cases.map(nameOf).join(', '), flex: true },
  ])
  const more = seen.differences.length - mostShown
  return `${counts}${note}\n${shown}${more > 0 ? `… and ${more} more: --json has them all\n` : ''}`
}

function words({ kind, cases, parts }: Difference): string {
  return kind === 'joined' ? `one of ${cases.length}` : `${parts} of one`
}

function nameOf(caseId: string): string {
  return markerOf(caseId).slice(1, -1)
}
