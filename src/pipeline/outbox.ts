import { ApiError } from '../contract/api-error.ts'
import { dueChanges, stuckSending } from '../store/due-changes.ts'
import type { Db } from '../store/store.ts'
import { type StoredChange, setChange } from '../store/ticket-changes.ts'
import { boardCarrier } from './board-carrier.ts'
import type { Carrier, Done } from './carrier.ts'
import { deskCarrier } from './desk-carrier.ts'
import type { Hub } from './hub.ts'
import { giveBack, takeLease } from './lease.ts'
import { originCarrier } from './origin-carrier.ts'
import type { Live } from './vendors.ts'

/**
 * TicketChange → vendor: the one-ticket protocol. `sending` is committed before the request leaves; whatever is not a
 * clear answer is `ambiguous` and never sent again until look-ups by marker, repeated for as long as the vendor may
 * hide a new ticket, have found nothing. How each kind is sent and looked up is its carrier's.
 */

/** Look-ups after an unclear answer: soon, then ever more slowly until the vendor's visibility horizon has passed. */
const lookupSteps = [2_000, 10_000, 30_000, 60_000]
/** A vendor may still carry out a request that we gave up on: the horizon begins this long after. */
const lateMs = 30_000
const atOnce = 4

/**
 * Attempts at what is due for one connection, a few changes at a time, for as long as there are more and `goOn` says so.
 * Returns how many changes were worked on; undefined when another process is at it.
 */
export async function deliver(
  hub: Hub,
  live: Live,
  goOn: () => Promise<boolean> = async () => false,
): Promise<number | undefined> {
  let fence: number | undefined
  let count: number | undefined
  try {
    do {
      const taken = await hub.store.transaction((tx) => takeDue(tx, hub, live))
      if (taken === undefined) return count
      fence = taken.fence
      count = (count ?? 0) + taken.count
      if (taken.count === 0) return count
      await Promise.all(taken.changes.map((change) => work(hub, live, change)))
    } while (await goOn())
    return count
  } finally {
    if (fence !== undefined) await giveBack(hub, outboxLease(live.connection.id), fence)
  }
}

/** Whether changes can be decided for this connection at all. */
export function hasOutbox({ connector }: Live): boolean {
  const { desk, origin, board } = connector
  return desk !== undefined || origin !== undefined || board !== undefined
}

/** One writer per connection: the outbox and the sweep exclude each other. */
export function outboxLease(connectionId: string): string {
  return `outbox:${connectionId}`
}

function carrierOf(hub: Hub, live: Live, { kind }: StoredChange): Carrier | undefined {
  const { desk, origin, board } = live.connector
  if (kind === 'project' || kind === 'task' || kind === 'task-status')
    return board && boardCarrier(hub, live, board)
  if (kind === 'write-back') return origin && originCarrier(live, origin)
  return desk && deskCarrier(hub, live, desk)
}

interface Taken {
  fence: number
  /** How many were due. */
  count: number
  /** Those that are ours to work on now: the pending ones among them are `sending`. */
  changes: StoredChange[]
}

/** The lease and what it gives the right to, together: nobody who takes it over can miss what we are about to send. */
async function takeDue(tx: Db, hub: Hub, live: Live): Promise<Taken | undefined> {
  const { id } = live.connection
  const lease = await takeLease(hub, tx, outboxLease(id))
  if (lease === undefined) return undefined
  const { fence } = lease
  const now = hub.outside.now()
  await recover(tx, hub, id, fence, now)
  const due = await dueChanges(tx, id, now, atOnce)
  const changes: StoredChange[] = []
  for (const change of due) {
    const isSent = change.state === 'pending' && carrierOf(hub, live, change) !== undefined
    const patch = { state: 'sending' as const, attempts: change.attempts + 1, sentAt: now, fence }
    if (!isSent) changes.push(change)
    else if (await setChange(tx, change.id, patch, 'pending')) changes.push({ ...change, state: 'sending' })
  }
  return { fence, count: due.length, changes }
}

/** What another holder left in `sending` may have been carried out. */
async function recover(tx: Db, hub: Hub, connectionId: string, fence: number, now: number): Promise<void> {
  for (const change of await stuckSending(tx, connectionId)) {
    if (change.fence === fence) continue
    await becomeAmbiguous(tx, hub, change, 'the process died while the request was on its way', now)
  }
}

async function work(hub: Hub, live: Live, change: StoredChange): Promise<void> {
  const carrier = carrierOf(hub, live, change)
  if (carrier === undefined)
    return refuse(hub, change, `${live.connection.vendor} takes no ${change.kind}`, change.state)
  if (change.state === 'ambiguous') return settle(hub, carrier, change)
  return send(hub, carrier, change)
}

/** To be called when it is committed that the change is `sending`. */
async function send(hub: Hub, carrier: Carrier, change: StoredChange): Promise<void> {
  const { done, error } = await carrier.carry(change)
  if (done !== undefined) return settled(hub, change, done, false)
  const now = hub.outside.now()
  if (error.ambiguous) return becomeAmbiguous(hub.store.db, hub, change, error.line, now)
  if (error.verdict === 'refused') return refuse(hub, change, error.line, 'sending')
  const dueAt = now + Math.max(error.retryAfterMs ?? 0, 30_000)
  await setChange(hub.store.db, change.id, { state: 'pending', dueAt, error: error.line }, 'sending')
}

async function refuse(
  hub: Hub,
  change: StoredChange,
  error: string,
  from: StoredChange['state'],
): Promise<void> {
  await setChange(hub.store.db, change.id, { state: 'refused', error }, from)
  const where = { change: change.id, kind: change.kind, case: change.caseId }
  hub.log('error', 'a ticket change was refused', { ...where, reason: error })
}

async function settle(hub: Hub, carrier: Carrier, change: StoredChange): Promise<void> {
  const now = hub.outside.now()
  if (!hub.protections.markerLookup) {
    await setChange(hub.store.db, change.id, { state: 'pending', dueAt: now }, 'ambiguous')
    return
  }
  try {
    const done = await carrier.lookUp(change)
    if (done !== undefined) return await settled(hub, change, done, true)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // A look-up that failed has shown nothing: it does not count.
    await setChange(hub.store.db, change.id, { dueAt: now + 10_000, error: error.line }, 'ambiguous')
    return
  }
  const lookups = change.lookups + 1
  const horizon = (change.sentAt ?? now) + lateMs + carrier.visibilityMs
  if (now >= horizon) {
    await setChange(hub.store.db, change.id, { state: 'pending', lookups: 0, dueAt: now }, 'ambiguous')
    return
  }
  const step = lookupSteps[Math.min(lookups, lookupSteps.length - 1)] ?? 60_000
  await setChange(hub.store.db, change.id, { lookups, dueAt: Math.min(now + step, horizon) }, 'ambiguous')
}

async function settled(hub: Hub, change: StoredChange, done: Done, byLookup: boolean): Promise<void> {
  const { vendorId, keep } = done
  const settledByLookup = byLookup || change.settledByLookup
  // No state is expected: whoever knows that it was done is right, whatever another process thought meanwhile.
  const set = (db: Db): Promise<boolean> =>
    setChange(db, change.id, { state: 'sent', vendorId, error: null, settledByLookup })
  if (keep === undefined) await set(hub.store.db)
  else
    await hub.store.transaction(async (tx) => {
      await keep(tx, hub.outside.now())
      await set(tx)
    })
}

async function becomeAmbiguous(
  db: Db,
  hub: Hub,
  change: StoredChange,
  error: string,
  now: number,
): Promise<void> {
  const patch = { state: 'ambiguous' as const, ambiguities: change.ambiguities + 1, lookups: 0, error }
  await setChange(db, change.id, { ...patch, sentAt: now, dueAt: now + (lookupSteps[0] ?? 0) }, 'sending')
  hub.log('warn', 'a ticket change is ambiguous: it will be looked up', { change: change.id, reason: error })
}
