import type { Feed } from '../../connectors/feed.ts'
import type { Run } from '../../domain/run.ts'
import type { Hub } from '../../pipeline/hub.ts'
import { syncFeed } from '../../pipeline/sync.ts'
import type { Live } from '../../pipeline/vendors.ts'
import { type Define, command } from './command.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { lineStep, outboxSteps } from './outbox-steps.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, exitCodes } from './program.ts'
import { type Step, runSteps } from './steps.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'sync', description: 'Read once, now, and deliver what follows from it' },
    args: {
      connection: { type: 'positional', description: 'only this connection', required: false },
      feed: { type: 'positional', description: 'only this feed of it', required: false },
      json: jsonFlag,
    },
    async run({ args }) {
      return withHub(program, await openLog(program), async (hub) => {
        const work = choose(hub, args.connection, args.feed)
        const runs: Run[] = []
        await runSteps(program, args.json === true, steps(hub, work, runs))
        if (args.json === true) printJson(program, runs)
        return exitOf(runs)
      })
    },
  })

interface Work {
  live: Live
  feed: Feed
}

function choose(hub: Hub, connection: string | undefined, feed: string | undefined): Work[] {
  const ids = hub.live.map((one) => one.connection.id)
  if (ids.length === 0)
    throw new CliError(
      'nothing is connected: "watchfloor connect <vendor>" does that, "watchfloor up" shows a demo',
    )
  if (connection !== undefined && !ids.includes(connection)) {
    throw new CliError(`no connection "${connection}"${hint(connection, ids)}: use ${ids.join(', ')}`)
  }
  const all = hub.live
    .filter((live) => connection === undefined || live.connection.id === connection)
    .flatMap((live) => live.connector.feeds.map((one) => ({ live, feed: one })))
  const names = all.map((one) => one.feed.name)
  if (feed !== undefined && !names.includes(feed)) {
    throw new CliError(`${connection} has no feed "${feed}"${hint(feed, names)}: use ${names.join(', ')}`)
  }
  return all.filter((one) => feed === undefined || one.feed.name === feed)
}

/** Customers first, all the way through the line: a feed may have to know them to read at all. */
function steps(hub: Hub, work: Work[], runs: Run[]): Step[] {
  const [customers, others] = [true, false].map((wanted) =>
    work.filter(({ feed }) => (feed.kind === 'customers') === wanted),
  )
  const read = (one: Work): Step => readStep(hub, one, runs)
  return [
    ...(customers ?? []).map(read),
    ...(customers?.length === 0 ? [] : [lineStep(hub, 'customers')]),
    ...(others ?? []).map(read),
    lineStep(hub, 'cases'),
    ...outboxSteps(hub),
  ]
}

function readStep(hub: Hub, { live, feed }: Work, runs: Run[]): Step {
  return {
    title: `${live.connection.id} ${feed.name}`,
    async run() {
      const run = await syncFeed(hub, live, feed)
      if (run === undefined) return 'another process is at it'
      runs.push(run)
      if (run.outcome !== 'ok') throw new Error(`${run.outcome}: ${run.error ?? 'no reason given'}`)
      return `${run.rows} new rows, ${run.requests} requests`
    },
  }
}

function exitOf(runs: readonly Run[]): number {
  if (runs.some((run) => run.outcome === 'failed')) return exitCodes.unreachable
  return runs.some((run) => run.outcome === 'incomplete') ? exitCodes.bad : exitCodes.ok
}
