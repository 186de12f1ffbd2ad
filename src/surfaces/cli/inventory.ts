import { inventory } from '../../api/handlers/records.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { vendorsOf } from './vendors.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'inventory', description: 'List devices and users as the vendors know them, newest first' },
    args: {
      connection: { type: 'string', description: 'only of this connection', valueHint: 'id' },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args: { connection, limit: given, json } }) {
      const limit = whole('limit', given, 1, 100_000)
      const work = async (ask: Parameters<typeof inventory>[0]): Promise<void> => {
        const rows = await readAll(limit, (page) => inventory(ask, { ...page, connection }))
        print(program, json, rows, 'No inventory yet.', [
          { title: 'name', of: (row) => row.name, flex: true },
          { title: 'kind', of: (row) => row.kind },
          { title: 'tenant', of: (row) => row.tenant ?? '-', flex: true },
          { title: 'connection', of: (row) => row.connection },
          { title: 'as of', of: (row) => relative(row.seen_at, ask.now) },
        ])
      }
      await withAsk(program, work, await vendorsOf(program))
    },
  })
