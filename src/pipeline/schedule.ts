import type { Feed } from '../connectors/feed.ts'
import { connectionsDue, nextDue } from '../store/due-changes.ts'
import type { Hub } from './hub.ts'
import { type Handout, Loops, type Wake, attempt, retryMs } from './handout.ts'
import { advance } from './line.ts'
import { deliver, hasOutbox } from './outbox.ts'
import { Shared } from './shared.ts'
import { sweep } from './sweep.ts'
import { syncFeed } from './sync.ts'
import type { Live } from './vendors.ts'

/** What is due and was not worked on is held by another process, or waits for another change of its case. */
const heldMs = 5_000
/** The lease is held this long at most, that others who want it get their turn: the sweep, and who takes over. */
const turnMs = 20_000
/** Until the line is free again: a batch takes about as long; a holder that has died takes longer. */
const lineMs = 20
const sweepMs = 10 * 60_000
/** Without news of our own, another process's news is looked for this often; alone on SQLite there is no other. */
const pollMs = { postgres: 2_000, sqlite: 600_000 }
/** Whoever has news tells the queue: this is for what nobody told. */
const queuedMs = 30_000

export interface Schedule {
  /** Ends the work; resolves when the last piece of it has ended. */
  stop(): Promise<void>
}

/** Runs everything, for ever, each job on its own: one connection's trouble does not wait for another's. */
export function start(hub: Hub): Schedule {
  const stopped = new AbortController()
  const here = new Loops(hub)
  const handout = hub.queue === undefined ? here : new Shared(hub, hub.queue)
  const outboxes = new Map<string, Wake>()
  const mail = async (): Promise<void> => {
    for (const id of await connectionsDue(hub.store.db, hub.outside.now())) outboxes.get(id)?.()
  }
  // The line asks no vendor and is done in no time: every process looks, the lease lets one through.
  const news = here.repeat('line', async () => {
    const count = await advance(hub)
    if (count !== undefined && count > 0) await mail()
    return pollMs[hub.store.engine]
  })
  const parts = { hub, handout, outboxes, news, mail, stopped: stopped.signal }
  const begun = hub.live.map((live) => startConnection(parts, live))
  const stop = async (): Promise<void> => {
    stopped.abort('stopped')
    await Promise.all([...begun, here.stop(), handout.stop()])
  }
  return { stop }
}

interface Parts {
  hub: Hub
  handout: Handout
  /** By connection. */
  outboxes: Map<string, Wake>
  /** There are new records. */
  news: Wake
  /** There are new changes to deliver. */
  mail: () => Promise<void>
  stopped: AbortSignal
}

async function startConnection(parts: Parts, live: Live): Promise<void> {
  const { hub, handout, outboxes, news, mail, stopped } = parts
  const { desk, board, feeds } = live.connector
  const inVain = new Map<string, number>()
  const read = async (feed: Feed): Promise<number> => {
    const run = await syncFeed(hub, live, feed)
    if (run !== undefined && run.rows > 0) news()
    if (run?.outcome === 'failed')
      hub.log('warn', 'a feed failed', { connection: live.connection.id, feed: feed.name, error: run.error })
    if (run === undefined) return Math.min(feed.everyMs, retryMs) // another process is at it
    const failures = run.outcome === 'ok' ? 0 : (inVain.get(feed.name) ?? 0) + 1
    inVain.set(feed.name, failures)
    return pauseAfter(feed, failures)
  }
  const repeat = (name: string, work: () => Promise<number>, firstMs = 0): Wake =>
    handout.repeat(`${live.connection.id} ${name}`, work, firstMs)
  if (hasOutbox(live)) {
    const deliverDue = async (): Promise<number> => {
      const first = await untilDue(hub, live)
      if (first > 0) return first
      const until = hub.outside.now() + turnMs
      let next = heldMs
      await deliver(hub, live, async () => {
        // What was reported of a ticket before we knew that it is ours can be read now.
        news()
        const wait = await untilDue(hub, live)
        const goesOn = wait === 0 && hub.outside.now() < until && !stopped.aborted
        next = goesOn ? heldMs : wait
        return goesOn
      })
      return next
    }
    outboxes.set(live.connection.id, repeat('outbox', deliverDue))
  }
  if (desk !== undefined || board !== undefined)
    repeat('sweep', async () => (await sweep(hub, live), sweepMs), sweepMs)
  // Customers first, all the way through the line: a feed may have to know them to read at all.
  for (const feed of feeds.filter((one) => one.kind === 'customers')) {
    const first = await attempt(hub, `${feed.name} of ${live.connection.id}`, async () => {
      const wait = await read(feed)
      for (let pause = lineMs; !stopped.aborted && (await advance(hub)) === undefined; pause *= 2)
        await hub.outside.sleep(Math.min(pause, heldMs), stopped)
      await mail()
      return wait
    })
    if (stopped.aborted) return
    repeat(feed.name, () => read(feed), first)
  }
  for (const feed of feeds.filter((one) => one.kind !== 'customers')) repeat(feed.name, () => read(feed))
}

/** What did not succeed is tried again soon, and then less and less often: a vendor that is down is not helped by questions. */
function pauseAfter({ everyMs }: Feed, failures: number): number {
  return failures === 0 ? everyMs : Math.min(everyMs, retryMs * 2 ** (failures - 1))
}

/** How long the outbox may rest: until the next change falls due. */
async function untilDue(hub: Hub, live: Live): Promise<number> {
  const next = await nextDue(hub.store.db, live.connection.id)
  const poll = hub.queue === undefined ? pollMs[hub.store.engine] : queuedMs
  return next === undefined ? poll : Math.min(poll, Math.max(next - hub.outside.now(), 0))
}
