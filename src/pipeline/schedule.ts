import type { Feed } from '../connectors/connector.ts'
import { ApiError } from '../contract/api-error.ts'
import { nextDue } from '../store/ticket-changes.ts'
import type { Hub } from './hub.ts'
import { LeaseLost } from './lease.ts'
import { advance } from './line.ts'
import { deliver, hasOutbox } from './outbox.ts'
import { sweep } from './sweep.ts'
import { syncFeed } from './sync.ts'
import type { Live } from './vendors.ts'

const retryMs = 15_000
const mostRetryMs = 5 * 60_000
/** Until the line is free again: a batch takes about as long. */
const lineMs = 20
const sweepMs = 10 * 60_000
/** Without news of our own, another process's news is looked for this often; alone on SQLite there is no other. */
const pollMs = { postgres: 2_000, sqlite: 600_000 }

export interface Schedule {
  /** Ends the loops; resolves when the last piece of work has ended. */
  stop(): Promise<void>
}

/** Runs everything, for ever, each job on its own: one connection's trouble does not wait for another's. */
export function start(hub: Hub): Schedule {
  const stopped = new AbortController()
  const news = new Signal()
  const mail = new Signal()
  const jobs = [
    loop(hub, stopped, 'line', async () => {
      const count = await advance(hub)
      if (count !== undefined && count > 0) mail.ring()
      await news.wait(hub, pollMs[hub.store.engine], stopped.signal)
    }),
    ...hub.live.map((live) => startConnection(hub, live, stopped, news, mail)),
  ]
  const stop = async (): Promise<void> => {
    stopped.abort('stopped')
    news.ring()
    mail.ring()
    await Promise.all(jobs)
  }
  return { stop }
}

async function startConnection(
  hub: Hub,
  live: Live,
  stopped: AbortController,
  news: Signal,
  mail: Signal,
): Promise<void> {
  const { desk, feeds } = live.connector
  const inVain = new Map<string, number>()
  const read = async (feed: Feed): Promise<number> => {
    const run = await syncFeed(hub, live, feed)
    if (run !== undefined && run.rows > 0) news.ring()
    if (run?.outcome === 'failed')
      hub.log('warn', 'a feed failed', { connection: live.connection.id, feed: feed.name, error: run.error })
    const failures = run?.outcome === 'ok' ? 0 : (inVain.get(feed.name) ?? 0) + 1
    inVain.set(feed.name, failures)
    return pauseAfter(feed, failures)
  }
  const jobs: Promise<void>[] = []
  const repeat = (name: string, work: () => Promise<unknown>): void => {
    jobs.push(loop(hub, stopped, `${live.connection.id} ${name}`, work))
  }
  const wait = (ms: number): Promise<void> => hub.outside.sleep(ms, stopped.signal)
  if (hasOutbox(live)) {
    repeat('outbox', async () => {
      const worked = await deliver(hub, live)
      if (worked === undefined || worked === 0)
        return mail.wait(hub, await untilDue(hub, live), stopped.signal)
      // What was reported of a ticket before we knew that it is ours can be read now.
      return news.ring()
    })
  }
  if (desk !== undefined) {
    repeat('sweep', async () => {
      await wait(sweepMs)
      if (!stopped.signal.aborted) await sweep(hub, live, desk)
    })
  }
  // Customers first, all the way through the line: a feed may have to know them to read at all.
  for (const feed of feeds.filter((one) => one.kind === 'customers')) {
    const first = await guarded(hub, `${feed.name} of ${live.connection.id}`, async () => {
      await read(feed)
      while (!stopped.signal.aborted && (await advance(hub)) === undefined) await wait(lineMs)
      mail.ring()
    })
    repeat(feed.name, async () => {
      await wait(first === undefined ? retryMs : feed.everyMs)
      if (!stopped.signal.aborted) await read(feed)
    })
  }
  for (const feed of feeds.filter((one) => one.kind !== 'customers')) {
    repeat(feed.name, async () => wait(await read(feed)))
  }
  await Promise.all(jobs)
}

/** What did not succeed is tried again soon, and then less and less often: a vendor that is down is not helped by questions. */
function pauseAfter({ everyMs }: Feed, failures: number): number {
  return failures === 0 ? everyMs : Math.min(everyMs, mostRetryMs, retryMs * 2 ** (failures - 1))
}

async function loop(
  hub: Hub,
  stopped: AbortController,
  name: string,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!stopped.signal.aborted) {
    const done = await guarded(hub, name, work)
    if (done === undefined) await hub.outside.sleep(retryMs, stopped.signal)
  }
}

/** Runs a piece of work; its trouble is logged and does not end the loop. Undefined when it failed. */
async function guarded(hub: Hub, name: string, work: () => Promise<unknown>): Promise<true | undefined> {
  try {
    await work()
    return true
  } catch (error) {
    const expected = error instanceof ApiError || error instanceof LeaseLost
    const message = error instanceof Error ? error.message : String(error)
    hub.log(expected ? 'warn' : 'error', `${name}: ${message}`, expected ? {} : { error: name })
    return undefined
  }
}

/** How long the outbox may rest: until the next change falls due. */
async function untilDue(hub: Hub, live: Live): Promise<number> {
  const next = await nextDue(hub.store.db, live.connection.id)
  const poll = pollMs[hub.store.engine]
  // What is due already and was not worked on is held by another process, or waits for its case's ticket.
  return next === undefined ? poll : Math.min(poll, Math.max(next - hub.outside.now(), 1_000))
}

/** Something has happened: whoever waits goes on at once. */
class Signal {
  #waiting = new Set<AbortController>()
  #rung = false

  ring(): void {
    this.#rung = true
    for (const one of this.#waiting) one.abort('news')
  }

  async wait(hub: Hub, ms: number, stopped: AbortSignal): Promise<void> {
    if (!this.#rung) {
      const woken = new AbortController()
      this.#waiting.add(woken)
      await hub.outside.sleep(ms, AbortSignal.any([woken.signal, stopped]))
      this.#waiting.delete(woken)
    }
    this.#rung = false
  }
}
