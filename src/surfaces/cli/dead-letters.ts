import { list } from '../../api/handlers/dead-letters.ts'
import { listDeadLetters, takeDeadLetter } from '../../store/dead-letters.ts'
import { markPending } from '../../store/records.ts'
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
      description: 'List what could not be handled; "dead-letters replay <id>" tries one again',
    },
    args: {
      verb: { type: 'positional', description: 'replay', required: false },
      id: { type: 'positional', description: 'the letter', required: false },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args }) {
      const { verb, id } = args
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

/** Letter and record change together: a replay that dies half way has not lost the letter. */
async function replay(program: Program, id: string): Promise<void> {
  await withHub(program, await openLog(program), async (hub) => {
    const { store } = hub
    const letter = (await listDeadLetters(store.db, 10_000)).find((one) => one.id === id)
    if (letter === undefined)
      throw new CliError(`no dead letter "${id}": "watchfloor dead-letters" lists them`)
    if (letter.stage !== 'normalise') {
      throw new CliError(
        'this row never became a record, so there is nothing to replay: its feed reads it again by itself',
      )
    }
    await store.transaction(async (tx) => {
      await takeDeadLetter(tx, id)
      await markPending(tx, [letter.ref])
    })
    await runSteps(program, false, [lineStep(hub, 'cases'), ...outboxSteps(hub)])
    const again = (await listDeadLetters(store.db, 10_000)).find((one) => one.id === id)
    if (again !== undefined)
      throw new CliError(`it could not be handled again: ${again.reason}`, exitCodes.bad)
  })
}
