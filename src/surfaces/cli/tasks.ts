import { list } from '../../api/handlers/tasks.ts'
import type { TaskAnswer } from '../../api/operations/tasks.ts'
import { markerOf } from '../../domain/id.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { jsonFlag, limitFlag, print, relative } from './output.ts'

/** For people: what a task waits for is told as such. */
export function stateOf({ state }: TaskAnswer): string {
  if (state === 'no customer') return 'waiting: no customer linked at the board'
  return state === 'no project' ? 'waiting: for its project' : state
}

export const define: Define = (program) =>
  command({
    meta: {
      name: 'tasks',
      description: 'List recommended actions and their tasks on the board, newest first',
    },
    args: { limit: limitFlag, json: jsonFlag },
    async run({ args }) {
      const limit = whole('limit', args.limit, 1, 100_000)
      await withAsk(program, async (ask) => {
        const rows = await readAll(limit, (page) => list(ask, page))
        print(program, args.json, rows, 'No tasks: they come with a board, from what vendors recommend.', [
          { title: 'case', of: (row) => markerOf(row.case_id).slice(1, -1) },
          { title: 'task', of: (row) => row.vendor_id ?? '' },
          { title: 'severity', of: (row) => row.severity },
          { title: 'state', of: stateOf },
          { title: 'raised', of: (row) => relative(row.created_at, ask.now) },
          { title: 'done by', of: (row) => row.closed_by ?? (row.state === 'done' ? 'its case' : '') },
          { title: 'action', of: (row) => row.action, flex: true },
        ])
      })
    },
  })
