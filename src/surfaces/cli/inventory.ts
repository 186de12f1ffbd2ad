import { inventory } from '../../api/handlers/records.ts'
import type { Define } from './command.ts'
import { relative } from './output.ts'
import { recordList } from './record-list.ts'

export const define: Define = (program) =>
  recordList(program, {
    name: 'inventory',
    description: 'List devices and users as the vendors know them, newest first',
    read: inventory,
    empty: 'No inventory yet.',
    columns: (ask) => [
      { title: 'name', of: (row) => row.name, flex: true },
      { title: 'kind', of: (row) => row.kind },
      { title: 'tenant', of: (row) => row.tenant ?? '-', flex: true },
      { title: 'connection', of: (row) => row.connection },
      { title: 'as of', of: (row) => relative(row.seen_at, ask.now) },
    ],
  })
