import type { Batch, Feed, FeedReader, Known } from '../connectors/connector.ts'
import { ApiError } from '../contract/api-error.ts'
import { idOf } from '../domain/id.ts'
import { type VendorRecord, toRecord } from '../domain/record.ts'
import type { Run } from '../domain/run.ts'
import { readCursor, writeCursor } from '../store/cursors.ts'
import { customerIdsOf } from '../store/customers.ts'
import { putDeadLetter } from '../store/dead-letters.ts'
import { heads, openHeads, putRecords } from '../store/records.ts'
import { putRun } from '../store/runs.ts'
import { FeedMemory, forget, recall, remember } from './feed-memory.ts'
import type { Hub } from './hub.ts'
import { type Lease, withLease } from './lease.ts'
import type { Live } from './vendors.ts'

/** One attempt at one feed: vendor pages in, Records and cursor out, together. Undefined when another process is at it. */
export async function syncFeed(hub: Hub, live: Live, feed: Feed): Promise<Run | undefined> {
  return withLease(hub, `feed:${live.connection.id}:${feed.name}`, (lease) => run(hub, live, feed, lease))
}

async function run(hub: Hub, live: Live, feed: Feed, lease: Lease): Promise<Run> {
  const { outside, store } = hub
  const startedAt = outside.now()
  const spent = live.client.budget.spent
  let rows = 0
  let incomplete: string | undefined
  let error: string | undefined
  try {
    const memory = recall(store, lease) ?? (await newMemory(hub, live, feed, lease))
    for await (const batch of feed.read(readerFor(hub, live, feed, memory, startedAt))) {
      incomplete ??= batch.incomplete
      const cursor = JSON.stringify(batch.cursor)
      if (saysNothing(batch) && cursor === memory.cursor) continue
      rows += await commit(hub, live, feed, lease, batch)
      memory.cursor = cursor
      if (batch.rows.length > 0) memory.open = undefined
    }
    remember(store, lease, memory)
  } catch (cause) {
    forget(store, lease)
    // A connection's trouble stays its own: what was committed stands, the cursor goes on from there.
    error = cause instanceof ApiError ? cause.line : cause instanceof Error ? cause.message : String(cause)
  }
  const outcome = error !== undefined ? 'failed' : incomplete !== undefined ? 'incomplete' : 'ok'
  const finished: Run = {
    id: idOf('run', live.connection.id, feed.name, startedAt),
    connectionId: live.connection.id,
    feed: feed.name,
    startedAt,
    endedAt: outside.now(),
    outcome,
    rows,
    requests: live.client.budget.spent - spent,
    error: error ?? incomplete ?? null,
  }
  await putRun(store.db, finished)
  return finished
}

/** A quiet minute writes nothing. */
function saysNothing(batch: Batch): boolean {
  return batch.rows.length === 0 && (batch.rejected ?? []).length === 0
}

/** Rows and cursor in one transaction, fenced. */
async function commit(hub: Hub, live: Live, feed: Feed, lease: Lease, batch: Batch): Promise<number> {
  const now = hub.outside.now()
  const connectionId = live.connection.id
  const records = batch.rows.map((row) => toRecord(connectionId, feed.name, row, now))
  return hub.store.transaction(async (tx) => {
    await lease.renew(tx)
    const fresh = await putRecords(tx, records)
    for (const { raw, reason } of batch.rejected ?? []) {
      await putDeadLetter(
        tx,
        { stage: 'sync', ref: idOf('row', connectionId, feed.name, raw), reason, body: raw },
        now,
      )
    }
    await writeCursor(tx, connectionId, feed.name, batch.cursor ?? null, now)
    return fresh.length
  })
}

async function newMemory(hub: Hub, live: Live, feed: Feed, lease: Lease): Promise<FeedMemory> {
  const memory = new FeedMemory(lease.fence)
  memory.cursor = JSON.stringify(await readCursor(hub.store.db, live.connection.id, feed.name))
  return memory
}

function readerFor(hub: Hub, live: Live, feed: Feed, memory: FeedMemory, now: number): FeedReader {
  const { db } = hub.store
  const connectionId = live.connection.id
  return {
    client: live.client,
    cursor: memory.cursor === undefined ? undefined : JSON.parse(memory.cursor),
    now,
    customers: () => memory.customers(now, () => customerIdsOf(db, connectionId)),
    known: async (vendorIds) => {
      const found = await heads(db, connectionId, feed.name, vendorIds)
      return new Map(found.map((record) => [record.vendorId, toKnown(record)]))
    },
    open: async () => (memory.open ??= (await openHeads(db, connectionId, feed.name)).map(toKnown)),
    heldPages: memory.held,
  }
}

function toKnown({ vendorId, customerId, open, body }: VendorRecord): Known {
  return { vendorId, customerId, open, body }
}
