import type { World, WorldCustomer } from '../world.ts'
import { projectDefaults } from './sandbox-projects.ts'
import { type Row, type Store, stampOf } from './sandbox-store.ts'
import { nextPosition, taskDefaults } from './sandbox-tasks.ts'
import type { Organisation } from './sandbox-tokens.ts'

/** The provider's organisation as the world has it: technicians, clients, and for each client the project it began with. */
const day = 86_400_000

export function seedProvider(store: Store, organisation: Organisation, world: World): void {
  const at = world.start - 30 * day
  const users = world.technicians.map(({ name, email }, i) =>
    addUser(store, organisation, { name, email, role: i === 0 ? 'admin' : 'member' }, at),
  )
  for (const customer of world.customers)
    seedClient(store, organisation, customer, users, at + customer.number * 60_000)
}

/** Somebody else's organisation, of which the first must never see anything. */
export function seedOther(store: Store, organisation: Organisation, start: number): void {
  const at = start - 10 * day
  const user = addUser(
    store,
    organisation,
    { name: 'Sam South', email: 'sam@southwind.test', role: 'admin' },
    at,
  )
  const client = addClient(store, organisation, { name: 'Southwind Bakery' }, at)
  addProject(store, organisation, { name: 'Website', client_id: client.id, owner_id: user.id }, at)
}

function seedClient(
  store: Store,
  organisation: Organisation,
  customer: WorldCustomer,
  users: readonly Row[],
  at: number,
): void {
  const { first, last, email, phone } = customer.contact
  const client = addClient(
    store,
    organisation,
    { name: customer.name, email, phone, website: `https://${customer.domain}` },
    at,
  )
  const person = { client_id: client.id, name: `${first} ${last}`, email }
  const contact = store.contacts.add(
    organisation,
    { ...person, portal_status: customer.number % 2 === 0 ? 'active' : 'none' },
    at,
  )
  const owner = users[customer.number % Math.max(1, users.length)]
  const project = addProject(
    store,
    organisation,
    {
      name: `Onboarding ${customer.name}`,
      client_id: client.id,
      owner_id: owner?.id ?? null,
      client_portal_enabled: true,
    },
    at,
  )
  seedTasks(store, organisation, project, customer, owner, at)
  seedPortal(store, organisation, project, contact, at)
}

function seedTasks(
  store: Store,
  organisation: Organisation,
  project: Row,
  customer: WorldCustomer,
  owner: Row | undefined,
  at: number,
): void {
  const work: [string, string, string][] = [
    ['Inventory of devices', 'done', 'high'],
    [`Install agents on ${customer.hosts.length} devices`, 'in_progress', 'normal'],
    ['Review backups', 'todo', 'low'],
  ]
  for (const [i, [name, status, priority]] of work.entries()) {
    const fields = {
      ...taskDefaults,
      project_id: project.id,
      name,
      status,
      priority,
      assignee_ids: owner === undefined ? [] : [owner.id],
      due_date: stampOf(at + (i + 3) * 7 * day).slice(0, 10),
      position: nextPosition(store, project.id),
      completed_at: status === 'done' ? stampOf(at + day) : null,
      created_by: owner?.id ?? null,
    }
    store.tasks.add(organisation, { ...fields, created_at: stampOf(at), updated_at: stampOf(at) }, at)
  }
  store.projects.replace(project, { tasks_count: work.length, completed_tasks_count: 1 })
}

function seedPortal(store: Store, organisation: Organisation, project: Row, contact: Row, at: number): void {
  const created_at = stampOf(at)
  store.files.add(
    organisation,
    {
      project_id: project.id,
      name: 'network-plan.pdf',
      size: 184_320,
      mime_type: 'application/pdf',
      folder: 'Client uploads',
      uploaded_by: { type: 'contact', id: contact.id },
      url: `https://app.rockety.io/files/${project.id}/network-plan.pdf`,
      created_at,
    },
    at,
  )
  const asked = {
    project_id: project.id,
    title: 'Service agreement',
    description: null,
    contact_id: contact.id,
  }
  const answered = { status: 'approved', responded_at: stampOf(at + day), comment: null }
  store.signOffs.add(organisation, { ...asked, ...answered, created_at }, at)
}

function addUser(store: Store, organisation: Organisation, fields: Record<string, unknown>, at: number): Row {
  return store.users.add(
    organisation,
    { ...fields, active: true, created_at: stampOf(at), updated_at: stampOf(at) },
    at,
  )
}

function addClient(
  store: Store,
  organisation: Organisation,
  fields: Record<string, unknown>,
  at: number,
): Row {
  const blank = { email: null, phone: null, website: null, notes: null }
  return store.clients.add(
    organisation,
    { ...blank, ...fields, created_at: stampOf(at), updated_at: stampOf(at) },
    at,
  )
}

function addProject(
  store: Store,
  organisation: Organisation,
  fields: Record<string, unknown>,
  at: number,
): Row {
  const counters = {
    tasks_count: 0,
    completed_tasks_count: 0,
    created_at: stampOf(at),
    updated_at: stampOf(at),
  }
  return store.projects.add(organisation, { ...projectDefaults, ...fields, ...counters }, at)
}
