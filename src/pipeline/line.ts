import type { VendorRecord } from '../domain/record.ts'
import type { Trace } from '../domain/trace.ts'
import { putDeadLetter } from '../store/dead-letters.ts'
import { hasPending, markDone } from '../store/pending.ts'
import { takePending } from '../store/records.ts'
import type { Db } from '../store/store.ts'
import { keepCases } from './correlate.ts'
import { type SeenCustomer, mapCustomers, toSeenCustomer } from './customers.ts'
import { forgetCustomers } from './feed-memory.ts'
import { toTraces, tracesOfWaiting } from './traces.ts'
import type { Hub } from './hub.ts'
import { type Lease, withLease } from './lease.ts'
import { type Reported, mirrorTickets, toReported } from './mirror.ts'
import { type Normalised, normalise, toActivity, toFindings } from './normalise.ts'
import { tenantsByCustomer } from './quarantine.ts'
import { type ReportedTask, mirrorTasks, toReportedTask } from './task-mirror.ts'
import { decideTasks, decideWaitingTasks } from './tasks.ts'
import { decideChanges, decideWaiting } from './tickets.ts'
import { feedOf } from './vendors.ts'

/** What is looked at together: small enough that what is known of its neighbourhood stays small. */
const batchSize = 500
/** So many are committed together: the pages of the indices, hit at random, are then written once, not four times. */
const batchesACommit = 4

/**
 * Record → Event → Finding → Case → TicketChange: takes pending Records through the stages, some batches a transaction, until
 * none is left. Returns how many went through; undefined when another process is at it. What is not pending has gone all
 * the way: without any it is woken in vain, as often as not, and asks for no lease.
 */
export async function advance(hub: Hub): Promise<number | undefined> {
  if (!(await hasPending(hub.store.db))) return 0
  return withLease(hub, 'line', async (lease) => {
    let count = 0
    for (;;) {
      const turn = await someBatches(hub, lease)
      count += turn.count
      if (turn.done) return count
    }
  })
}

interface Turn {
  count: number
  /** None is left. */
  done: boolean
}

async function someBatches(hub: Hub, lease: Lease): Promise<Turn> {
  try {
    const { seen, ...turn } = await hub.store.transaction(async (tx) => {
      let [count, seen, done] = [0, 0, false]
      for (let nth = 0; nth < batchesACommit && !done; nth++) {
        const records = await takePending(tx, batchSize)
        if (records.length > 0) seen += await stages(tx, hub, lease, records)
        count += records.length
        done = records.length < batchSize
      }
      return { count, seen, done }
    })
    if (seen > 0) forgetCustomers(hub.store)
    return turn
  } catch (error) {
    if (!(error instanceof StageError)) throw error
    const records = await takePending(hub.store.db, batchSize)
    await throughStages(hub, lease, records)
    return { count: records.length, done: records.length < batchSize }
  }
}

/** A batch that fails as a whole is halved until the record that it fails on stands alone and goes to dead letters. */
async function throughStages(hub: Hub, lease: Lease, records: readonly VendorRecord[]): Promise<void> {
  if (records.length === 0) return
  try {
    const seen = await hub.store.transaction((tx) => stages(tx, hub, lease, records))
    if (seen > 0) forgetCustomers(hub.store)
  } catch (error) {
    if (!(error instanceof StageError)) throw error
    if (records.length === 1) return bury(hub, lease, records[0], error)
    const half = Math.ceil(records.length / 2)
    await throughStages(hub, lease, records.slice(0, half))
    await throughStages(hub, lease, records.slice(half))
  }
}

/** Returns how many customers were seen. */
async function stages(tx: Db, hub: Hub, lease: Lease, records: readonly VendorRecord[]): Promise<number> {
  const now = hub.outside.now()
  await lease.renew(tx)
  const { seen, traces, findings, reports, tasks } = read(hub, records)
  const before = await tenantsByCustomer(tx, hub)
  const shown = [...traces, ...tracesOfWaiting(findings, before)]
  const free = await mapCustomers(tx, { seen, traces: shown }, now)
  const tenantOf = seen.length + shown.length === 0 ? before : await tenantsByCustomer(tx, hub)
  const news = await keepCases(tx, [...free, ...toFindings(findings, tenantOf)], now)
  await decideChanges(tx, hub, news, now)
  await decideTasks(tx, hub, news, now)
  if (seen.length > 0) {
    await decideWaiting(tx, hub, now)
    await decideWaitingTasks(tx, hub, seen, now)
  }
  await mirrorTickets(tx, hub, reports, now)
  await mirrorTasks(tx, hub, tasks, now)
  await markDone(
    tx,
    records.map((record) => record.id),
  )
  return seen.length
}

/** The pure part: what the vendor's folder makes of its own records. */
function read(
  hub: Hub,
  records: readonly VendorRecord[],
): {
  seen: SeenCustomer[]
  traces: Trace[]
  findings: Normalised[]
  reports: Reported[]
  tasks: ReportedTask[]
} {
  const seen: SeenCustomer[] = []
  const traces: Trace[] = []
  const findings: Normalised[] = []
  const reports: Reported[] = []
  const tasks: ReportedTask[] = []
  for (const record of records) {
    const feed = feedOf(hub.live, record.connectionId, record.feed)
    if (feed?.kind === 'customers')
      seen.push(...[attempt(() => toSeenCustomer(hub, record, feed))].filter(isThere))
    if (feed?.kind === 'inventory') traces.push(...attempt(() => toTraces(record, feed)))
    if (feed?.kind === 'findings') findings.push(...[attempt(() => normalise(record, feed))].filter(isThere))
    if (feed?.kind === 'tickets') reports.push(attempt(() => toReported(record, feed)))
    if (feed?.kind === 'tasks') tasks.push(attempt(() => toReportedTask(hub, record, feed)))
    // Read again where it is shown; here only what cannot be read is found out.
    if (feed?.kind === 'audit') attempt(() => toActivity(record, feed))
  }
  return { seen, traces, findings, reports, tasks }
}

/** A record that its own vendor's mapping cannot take. */
class StageError extends Error {
  override name = 'StageError'
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new StageError(cause instanceof Error ? cause.message : String(cause))
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined
}

async function bury(hub: Hub, lease: Lease, record: VendorRecord | undefined, error: Error): Promise<void> {
  if (record === undefined) return
  const at = hub.outside.now()
  await hub.store.transaction(async (tx: Db) => {
    await lease.renew(tx)
    await putDeadLetter(
      tx,
      { stage: 'normalise', ref: record.id, reason: error.message, body: record.body },
      at,
    )
    await markDone(tx, [record.id])
  })
  hub.log('warn', 'a record went to dead letters', { record: record.id, reason: error.message })
}
