import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { forbid } from './api.ts'
import { many, one } from './sandbox-shape.ts'
import {
  type Row,
  type Store,
  bodyOf,
  deletedReply,
  filtersOf,
  found,
  organisationOf,
  refuseWrong,
  stampOf,
  wordOf,
  writtenFields,
} from './sandbox-store.ts'

/** Users, clients and their contacts. Who is invited answers a day later: the sandbox's people take their time. */
export class Later {
  readonly #waiting: { at: number; act: () => void }[] = []

  /** Everybody takes the same time, so what was put in first falls due first. */
  inADay(now: number, act: () => void): void {
    this.#waiting.push({ at: now + 86_400_000, act })
  }

  until(now: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].at <= now) this.#waiting.shift()?.act()
  }
}

export function userBehaviours(store: Store, later: Later): Record<string, Behaviour> {
  const { users } = store
  return {
    'users.list': (call) => many(call, 'user', users, users.all(organisationOf(call))),
    'users.get': (call) => one(call, 'user', userOf(store, call)),
    'users.create': (call) => {
      const fields = { ...writtenFields(call, userDefaults), active: false }
      refuseTaken(store, call, undefined)
      const row = users.add(organisationOf(call), { ...fields, ...stamps(store) }, call.now)
      later.inADay(call.now, () => users.replace(row, { active: true, updated_at: stampOf(store.now) }))
      return one(call, 'user', row)
    },
    'users.update': (call) => {
      const before = userOf(store, call)
      const fields = writtenFields(call, userDefaults)
      refuseTaken(store, call, before)
      if (fields['role'] === 'member') keepAnAdmin(store, call, before)
      return one(call, 'user', users.replace(before, { ...fields, updated_at: store.stamp() }))
    },
    'users.delete': (call) => {
      const row = userOf(store, call)
      keepAnAdmin(store, call, row)
      leave(store, call, row)
      return deletedReply(call)
    },
  }
}

const userDefaults = { name: undefined, email: undefined, role: 'member', active: true } as const

function userOf(store: Store, call: Call): Row {
  return found(store.users.get(organisationOf(call), call.params['id']), 'User')
}

function refuseTaken(store: Store, call: Call, self: Row | undefined): void {
  const email = wordOf(bodyOf(call)['email']).toLowerCase()
  const taken = store.users
    .all(organisationOf(call))
    .some((row) => row.id !== self?.id && wordOf(row['email']).toLowerCase() === email)
  refuseWrong(call, { email: taken && 'is already used' })
}

/** What no key may do: it is answered like a bad token, for there is no 403. */
function keepAnAdmin(store: Store, call: Call, row: Row): void {
  const admins = store.users.all(organisationOf(call)).filter((user) => user['role'] === 'admin')
  if (admins.length === 1 && admins[0]?.id === row.id) throw forbid()
}

function leave(store: Store, call: Call, user: Row): void {
  for (const task of store.tasks.all(organisationOf(call))) {
    const assigned = task['assignee_ids'] as number[]
    if (assigned.includes(user.id))
      store.tasks.replace(task, { assignee_ids: assigned.filter((id) => id !== user.id) })
  }
  for (const project of store.projects.all(organisationOf(call))) {
    if (project['owner_id'] === user.id) store.projects.replace(project, { owner_id: null })
  }
  store.users.remove(user)
}

export function clientBehaviours(store: Store, later: Later): Record<string, Behaviour> {
  const { clients, contacts } = store
  return {
    'clients.list': (call) => {
      const { search } = filtersOf(call)
      const organisation = organisationOf(call)
      const kept = search === undefined ? clients.all(organisation) : clients.holding(organisation, search)
      return many(call, 'client', clients, kept)
    },
    'clients.get': (call) => one(call, 'client', clientOf(store, call)),
    'clients.create': (call) => {
      const fields = { ...writtenFields(call, clientDefaults), ...stamps(store) }
      return one(call, 'client', clients.add(organisationOf(call), fields, call.now))
    },
    'clients.update': (call) => {
      const fields = writtenFields(call, clientDefaults)
      refuseWrong(call, { name: 'name' in fields && fields['name'] === undefined && 'is required' })
      return one(
        call,
        'client',
        clients.replace(clientOf(store, call), { ...fields, updated_at: store.stamp() }),
      )
    },
    'clients.delete': (call) => {
      removeClient(store, call, clientOf(store, call))
      return deletedReply(call)
    },
    'contacts.list': (call) => {
      const { id } = clientOf(store, call)
      const rows = contacts.all(organisationOf(call)).filter((row) => row['client_id'] === id)
      return many(call, 'contact', contacts, rows)
    },
    'contacts.get': (call) => one(call, 'contact', contactOf(store, call)),
    'contacts.create': (call) => {
      const { name, email } = bodyOf(call)
      const fields = { client_id: clientOf(store, call).id, name, email, portal_status: 'none' }
      return one(call, 'contact', contacts.add(organisationOf(call), fields, call.now))
    },
    'contacts.update': (call) => {
      const { name, email } = { ...contactOf(store, call), ...bodyOf(call) } as Record<string, unknown> // both are objects
      return one(call, 'contact', contacts.replace(contactOf(store, call), { name, email }))
    },
    'contacts.delete': (call) => {
      removeContact(store, call, contactOf(store, call))
      return deletedReply(call)
    },
    'contacts.invite': (call) => {
      const row = contactOf(store, call)
      if (row['portal_status'] === 'active') return one(call, 'contact', row)
      later.inADay(call.now, () => contacts.replace(row, { portal_status: 'active' }))
      return one(call, 'contact', contacts.replace(row, { portal_status: 'invited' }))
    },
  }
}

const clientDefaults = { name: undefined, email: null, phone: null, website: null, notes: null } as const

function clientOf(store: Store, call: Call): Row {
  return found(store.clients.get(organisationOf(call), call.params['id']), 'Client')
}

function contactOf(store: Store, call: Call): Row {
  const { id } = clientOf(store, call)
  const row = store.contacts.get(organisationOf(call), call.params['contactId'])
  if (row?.['client_id'] !== id) throw new Refusal(404, 'not_found', 'Contact not found.')
  return row
}

function removeClient(store: Store, call: Call, client: Row): void {
  const organisation = organisationOf(call)
  for (const project of store.projects.all(organisation)) {
    if (project['client_id'] === client.id) store.projects.replace(project, { client_id: null })
  }
  for (const contact of store.contacts.all(organisation)) {
    if (contact['client_id'] === client.id) removeContact(store, call, contact)
  }
  store.clients.remove(client)
}

function removeContact(store: Store, call: Call, contact: Row): void {
  for (const row of store.signOffs.all(organisationOf(call))) {
    if (row['contact_id'] === contact.id) store.signOffs.replace(row, { contact_id: null })
  }
  store.contacts.remove(contact)
}

function stamps(store: Store): { created_at: string; updated_at: string } {
  return { created_at: store.stamp(), updated_at: store.stamp() }
}
