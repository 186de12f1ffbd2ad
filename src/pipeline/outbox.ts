import { ApiError } from '../contract/api-error.ts'
import { dueChanges, stuckSending } from '../store/due-changes.ts'
import { type StoredChange, setChange } from '../store/ticket-changes.ts'
import { boardCarrier } from './board-carrier.ts'
import type { Carrier, Done } from './carrier.ts'
import { deskCarrier } from './desk-carrier.ts'
import type { Hub } from './hub.ts'
import { type Lease, withLease } from './lease.ts'
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

/** One attempt at all that is due for one connection. Returns how many changes were worked on. */
export async function deliver(hub: Hub, live: Live): Promise<number | undefined> {
  return withLease(hub, outboxLease(live.connection.id), async (lease) => {
    await recover(hub, live, lease)
    const due = await dueChanges(hub.store.db, live.connection.id, hub.outside.now(), atOnce)
    await Promise.all(due.map((change) => work(hub, live, lease, change)))
    return due.length
  })
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

/** What another holder left in `sending` may have been carried out. */
async function recover(hub: Hub, live: Live, lease: Lease): Promise<void> {
  const now = hub.outside.now()
  for (const change of await stuckSending(hub.store.db, live.connection.id)) {
    if (change.fence === lease.fence) continue
    await becomeAmbiguous(hub, change, 'the process died while the request was on its way', now)
  }
}

async function work(hub: Hub, live: Live, lease: Lease, change: StoredChange): Promise<void> {
  const carrier = carrierOf(hub, live, change)
  if (carrier === undefined)
    return refuse(hub, change, `${live.connection.vendor} takes no ${change.kind}`, change.state)
  if (change.state === 'ambiguous') return settle(hub, carrier, change)
  return send(hub, carrier, lease, change)
}

async function send(hub: Hub, carrier: Carrier, lease: Lease, change: StoredChange): Promise<void> {
  const sentAt = hub.outside.now()
  const claimed = await hub.store.transaction(async (tx) => {
    await lease.renew(tx)
    const patch = { state: 'sending' as const, attempts: change.attempts + 1, sentAt, fence: lease.fence }
    return setChange(tx, change.id, patch, 'pending')
  })
  if (!claimed) return
  const { done, error } = await carrier.carry(change)
  if (done !== undefined) return settled(hub, change, done, false)
  const now = hub.outside.now()
  if (error.ambiguous) return becomeAmbiguous(hub, change, error.line, now)
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
  const now = hub.outside.now()
  await hub.store.transaction(async (tx) => {
    await done.keep?.(tx, now)
    // No state is expected: whoever knows that it was done is right, whatever another process thought meanwhile.
    const { vendorId } = done
    await setChange(tx, change.id, {
      state: 'sent',
      vendorId,
      error: null,
      settledByLookup: byLookup || change.settledByLookup,
    })
  })
}

async function becomeAmbiguous(hub: Hub, change: StoredChange, error: string, now: number): Promise<void> {
  const patch = { state: 'ambiguous' as const, ambiguities: change.ambiguities + 1, lookups: 0, error }
  await setChange(
    hub.store.db,
    change.id,
    { ...patch, sentAt: now, dueAt: now + (lookupSteps[0] ?? 0) },
    'sending',
  )
  hub.log('warn', 'a ticket change is ambiguous: it will be looked up', { change: change.id, reason: error })
}
