import { get } from '../../api/handlers/cases.ts'
import { tellCase } from '../../pipeline/case-note.ts'
import { type Define, command } from './command.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { outboxSteps } from './outbox-steps.ts'
import { CliError } from './program.ts'
import { runSteps } from './steps.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'note', description: 'Write a note on a case; its ticket is told' },
    args: {
      case: { type: 'positional', description: 'its marker (WF-…) or id', required: true },
      text: { type: 'positional', description: 'what to write', required: true },
      by: { type: 'string', description: 'who writes it', default: 'Watchfloor' },
    },
    async run({ args }) {
      if (args.text.trim() === '') throw new CliError('the note is empty: write what happened')
      await withHub(program, await openLog(program), async (hub) => {
        const ask = { db: hub.store.db, now: hub.outside.now(), feedsOf: () => [] }
        const own = await get(ask, args.case)
        const note = { caseId: own.id, author: args.by, text: args.text, now: hub.outside.now() }
        const told = await hub.store.transaction((tx) => tellCase(tx, hub, note))
        program.terminal.out(told ? 'Noted; the ticket is told.\n' : 'Noted; there is no ticket to tell.\n')
        if (told) await runSteps(program, false, outboxSteps(hub))
      })
    },
  })
