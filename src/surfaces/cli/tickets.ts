import { list } from '../../api/handlers/tickets.ts'
import type { TicketAnswer } from '../../api/operations/tickets.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

/** The account's own word; a word that we do not know is shown as such, and what became of the ticket comes first. */
export function statusOf(row: TicketAnswer): string {
  if (row.gone !== null) return row.gone
  if (row.folded_into !== null) return 'stray, folded'
  const word = row.phase === 'other' ? `${row.status} (unknown word)` : (row.status ?? '')
  return row.moved_to === null ? word : `${word}, moved to ${row.moved_to}`
}

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
          { title: 'status', of: (row) => statusOf(row) },
          { title: 'priority', of: (row) => row.priority ?? '' },
          { title: 'assignee', of: (row) => row.assignee ?? '' },
          { title: 'address', of: (row) => row.url ?? '', flex: true },
        ])
      })
    },
  })
