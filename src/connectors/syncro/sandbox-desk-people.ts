import type { Deed, DeskPeople, DeskWork } from '../sandbox-vendor.ts'
import { type Row, type Store, textOf, words } from './sandbox-store.ts'
import { drop, say, settle, userOf } from './sandbox-ticket-state.ts'
import { closed } from './tickets.ts'

/** Technicians at Syncro's own screen. A merge is theirs alone: no API has it (6.6 of the contract document). */
export function deskPeople(store: Store, switches: Readonly<Record<string, string>>): DeskPeople {
  return {
    priorities: () => words(switches['priorities']).filter((word) => word !== ''),
    tickets: () => store.tickets.oldest((row) => row.id > store.seededUntil).map((row) => new Work(row)),
    act(ticketId, deed) {
      const row = store.tickets.get(ticketId)
      return row !== undefined && doIt(store, row, deed)
    },
  }
}

/** Read only as far as somebody looks: most tickets have been looked at before. */
class Work implements DeskWork {
  readonly #row: Row

  constructor(row: Row) {
    this.#row = row
  }

  get id(): string {
    return String(this.#row.id)
  }

  get subject(): string {
    return textOf(this.#row['subject'])
  }

  get customerName(): string {
    return textOf(this.#row['customer_business_then_name'])
  }

  get status(): string {
    return textOf(this.#row['status'])
  }

  get priority(): string | null {
    const { priority } = this.#row
    return typeof priority === 'string' ? priority : null
  }

  get closed(): boolean {
    return closed(this.#row['status'])
  }

  get createdAt(): number {
    return Date.parse(textOf(this.#row['created_at']))
  }
}

function doIt(store: Store, row: Row, deed: Deed): boolean {
  switch (deed.kind) {
    case 'answer':
      tell(store, row, deed, { subject: 'Update', body: deed.text, hidden: deed.hidden === true })
      return change(store, row, {}, deed)
    case 'resolve':
      if (closed(row['status'])) return false
      tell(store, row, deed, { subject: 'Completed', body: deed.text, hidden: false })
      return change(store, row, { status: 'Resolved' }, deed)
    case 'reopen':
      return closed(row['status']) && change(store, row, { status: 'In Progress' }, deed)
    case 'prioritise':
      return change(store, row, { priority: deed.priority }, deed)
    case 'move':
      return move(store, row, deed)
    case 'merge':
      return merge(store, row, deed)
    default: // delete
      drop(store, row.id)
      return true
  }
}

function change(store: Store, row: Row, changes: Record<string, unknown>, { by }: Deed): boolean {
  const first = store.talk.get(row.id)?.slice(0, 1) ?? []
  const user = userOf(store, row['user_id'] ?? idOf(store, by)) ?? null // whoever works on it first has it
  const settled = settle(row, { ...changes, comments: first, user, user_id: user?.id ?? null }, store.stamp())
  store.tickets.replace(row.id, settled)
  return true
}

function move(store: Store, row: Row, deed: Extract<Deed, { kind: 'move' }>): boolean {
  const customer = store.customers.oldest((one) => one['business_name'] === deed.customerName)[0]
  if (customer === undefined || customer.id === row['customer_id']) return false
  const fields = { customer_id: customer.id, customer_business_then_name: customer['business_then_name'] }
  return change(store, row, { ...fields, contact_id: null, contact_fullname: null }, deed)
}

/** The comments go over as they are; the merged ticket answers 404 from then on. */
function merge(store: Store, row: Row, deed: Extract<Deed, { kind: 'merge' }>): boolean {
  const into = store.tickets.get(deed.into)
  if (into === undefined || into.id === row.id || into['customer_id'] !== row['customer_id']) return false
  const moved = (store.talk.get(row.id) ?? []).map((one) =>
    store.comments.replace(one.id, { ticket_id: into.id }),
  )
  const talk = [...(store.talk.get(into.id) ?? []), ...moved]
  store.talk.set(
    into.id,
    talk.toSorted((a, b) => textOf(a['created_at']).localeCompare(textOf(b['created_at'])) || a.id - b.id),
  )
  store.talk.delete(row.id)
  const body = `Ticket #${textOf(row['number'])} was merged into this one: ${textOf(row['subject'])}`
  drop(store, row.id)
  tell(store, into, deed, { subject: 'Merged', body, hidden: true })
  return change(store, into, {}, deed)
}

function tell(store: Store, row: Row, { by }: Deed, body: Record<string, unknown>): void {
  say(store, row.id, body, idOf(store, by))
}

function idOf({ world }: Store, email: string): number {
  return world.technicians.find((one) => one.email === email)?.id ?? 0
}
