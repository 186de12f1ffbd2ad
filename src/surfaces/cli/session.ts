import { allProtections } from '../../pipeline/protections.ts'
import { digest } from '../../domain/id.ts'
import { Governor } from '../../pipeline/governor.ts'
import type { Log } from '../../pipeline/hub.ts'
import { releaseTheDead } from '../../pipeline/lease.ts'
import { type Schedule, start } from '../../pipeline/schedule.ts'
import type { Vendors } from '../../pipeline/vendors.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { connections } from '../../store/connections.ts'
import type { Db, Store } from '../../store/store.ts'
import { type WorkQueue, openWorkQueue } from '../../store/work-queue.ts'
import { forgetDemo, hasMain, openFreshDemo, openMain, sealingKey } from './data.ts'
import { openAll, putDemo } from './live.ts'
import type { Program } from './program.ts'

/** The hub at work over one set of connections: yours, or the demo's as long as there are none. */
export interface Session {
  store: Store
  demo: boolean
  /** Whether the connections are still those that it was opened with. */
  isCurrent(): Promise<boolean>
  close(): Promise<void>
}

export interface SessionParts {
  /** Outlives the session: what was sent to a vendor counts against its limit, whoever sent it. */
  vendors: Vendors
  log: Log
  /** Where the demo leads; without it there is none. */
  sandbox: { sandbox: Sandbox; origin: string } | undefined
}

/** What a stopping piece of work may take before it is left behind; its lease runs out by itself. */
const stopMs = 5000

export async function openSession(program: Program, parts: SessionParts): Promise<Session> {
  const { outside, holder } = program
  const { log, sandbox, vendors } = parts
  const main =
    hasMain(program.config()) || sandbox === undefined ? await openMain(program.config()) : undefined
  const marks = main === undefined ? '' : await marksOf(main.db)
  const demo = marks === '' && sandbox !== undefined
  const store = await (demo ? openDemo(program, main) : openReal(program, main))
  const key = (): Buffer => sealingKey(program)
  if (demo)
    await putDemo(store.db, sandbox.sandbox, sandbox.origin, { vendors, key: key(), now: outside.now() })
  vendors.governBy(
    new Governor({ db: store.db, now: () => outside.now(), holder, hasDied: program.hasDied, log }),
  )
  const live = await openAll(store.db, vendors, key, log)
  await releaseTheDead(store.db, outside.now(), program.hasDied)
  const queue = await queueFor(program, store, log)
  const hub = { store, outside, live, holder, protections: allProtections, log }
  const schedule = start(queue === undefined ? hub : { ...hub, queue })
  return {
    store,
    demo,
    isCurrent: async () => (demo ? (await mainMarks(program)) === '' : (await marksOf(store.db)) === marks),
    close: () => close(program, parts, { schedule, queue, store }),
  }
}

/** On PostgreSQL there may be other processes to share the work with. */
async function queueFor(program: Program, store: Store, log: Log): Promise<WorkQueue | undefined> {
  const { databaseUrl } = program.config()
  if (store.engine !== 'postgres' || databaseUrl === undefined) return undefined
  return openWorkQueue(databaseUrl, (reason) => log('warn', 'the shared work', { reason }))
}

async function openDemo(program: Program, main: Store | undefined): Promise<Store> {
  await main?.close()
  return openFreshDemo(program.config())
}

async function openReal(program: Program, main: Store | undefined): Promise<Store> {
  forgetDemo(program.config())
  return main ?? openMain(program.config())
}

async function mainMarks(program: Program): Promise<string> {
  if (!hasMain(program.config())) return ''
  const main = await openMain(program.config())
  try {
    return await marksOf(main.db)
  } finally {
    await main.close()
  }
}

/** Changes whenever a connection does; empty without any. */
async function marksOf(db: Db): Promise<string> {
  return (await connections(db))
    .map((one) => digest(JSON.stringify([one.id, one.settings, one.secrets])))
    .join()
}

async function close(
  { outside }: Program,
  { vendors }: SessionParts,
  { schedule, queue, store }: { schedule: Schedule; queue: WorkQueue | undefined; store: Store },
): Promise<void> {
  const enough = new AbortController()
  await Promise.race([schedule.stop(), outside.sleep(stopMs, enough.signal)])
  await Promise.race([vendors.giveBack(), outside.sleep(stopMs, enough.signal)])
  enough.abort()
  await queue?.close()
  await store.close()
}
