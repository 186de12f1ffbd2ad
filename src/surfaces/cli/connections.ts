import { feedsHealth } from '../../api/handlers/health.ts'
import { connections } from '../../store/connections.ts'
import { withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { jsonFlag, print, relative } from './output.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'connections', description: 'List connections and how their feeds do' },
    args: { json: jsonFlag },
    async run({ args }) {
      const connectors = await vendorsOf(program)
      await withAsk(
        program,
        async (ask) => {
          const feeds = await feedsHealth(ask)
          const rows = (await connections(ask.db)).map(({ id, vendor, name, settings }) => {
            return { id, vendor, name, settings, feeds: feeds.filter((feed) => feed.connection === id) }
          })
          print(program, args.json, rows, 'No connections: "watchfloor connect <vendor>" makes one.', [
            { title: 'connection', of: (row) => row.id },
            { title: 'vendor', of: (row) => row.vendor },
            { title: 'name', of: (row) => row.name },
            { title: 'settings', of: (row) => settingsOf(row.settings), flex: true },
            { title: 'feeds', of: (row) => row.feeds.map(toWords(ask.now)).join(', '), flex: true },
          ])
        },
        connectors,
      )
    },
  })

function settingsOf(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function toWords(now: number) {
  return (feed: { feed: string; state: string; last_run_at: string | null }): string =>
    `${feed.feed} ${feed.state}${feed.last_run_at === null ? '' : ` (${relative(feed.last_run_at, now)})`}`
}
