import { activities } from '../../api/handlers/records.ts'
import type { Define } from './command.ts'
import { relative } from './output.ts'
import { recordList } from './record-list.ts'

export const define: Define = (program) =>
  recordList(program, {
    name: 'activities',
    description: 'List what was done in the vendors’ consoles, newest first',
    read: activities,
    empty: 'No activities: no connection reads an audit trail, or nothing was done.',
    columns: (ask) => [
      { title: 'when', of: (row) => relative(row.time, ask.now) },
      { title: 'user', of: (row) => row.user, flex: true },
      { title: 'operation', of: (row) => row.operation },
      { title: 'message', of: (row) => row.message ?? '', flex: true },
      { title: 'from', of: (row) => row.address ?? '' },
      { title: 'tenant', of: (row) => row.tenant ?? '-', flex: true },
      { title: 'connection', of: (row) => row.connection },
    ],
  })
