import { listEvents, listSuggestions } from '../../api/handlers/mapping.ts'
import { readAll, withAsk } from './ask.ts'
import { print, relative } from './output.ts'
import type { Program } from './program.ts'

/** Who waits or is doubtful, and who it could be. */
export async function suggestions(program: Program, json: boolean): Promise<void> {
  await withAsk(program, async (ask) => {
    const rows = await readAll(Infinity, (page) => listSuggestions(ask, page))
    print(program, json, rows, 'Nobody waits for a decision.', [
      { title: 'connection', of: (row) => row.connection },
      { title: 'id', of: (row) => row.vendor_id },
      { title: 'customer', of: (row) => row.name, flex: true },
      { title: 'perhaps', of: (row) => row.tenant ?? '(nobody comes near)', flex: true },
      { title: 'score', of: (row) => (row.score === null ? '' : row.score.toFixed(2)), right: true },
      { title: 'because', of: (row) => row.reasons.join(', '), flex: true },
    ])
  })
}

/** Every decision about the mapping, newest first. */
export async function history(program: Program, json: boolean): Promise<void> {
  await withAsk(program, async (ask) => {
    const rows = await readAll(json ? Infinity : 100, (page) => listEvents(ask, page))
    print(program, json, rows, 'Nothing has been decided yet.', [
      { title: 'decision', of: (row) => row.id },
      { title: 'when', of: (row) => relative(row.at, ask.now) },
      { title: 'who', of: (row) => row.actor },
      { title: 'what', of: (row) => `${row.kind}${row.undone_by === null ? '' : ' (undone)'}` },
      {
        title: 'customer',
        of: (row) => [row.connection, row.vendor_id].filter(Boolean).join(' '),
        flex: true,
      },
      { title: 'tenant', of: (row) => row.tenant ?? '', flex: true },
      { title: 'why', of: (row) => row.reason, flex: true },
    ])
  })
}
