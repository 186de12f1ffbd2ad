import { get } from '../../api/handlers/cases.ts'
import type { CaseDetail } from '../../api/operations/cases.ts'
import { withAsk } from './ask.ts'
import { correctCase, correctionUsages, correctionVerbs } from './case-correct.ts'
import { type Define, command } from './command.ts'
import { hint } from './nearest.ts'
import { jsonFlag, printJson, relative } from './output.ts'
import { CliError } from './program.ts'
import { oneLine, table } from './table.ts'
import { stateOf } from './tasks.ts'
import { statusOf } from './tickets.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'case',
      description: `Show one case: findings, why they belong together, ticket, deliveries. ${correctionUsages.join(', ')} put right who is in which`,
    },
    args: {
      id: {
        type: 'positional',
        description: `its marker (WF-…, as in the ticket) or id; or ${correctionVerbs.join(', ')}`,
        required: true,
      },
      first: { type: 'positional', description: 'a case, or the finding to move', required: false },
      second: { type: 'positional', description: 'a case, or the findings to split off', required: false },
      why: { type: 'string', description: 'kept with the correction', valueHint: 'text', default: '' },
      json: jsonFlag,
    },
    async run({ args }) {
      const { id: verb, first, second, why } = args
      if (correctionVerbs.includes(verb))
        return correctCase(program, { verb, first, second, why, json: args.json === true })
      if (first !== undefined)
        throw new CliError(
          `case has no "${verb}"${hint(verb, correctionVerbs)}: ${correctionUsages.join(', ')}`,
        )
      await withAsk(program, async (ask) => {
        const own = await get(ask, args.id)
        if (args.json === true) printJson(program, own)
        else program.terminal.out(describe(own, ask.now, program.terminal.columns))
      })
    },
  })

function describe(own: CaseDetail, now: number, width: number | undefined): string {
  const tickets = own.tickets.map((one) => {
    return `ticket ${one.number}${one.url === null ? '' : ` ${one.url}`}: ${statusOf(one)}`
  })
  const facts = [
    `${own.marker} ${oneLine(own.title)}`,
    `${own.severity}, ${own.status}, ${oneLine(own.tenant)}; began ${relative(own.first_time, now)}, id ${own.id}`,
    ...(own.merged_into === null ? [] : [`merged into ${own.merged_into}`]),
    ...(tickets.length === 0 ? ['no ticket yet'] : tickets),
    ...(own.decision === null ? [] : [decided(own.decision, now)]),
    ...own.related.map((one) => `looks related to ${one.marker}: ${oneLine(one.reason)}`),
    ...own.corrections.map((one) => `${relative(one.at, now)} ${oneLine(wordsOf(one))}`),
  ]
  const findings = table(own.findings, width, [
    { title: 'finding', of: (row) => `${row.connection}/${row.feed}/${row.vendor_id}` },
    { title: 'severity', of: (row) => row.severity },
    { title: 'open', of: (row) => (row.open ? 'yes' : 'no') },
    { title: 'when', of: (row) => relative(row.time, now) },
    { title: 'title', of: (row) => row.title, flex: true },
    { title: 'why it is here', of: (row) => row.reason, flex: true },
  ])
  const deliveries = table(own.deliveries, width, [
    { title: 'delivery', of: (row) => row.kind },
    { title: 'state', of: (row) => row.state },
    { title: 'attempts', of: (row) => String(row.attempts), right: true },
    { title: 'look-ups', of: (row) => String(row.lookups), right: true },
    { title: 'sent', of: (row) => relative(row.sent_at, now) },
    { title: 'subject', of: (row) => row.subject, flex: true },
    { title: 'trouble', of: (row) => row.error ?? '', flex: true },
  ])
  const tasks = table(own.tasks, width, [
    { title: 'task', of: (row) => row.action, flex: true },
    { title: 'state', of: stateOf },
    { title: 'done by', of: (row) => row.closed_by ?? '' },
    { title: 'when', of: (row) => (row.closed_at === null ? '' : relative(row.closed_at, now)) },
  ])
  const todo = own.tasks.length === 0 ? '' : `${tasks}\n`
  const comments = table(own.comments, width, [
    { title: 'said', of: (row) => relative(row.at, now) },
    { title: 'where', of: (row) => ({ ticket: 'at the ticket', hub: 'here', news: '' })[row.source] },
    { title: 'by', of: (row) => row.author },
    { title: 'what', of: (row) => row.body, flex: true },
  ])
  const talk = own.comments.length === 0 ? '' : `\n${comments}`
  return `${facts.join('\n')}\n\n${findings}\n${todo}${deliveries}${talk}`
}

function decided({ status, who, reason, at }: NonNullable<CaseDetail['decision']>, now: number): string {
  return `${status === 'resolved' ? 'resolved' : 'reopened'} by ${oneLine(who)} ${relative(at, now)}: ${oneLine(reason)}`
}

function wordsOf({
  kind,
  who,
  why,
  into,
  from,
  findings,
  undone,
}: CaseDetail['corrections'][number]): string {
  const what = findings.length === 1 ? '1 finding' : `${findings.length} findings`
  return `${kind} by ${who}${why === '' ? '' : ` (${why})`}: ${what} from ${from} to ${into}${undone ? ', undone' : ''}`
}
