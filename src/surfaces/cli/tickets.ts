import { list } from '../../api/handlers/tickets.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'tickets', description: 'List tickets, newest first' },
    args: { limit: limitFlag, json: jsonFlag },
    async run({ args }) {
      const limit = whole('limit', args.limit, 1, 100_000)
      await withAsk(program, async (ask) => {
        const rows = await readAll(limit, (page) => list(ask, page))
        print(program, args.json, rows, 'No tickets yet.', [
          { title: 'ticket', of: (row) => row.number },
          { title: 'case', of: (row) => row.marker.slice(1, -1) },
          { title: 'connection', of: (row) => row.connection },
          { title: 'raised', of: (row) => relative(row.created_at, ask.now) },
          { title: 'stray', of: (row) => (row.folded_into === null ? '' : 'folded') },
          { title: 'address', of: (row) => row.url ?? '', flex: true },
        ])
      })
    },
  })
