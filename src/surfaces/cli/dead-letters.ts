import { list } from '../../api/handlers/dead-letters.ts'
import { replay as tryAgain } from '../../pipeline/replay.ts'
import { listDeadLetters } from '../../store/dead-letters.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { lineStep, outboxSteps } from './outbox-steps.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'
import { CliError, type Program, exitCodes } from './program.ts'
import { runSteps } from './steps.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'dead-letters',
      description:
        'List what could not be handled, or needs a look; "dead-letters replay <id>" (or "all") tries again: a record goes down the line, a row that could not be read has its feed read from the start',
    },
    args: {
      verb: { type: 'positional', description: 'replay', required: false },
      id: { type: 'positional', description: 'the letter, or all', required: false },
      retry: { type: 'string', description: 'the same as replay', valueHint: 'id or all' },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args }) {
      const { verb = args.retry === undefined ? undefined : 'replay', id = args.retry } = args
      if (verb === undefined) return listThem(program, whole('limit', args.limit, 1, 10_000), args.json)
      if (verb !== 'replay')
        throw new CliError(`dead-letters has no "${verb}"${hint(verb, ['replay'])}: dead-letters replay <id>`)
      if (id === undefined) throw new CliError('usage: dead-letters replay <id>')
      await replay(program, id)
    },
  })

async function listThem(program: Program, limit: number, json: boolean | undefined): Promise<void> {
  await withAsk(program, async (ask) => {
    const rows = await readAll(limit, (page) => list(ask, page))
    print(program, json, rows, 'No dead letters.', [
      { title: 'letter', of: (row) => row.id },
      { title: 'stage', of: (row) => row.stage },
      { title: 'times', of: (row) => String(row.count), right: true },
      { title: 'last', of: (row) => relative(row.at, ask.now) },
      { title: 'reason', of: (row) => row.reason, flex: true },
    ])
  })
}

async function replay(program: Program, id: string): Promise<void> {
  await withHub(program, await openLog(program), async (hub) => {
    const letters = await listDeadLetters(hub.store.db, 10_000)
    const chosen = id === 'all' ? letters : letters.filter((one) => one.id === id)
    if (chosen.length === 0 && id !== 'all')
      throw new CliError(`no dead letter "${id}": "watchfloor dead-letters" lists them`)
    let left: typeof chosen = []
    const again = {
      title: `${chosen.length} dead letters`,
      run: async () => `${chosen.length - (left = await tryAgain(hub, chosen)).length} could be handled`,
    }
    await runSteps(program, false, [again, lineStep(hub, 'cases'), ...outboxSteps(hub)])
    const [first] = left
    if (first === undefined) return
    const others = left.length > 1 ? `, and ${left.length - 1} more` : ''
    throw new CliError(`it could not be handled again: ${first.reason}${others}`, exitCodes.bad)
  })
}
