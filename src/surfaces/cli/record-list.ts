import type { CommandDef } from 'citty'

import type { Ask } from '../../api/ask.ts'
import type { ListPage, PageQuery } from '../../api/page.ts'
import { readAll, withAsk } from './ask.ts'
import { command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print } from './output.ts'
import type { Program } from './program.ts'
import type { Column } from './table.ts'
import { vendorsOf } from './vendors.ts'

interface RecordList<Row> {
  name: string
  description: string
  read(ask: Ask, query: PageQuery & { connection: string | undefined }): Promise<ListPage<Row>>
  empty: string
  columns(ask: Ask): readonly Column<Row>[]
}

/** A command that lists what the vendors' own records are read as. */
export function recordList<Row>(program: Program, list: RecordList<Row>): CommandDef {
  const { name, description, read, empty, columns } = list
  return command({
    meta: { name, description },
    args: {
      connection: { type: 'string', description: 'only of this connection', valueHint: 'id' },
      limit: limitFlag,
      json: jsonFlag,
    },
    async run({ args: { connection, limit: given, json } }) {
      const limit = whole('limit', given, 1, 100_000)
      const work = async (ask: Ask): Promise<void> => {
        const rows = await readAll(limit, (page) => read(ask, { ...page, connection }))
        print(program, json, rows, empty, columns(ask))
      }
      await withAsk(program, work, await vendorsOf(program))
    },
  })
}
