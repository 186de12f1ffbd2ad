import { list } from '../../api/handlers/coverage.ts'
import type { CoverageAnswer } from '../../api/operations/coverage.ts'
import { lights } from '../../domain/coverage.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { vendorsOf } from './vendors.ts'
import { jsonFlag, print, relative } from './output.ts'
import { exitCodes } from './program.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'coverage',
      description: 'Show what was read of every feed and what was not. Ends with 1 unless all is green',
    },
    args: {
      connection: { type: 'positional', description: 'only this connection', required: false },
      state: { type: 'enum', options: [...lights], description: 'only these' },
      all: { type: 'boolean', description: 'every customer, also where nothing is amiss' },
      json: jsonFlag,
    },
    async run({ args }) {
      const { connection, state } = args
      return withAsk(
        program,
        async (ask) => {
          const found = await readAll(Infinity, (page) => list(ask, { ...page, connection, state }))
          const rows = args.all === true || args.json === true ? found : found.filter(isNews)
          print(program, args.json, rows, 'Nothing is connected, so nothing is read.', [
            { title: 'connection', of: (row) => row.connection },
            { title: 'feed', of: (row) => row.feed },
            { title: 'customer', of: (row) => row.customer_name ?? '(all)', flex: true },
            { title: 'state', of: (row) => row.state },
            { title: 'read whole', of: (row) => relative(row.whole_at, ask.now) },
            { title: 'rows', of: rowsOf, right: true },
            { title: 'read', of: (row) => spansOf(row), flex: true },
            { title: 'late', of: lateOf },
            { title: 'why', of: (row) => row.reason, flex: true },
          ])
          return found.every((row) => row.state === 'green') ? exitCodes.ok : exitCodes.bad
        },
        await vendorsOf(program),
      )
    },
  })

/** A customer is only of interest when it fares worse than its feed. */
function isNews(row: CoverageAnswer, _: number, all: CoverageAnswer[]): boolean {
  if (row.customer === null) return true
  const whole = all.find(
    (one) => one.customer === null && one.connection === row.connection && one.feed === row.feed,
  )
  return row.state !== 'green' && row.reason !== whole?.reason
}

function rowsOf({ seen, declared }: CoverageAnswer): string {
  if (seen === null) return ''
  return declared === null ? `${seen}` : `${seen} of ${declared}`
}

function spansOf({ read }: CoverageAnswer): string {
  return read.map(({ from, to }) => `${from?.slice(0, 10) ?? 'start'} – ${short(to)}`).join(', ')
}

function short(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}

/** How many a plain cursor would have lost, of how many. */
function lateOf({ late }: CoverageAnswer): string {
  return late === null ? '' : `${late.lost_by_plain_cursor} of ${late.counted}`
}
