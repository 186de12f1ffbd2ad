import { activities } from '../../api/handlers/records.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { vendorsOf } from './vendors.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'activities', description: 'List what was done in the vendors’ consoles, newest first' },
    args: {
      connection: { type: 'string', description: 'only of this connection', valueHint: 'id' },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args: { connection, limit: given, json } }) {
      const limit = whole('limit', given, 1, 100_000)
      const work = async (ask: Parameters<typeof activities>[0]): Promise<void> => {
        const rows = await readAll(limit, (page) => activities(ask, { ...page, connection }))
        print(
          program,
          json,
          rows,
          'No activities: no connection reads an audit trail, or nothing was done.',
          [
            { title: 'when', of: (row) => relative(row.time, ask.now) },
            { title: 'user', of: (row) => row.user, flex: true },
            { title: 'operation', of: (row) => row.operation },
            { title: 'message', of: (row) => row.message ?? '', flex: true },
            { title: 'from', of: (row) => row.address ?? '' },
            { title: 'tenant', of: (row) => row.tenant ?? '-', flex: true },
            { title: 'connection', of: (row) => row.connection },
          ],
        )
      }
      await withAsk(program, work, await vendorsOf(program))
    },
  })
