import { resolve } from 'node:path'

import { Vendors } from '../../pipeline/vendors.ts'
import { pruneBudgets } from '../../store/budgets.ts'
import { pruneRuns } from '../../store/runs.ts'
import { type Define, command } from './command.ts'
import { openLog } from './log.ts'
import { serveSandbox } from './made-up.ts'
import { follow } from './progress.ts'
import type { Program } from './program.ts'
import { type Session, type SessionParts, openSession } from './session.ts'
import { type Desk, serveHub } from './serve-hub.ts'
import { vendorsOf } from './vendors.ts'

/** New connections are noticed this often. */
const lookMs = 5000
const hour = 3_600_000
const keepRunsMs = 14 * 24 * hour

export const define: Define = (program) =>
  command({
    meta: {
      name: 'up',
      description:
        'Run the hub: read, make cases, raise tickets, serve the status page. Without a connection it shows the demo',
    },
    args: {
      sandbox: {
        type: 'boolean',
        default: true,
        description: 'serve the sandbox too',
        negativeDescription: 'no sandbox, and no demo',
      },
    },
    async run({ args }) {
      const config = program.config()
      const stop = program.stopSignal()
      const log = await openLog(program)
      const connectors = await vendorsOf(program)
      // Ports first: whoever cannot have them must not touch the data of the hub that has.
      const desk: Desk = { session: undefined, connectors, log }
      const web = await serveHub(program, desk, config.port)
      let made: Awaited<ReturnType<typeof serveSandbox>> | undefined
      try {
        const plan = { seed: 1, customers: 8, port: config.sandboxPort, log }
        if (args.sandbox) made = await serveSandbox(program, connectors, plan)
        const sandbox = made && { sandbox: made.sandbox, origin: made.listener.origin }
        const vendors = new Vendors(connectors, program.outside)
        await work(program, { vendors, log, sandbox }, desk, web.origin, stop)
      } finally {
        await Promise.all([web.close(), made?.listener.close()])
      }
    },
  })

async function work(
  program: Program,
  parts: SessionParts,
  desk: Desk,
  origin: string,
  stop: AbortSignal,
): Promise<void> {
  const { terminal, outside } = program
  const listening = outside.now()
  desk.session = await openSession(program, parts)
  terminal.out(banner(program, origin, parts, desk.session))
  const following = follow(program, desk, listening, stop)
  for (let pruned = 0; !stop.aborted;) {
    if (outside.now() - pruned > hour) {
      pruned = outside.now()
      await pruneRuns(desk.session.store.db, pruned - keepRunsMs)
      await pruneBudgets(desk.session.store.db, pruned - keepRunsMs)
    }
    await outside.sleep(lookMs, stop)
    if (stop.aborted || (await isCurrent(desk.session, parts))) continue
    terminal.out('The connections have changed: reading goes on with them.\n')
    await desk.session.close()
    desk.session = await openSession(program, parts)
  }
  terminal.out('Stopping …\n')
  await following
  const last = desk.session
  desk.session = undefined
  await last.close()
}

/** A database that is away for a moment is no reason to begin anew. */
async function isCurrent(session: Session, { log }: SessionParts): Promise<boolean> {
  try {
    return await session.isCurrent()
  } catch (error) {
    log('warn', 'the connections cannot be read', {
      reason: error instanceof Error ? error.message : String(error),
    })
    return true
  }
}

function banner(
  program: Program,
  origin: string,
  { sandbox, vendors }: SessionParts,
  { demo, store }: Session,
): string {
  const { data } = program.config()
  const lines = [
    `Watchfloor ${program.version}`,
    '',
    `  status   ${origin}`,
    ...(sandbox === undefined ? [] : [`  sandbox  ${sandbox.origin}`]),
    `  data     ${resolve(data)}${store.engine === 'postgres' ? ', and PostgreSQL' : ''}`,
    '',
    ...(demo
      ? [
          `This is the demo: vendors, customers and attacks are made up. Your own: watchfloor connect ${vendors.names().join(' | ')}`,
          '',
        ]
      : []),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
