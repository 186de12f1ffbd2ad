import { idOf } from '../domain/id.ts'
import type { MappingEvent, MappingKind } from '../domain/mapping.ts'
import { type Customer, type CustomerKey, type Tenant, customerKey } from '../domain/tenant.ts'
import { customersOf, putCustomers } from '../store/customers.ts'
import { mappingEvent, putMappingEvents } from '../store/mapping-events.ts'
import type { Db } from '../store/store.ts'
import { putTenants, tenant, tenants } from '../store/tenants.ts'
import type { Hub } from './hub.ts'
import { toEvent } from './mapping-event.ts'
import { type Refiled, refile } from './refile.ts'

/** A person's decisions about who is who. Each is an event with what stood before it, and can be taken back. */

export interface Decider {
  hub: Hub
  /** The person's name in the operating system. */
  actor: string
  reason: string
  now: number
}

export interface Decided extends Refiled {
  event: MappingEvent
}

/** A decision that cannot be: one line that says why. */
export class MappingError extends Error {
  override name = 'MappingError'
}

/** Links a customer to a tenant, moves it to another, or (null) takes its link away: then its new findings wait. */
export async function linkCustomer(
  tx: Db,
  by: Decider,
  who: CustomerKey,
  tenantId: string | null,
): Promise<Decided> {
  const customer = await customerOf(tx, who)
  if (tenantId !== null) await livingTenant(tx, tenantId)
  const kind = tenantId === null ? 'unlink' : customer.tenantId === tenantId ? 'confirm' : 'link'
  return moveTo(tx, by, kind, customer, tenantId)
}

/** Moves a customer to a tenant of its own, with what no ticket tells of yet. */
export async function splitCustomer(tx: Db, by: Decider, who: CustomerKey, name?: string): Promise<Decided> {
  const customer = await customerOf(tx, who)
  const id = idOf('ten', 'split', customer.connectionId, customer.vendorId, by.now)
  await putTenants(tx, [{ id, name: name ?? customer.name, mergedInto: null }])
  return moveTo(tx, by, 'split', customer, id)
}

async function moveTo(
  tx: Db,
  by: Decider,
  kind: MappingKind,
  customer: Customer,
  tenantId: string | null,
): Promise<Decided> {
  const words = { unlink: 'unlinked', confirm: 'confirmed', split: 'split off' }[kind as string] ?? 'linked'
  const after = { ...customer, tenantId, manual: true, doubt: false, reason: `${words} by ${by.actor}` }
  return apply(tx, by, { kind, customer: after, before: [customer], after: [after] })
}

/** Two tenants are one client: all of `id` goes to `into`, and its id leads there from now on. */
export async function mergeTenants(tx: Db, by: Decider, id: string, into: string): Promise<Decided> {
  if (id === into) throw new MappingError('a tenant cannot be merged into itself')
  const [one, other] = [await livingTenant(tx, id), await livingTenant(tx, into)]
  const before = (await customersOf(tx)).filter((customer) => customer.tenantId === id)
  const reason = `merged with ${one.name} by ${by.actor}`
  const after = before.map((customer) => ({
    ...customer,
    tenantId: into,
    manual: true,
    doubt: false,
    reason,
  }))
  await putTenants(tx, [{ ...one, mergedInto: into }])
  return apply(tx, by, { kind: 'merge', tenantId: other.id, before, after, tenants: [one] })
}

/** Puts back what stood before a decision, where nothing else has been decided about it since. */
export async function undo(tx: Db, by: Decider, eventId: string): Promise<Decided> {
  const event = await mappingEvent(tx, eventId)
  if (event === undefined) throw new MappingError(`no decision "${eventId}"`)
  if (event.undoneBy !== null) throw new MappingError('that was undone already')
  const goal = event.detail.customers ?? []
  if (goal.length + (event.detail.tenants ?? []).length === 0)
    throw new MappingError(`"${event.reason}" was not decided here: there is nothing to undo`)
  const current = new Map((await customersOf(tx)).map((one) => [customerKey(one), one]))
  const before = goal.flatMap((one) => current.get(customerKey(one)) ?? [])
  checkUntouched(before, event)
  const after = before.map((now) => restored(now, goal, event, by))
  const tenantsBefore = await restoreTenants(tx, event)
  const [only] = after
  const single = after.length === 1 && only !== undefined ? { customer: only } : {}
  const undone = await apply(tx, by, { kind: 'undo', ...single, before, after, tenants: tenantsBefore })
  await putMappingEvents(tx, [{ ...event, undoneBy: undone.event.id }])
  return undone
}

function checkUntouched(current: readonly Customer[], { detail, tenantId }: MappingEvent): void {
  const left = new Map((detail.after ?? []).map((one) => [customerKey(one), one.tenantId]))
  const strayed = current.find((one) => {
    const key = customerKey(one)
    return one.tenantId !== (left.has(key) ? left.get(key) : tenantId)
  })
  if (strayed === undefined) return
  const { connectionId, vendorId } = strayed
  throw new MappingError(`${connectionId} ${vendorId} has been decided about since: undo that first`)
}

/** Whom tenants lead to is as it was; one that a split made leads back. Returns what stood until now. */
async function restoreTenants(tx: Db, { kind, tenantId, detail }: MappingEvent): Promise<Tenant[]> {
  const then = new Map((detail.tenants ?? []).map((one) => [one.id, one.mergedInto]))
  if (kind === 'split' && tenantId !== null) then.set(tenantId, detail.customers?.[0]?.tenantId ?? null)
  const now = (await tenants(tx)).filter((one) => then.has(one.id))
  await putTenants(
    tx,
    now.map((one) => ({ ...one, mergedInto: then.get(one.id) ?? null })),
  )
  return now
}

/** Names and presence are as they are now; what a person takes back of ours must not be guessed again. */
function restored(now: Customer, goal: readonly Customer[], event: MappingEvent, by: Decider): Customer {
  const then = goal.find((one) => customerKey(one) === customerKey(now))
  const ofAPerson = event.actor !== 'watchfloor'
  return {
    ...now,
    tenantId: then?.tenantId ?? null,
    manual: ofAPerson ? (then?.manual ?? false) : true,
    doubt: false,
    reason: `${event.kind} undone by ${by.actor}`,
  }
}

interface Change {
  kind: MappingKind
  customer?: Customer
  tenantId?: string
  before: Customer[]
  after: Customer[]
  tenants?: Tenant[]
}

async function apply(tx: Db, by: Decider, change: Change): Promise<Decided> {
  const { before, after, kind, customer, tenantId: about } = change
  const left = after.map(({ connectionId, vendorId, tenantId }) => ({ connectionId, vendorId, tenantId }))
  const detail = { customers: before, after: left, ...(change.tenants && { tenants: change.tenants }) }
  const subject = { ...(customer && { customer }), ...(about !== undefined && { tenantId: about }) }
  const event = toEvent({ kind, actor: by.actor, reason: by.reason, detail, ...subject }, by.now)
  await putCustomers(tx, after)
  await putMappingEvents(tx, [event])
  const former = before.flatMap((one) => one.tenantId ?? [])
  const ids = (change.tenants ?? []).map((one) => one.id)
  return { event, ...(await refile(tx, by.hub, after, [...new Set([...former, ...ids])], by.now)) }
}

async function customerOf(tx: Db, { connectionId, vendorId }: CustomerKey): Promise<Customer> {
  const found = (await customersOf(tx, connectionId)).find((one) => one.vendorId === vendorId)
  if (found !== undefined) return found
  throw new MappingError(`${connectionId} has no customer "${vendorId}": "watchfloor customers" lists them`)
}

async function livingTenant(tx: Db, id: string): Promise<Tenant> {
  const found = await tenant(tx, id)
  if (found === undefined) throw new MappingError(`no tenant "${id}"`)
  if (found.mergedInto === null) return found
  throw new MappingError(`${found.name} was merged into ${found.mergedInto}`)
}
