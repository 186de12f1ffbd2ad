import type { Feed } from '../../connectors/connector.ts'
import type { Run } from '../../domain/run.ts'
import type { Hub } from '../../pipeline/hub.ts'
import { advance } from '../../pipeline/line.ts'
import { deliver } from '../../pipeline/outbox.ts'
import { syncFeed } from '../../pipeline/sync.ts'
import type { Live } from '../../pipeline/vendors.ts'
import { type Define, command } from './command.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, type Program, exitCodes } from './program.ts'
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

/** Customers first: what a feed brings before its customer is known only waits. */
function choose(hub: Hub, connection: string | undefined, feed: string | undefined): Work[] {
  const ids = hub.live.map((one) => one.connection.id)
  if (ids.length === 0) throw new CliError('nothing is connected: "watchfloor connect <vendor>" does that, "watchfloor up" shows a demo')
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
  const chosen = all.filter((one) => feed === undefined || one.feed.name === feed)
  return chosen.toSorted((a, b) => Number(b.feed.kind === 'customers') - Number(a.feed.kind === 'customers'))
}

function steps(hub: Hub, work: Work[], runs: Run[]): Step[] {
  const reads = work.map(({ live, feed }): Step => ({
    title: `${live.connection.id} ${feed.name}`,
    async run() {
      const run = await syncFeed(hub, live, feed)
      if (run === undefined) return 'another process is at it'
      runs.push(run)
      if (run.outcome !== 'ok') throw new Error(`${run.outcome}: ${run.error ?? 'no reason given'}`)
      return `${run.rows} new rows, ${run.requests} requests`
    },
  }))
  const line: Step = { title: 'cases', run: async () => went(await advance(hub), 'records went through') }
  const desks = hub.live.flatMap(({ connector: { desk } }, i) => {
    const live = hub.live[i]
    return desk === undefined || live === undefined ? [] : [{ live, desk }]
  })
  const outboxes = desks.map(({ live, desk }): Step => ({
    title: `${live.connection.id} outbox`,
    async run() {
      let count = 0
      for (let worked = await deliver(hub, live, desk); worked !== 0; worked = await deliver(hub, live, desk)) {
        if (worked === undefined) return 'another process is at it'
        count += worked
      }
      return went(count, 'changes delivered')
    },
  }))
  return [...reads, line, ...outboxes]
}

function went(count: number | undefined, what: string): string {
  return count === undefined ? 'another process is at it' : `${count} ${what}`
}

function exitOf(runs: readonly Run[]): number {
  if (runs.some((run) => run.outcome === 'failed')) return exitCodes.unreachable
  return runs.some((run) => run.outcome === 'incomplete') ? exitCodes.bad : exitCodes.ok
}
