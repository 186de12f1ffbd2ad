import { list } from '../../api/handlers/deliveries.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'deliveries',
      description: 'List what was told to the ticketing vendor, and what became of it',
    },
    args: {
      state: {
        type: 'enum',
        options: ['pending', 'sending', 'ambiguous', 'sent', 'refused'],
        description: 'only these; ambiguous: being looked up, because it may have been done',
      },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args }) {
      const limit = whole('limit', args.limit, 1, 100_000)
      await withAsk(program, async (ask) => {
        const rows = await readAll(limit, (page) => list(ask, { ...page, state: args.state }))
        print(program, args.json, rows, 'No deliveries.', [
          { title: 'delivery', of: (row) => row.kind },
          { title: 'state', of: (row) => (row.settled_by_lookup ? `${row.state} (by look-up)` : row.state) },
          { title: 'attempts', of: (row) => String(row.attempts), right: true },
          { title: 'look-ups', of: (row) => String(row.lookups), right: true },
          { title: 'decided', of: (row) => relative(row.created_at, ask.now) },
          { title: 'subject', of: (row) => row.subject, flex: true },
          { title: 'trouble', of: (row) => row.error ?? '', flex: true },
        ])
      })
    },
  })
