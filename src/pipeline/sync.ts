import type { Batch, Feed, FeedReader, Known } from '../connectors/feed.ts'
import { ApiError } from '../contract/api-error.ts'
import { type Horizon, overlapOf, withSightings } from '../domain/horizon.ts'
import { idOf } from '../domain/id.ts'
import { type VendorRecord, toRecord } from '../domain/record.ts'
import type { Run } from '../domain/run.ts'
import { addCovered } from '../store/coverage.ts'
import { writeCursor } from '../store/cursors.ts'
import { customerIdsOf } from '../store/customers.ts'
import { putDeadLetter } from '../store/dead-letters.ts'
import { readFeedState } from '../store/feed-states.ts'
import { settleGaps } from '../store/gaps.ts'
import { putHorizon } from '../store/horizons.ts'
import { heads, openHeads, putRecords } from '../store/records.ts'
import { putRun } from '../store/runs.ts'
import type { Db } from '../store/store.ts'
import { notePresence, presenceNews } from './customers.ts'
import { FeedMemory, feedLease, forget, recall, remember } from './feed-memory.ts'
import { sightingsOf } from './horizon.ts'
import { ticketsByVendorIds } from '../store/tickets.ts'
import type { Hub } from './hub.ts'
import { LateLease, LeaseLost } from './lease.ts'
import { Ledger } from './ledger.ts'
import type { Live } from './vendors.ts'

/**
 * One attempt at one feed: vendor pages in, Records and cursor out, together. Undefined when another process is at it.
 * `fromStart` reads all of it again; what is held already makes no new rows.
 */
export async function syncFeed(
  hub: Hub,
  live: Live,
  feed: Feed,
  fromStart = false,
): Promise<Run | undefined> {
  const name = feedLease(live.connection.id, feed.name)
  const memory = (!fromStart && recall(hub.store, name)) || (await newMemory(hub, live, feed, name))
  if (fromStart) memory.cursor = undefined
  remember(hub.store, name, memory)
  const lease = new LateLease(hub, name, memory.fence)
  try {
    return await run(hub, live, feed, lease, memory)
  } finally {
    memory.fence = lease.fence
    await lease.release()
  }
}

async function newMemory(hub: Hub, live: Live, feed: Feed, lease: string): Promise<FeedMemory> {
  return new FeedMemory(await readFeedState(hub.store.db, live.connection.id, feed.name, lease))
}

/** What one attempt knows of itself. */
interface Attempt {
  hub: Hub
  live: Live
  feed: Feed
  lease: LateLease
  memory: FeedMemory
  ledger: Ledger
  startedAt: number
  /** Where a plain cursor stood when it began. */
  plainMark: number
  /** It has brought rows. */
  brought: boolean
}

async function run(
  hub: Hub,
  live: Live,
  feed: Feed,
  lease: LateLease,
  memory: FeedMemory,
): Promise<Run | undefined> {
  const startedAt = hub.outside.now()
  const plainMark = memory.horizon.newest
  const client = live.client.alone()
  const own = { ...live, client }
  const ledger = new Ledger()
  const attempt = { hub, live: own, feed, lease, memory, ledger, startedAt, plainMark, brought: false }
  let rows = 0
  let error: string | undefined
  try {
    for await (const batch of feed.read(readerFor(attempt))) rows += await take(attempt, batch)
  } catch (cause) {
    // Nobody knows what was committed: next time the database tells.
    forget(hub.store, lease.name)
    if (cause instanceof LeaseLost && rows === 0) return undefined
    // A connection's trouble stays its own: what was committed stands, the cursor goes on from there.
    error = cause instanceof ApiError ? cause.line : cause instanceof Error ? cause.message : String(cause)
  }
  memory.last = await finish(attempt, rows, client.requests, error)
  return memory.last
}

/** The run and the gaps that it leaves, together. A quiet turn after a quiet one writes one row, over the former's. */
async function finish(
  { hub, live, feed, ledger, memory: { last }, startedAt }: Attempt,
  rows: number,
  requests: number,
  failure: string | undefined,
): Promise<Run> {
  const error = failure ?? ledger.incomplete ?? null
  const outcome = failure !== undefined ? 'failed' : error !== null ? 'incomplete' : 'ok'
  const again = rows === 0 && last?.rows === 0 && last.outcome === outcome && last.error === error
  const finished: Run = {
    id: again ? last.id : idOf('run', live.connection.id, feed.name, startedAt),
    connectionId: live.connection.id,
    feed: feed.name,
    startedAt,
    endedAt: hub.outside.now(),
    outcome,
    rows,
    requests,
    error,
    wholeAt: outcome === 'ok' ? startedAt : (last?.wholeAt ?? null),
    turns: again ? last.turns + 1 : 1,
  }
  // A failed run has not looked everywhere: what was open stays open.
  if (outcome === 'failed' || (outcome === 'ok' && last?.outcome === 'ok'))
    await putRun(hub.store.db, finished)
  else
    await hub.store.transaction(async (tx) => {
      await settleGaps(tx, finished.connectionId, feed.name, ledger.gaps, finished.endedAt)
      await putRun(tx, finished)
    })
  return finished
}

/** The cursor of a turn that brought nothing need not be written at once: from the former one nothing is lost. */
const unwrittenMs = 2 * 3_600_000

/** A quiet turn writes nothing. Returns how many rows were new. */
async function take(attempt: Attempt, batch: Batch): Promise<number> {
  const { ledger, memory, startedAt } = attempt
  ledger.take(batch)
  const cursor = JSON.stringify(batch.cursor) as string | undefined // nothing has no text
  const nothing = batch.rows.length === 0 && (batch.rejected ?? []).length === 0
  const mayWait = !attempt.brought && startedAt - memory.writtenAt < unwrittenMs
  if (nothing && (cursor === memory.cursor || mayWait) && memory.news(batch.covered).length === 0) {
    if (!(await someoneCameOrWent(attempt, batch))) {
      memory.cursor = cursor
      return 0
    }
  }
  const count = await commit(attempt, batch, cursor)
  memory.cursor = cursor
  memory.writtenAt = startedAt
  attempt.brought ||= !nothing
  memory.rows.wrote(batch.rows)
  return count
}

async function someoneCameOrWent(
  { hub, live, memory, startedAt }: Attempt,
  { listed }: Batch,
): Promise<boolean> {
  if (listed === undefined) return false
  const text = JSON.stringify(listed)
  if (memory.listed === text) return false
  if ((await presenceNews(hub.store.db, live.connection.id, listed, startedAt)).length > 0) return true
  memory.listed = text
  return false
}

/** Rows, what they cover and the cursor in one transaction, fenced. */
async function commit(attempt: Attempt, batch: Batch, cursor: string | undefined): Promise<number> {
  const { hub, live, feed, lease, memory } = attempt
  const now = hub.outside.now()
  const connectionId = live.connection.id
  const records = batch.rows.map((row) => toRecord(connectionId, feed.name, row, now))
  const covered = memory.news(batch.covered)
  const { fresh, horizon, fence } = await hub.store.transaction(async (tx) => {
    const fence = await lease.take(tx)
    const added = await putRecords(tx, records)
    await bury(tx, attempt, batch, now)
    const horizon = sighted(attempt, added.firsts, batch.history === true, now)
    if (horizon !== memory.horizon) await putHorizon(tx, connectionId, feed.name, horizon)
    if (covered.length > 0) await addCovered(tx, connectionId, feed.name, covered, now)
    if (batch.listed !== undefined) await notePresence(tx, connectionId, batch.listed, now)
    await writeCursor(tx, connectionId, feed.name, cursor ?? 'null', now)
    return { fresh: added.fresh, horizon, fence }
  })
  lease.committed(fence)
  memory.keep(covered)
  memory.horizon = horizon
  return fresh.length
}

async function bury(tx: Db, { live, feed }: Attempt, { rejected = [] }: Batch, now: number): Promise<void> {
  const connectionId = live.connection.id
  for (const { raw, reason } of rejected) {
    const letter = { stage: 'sync', ref: idOf('row', connectionId, feed.name, raw), reason, body: raw }
    await putDeadLetter(tx, letter, now, { connectionId, feed: feed.name })
  }
}

/** The past, when it is read for the first time, moves the mark, but nothing of it is late. */
function sighted(
  { memory, feed, plainMark }: Attempt,
  firsts: VendorRecord[],
  history: boolean,
  now: number,
): Horizon {
  if (firsts.length === 0) return memory.horizon
  const wholeAt = history ? null : (memory.last?.wholeAt ?? null)
  const seen = sightingsOf(firsts, wholeAt, feed, now)
  return withSightings(memory.horizon, seen, wholeAt === null ? 0 : plainMark, now)
}

function readerFor({ hub, live, feed, memory, startedAt: now }: Attempt): FeedReader {
  const { db } = hub.store
  const connectionId = live.connection.id
  return {
    client: live.client,
    cursor: memory.cursor === undefined ? undefined : JSON.parse(memory.cursor),
    now,
    customers: () => memory.customers(now, () => customerIdsOf(db, connectionId)),
    known: (vendorIds) =>
      memory.rows.known(vendorIds, async (missing) =>
        (await heads(db, connectionId, feed.name, missing)).map(toKnown),
      ),
    open: () => memory.rows.open(async () => (await openHeads(db, connectionId, feed.name)).map(toKnown)),
    overlapMs: (reach) => (hub.protections.overlap ? overlapOf(memory.horizon, reach) : 0),
    deep: hub.protections.overlap,
    walking: { trusting: !hub.protections.secondWalk },
    heldPages: memory.held,
    ours: async (vendorIds) => {
      const found = await ticketsByVendorIds(db, connectionId, vendorIds)
      return new Map(found.map((ticket) => [ticket.vendorId, ticket.marker]))
    },
  }
}

function toKnown({ vendorId, customerId, open, body }: VendorRecord): Known {
  return { vendorId, customerId, open, body }
}
