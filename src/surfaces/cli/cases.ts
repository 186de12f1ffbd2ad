import { list } from '../../api/handlers/cases.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'cases', description: 'List cases, newest attack first' },
    args: {
      status: { type: 'enum', options: ['open', 'resolved'], description: 'only these' },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args }) {
      const limit = whole('limit', args.limit, 1, 100_000)
      await withAsk(program, async (ask) => {
        const rows = await readAll(limit, (page) => list(ask, { ...page, status: args.status }))
        print(program, args.json, rows, 'No cases yet.', [
          { title: 'case', of: (row) => row.marker.slice(1, -1) },
          { title: 'severity', of: (row) => row.severity },
          { title: 'ticket', of: (row) => row.ticket?.number ?? '-' },
          { title: 'tenant', of: (row) => row.tenant, flex: true },
          { title: 'title', of: (row) => row.title, flex: true },
          { title: 'findings', of: (row) => String(row.finding_count), right: true },
          { title: 'status', of: (row) => row.status },
          { title: 'began', of: (row) => relative(row.first_time, ask.now) },
        ])
      })
    },
  })
