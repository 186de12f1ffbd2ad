import type { Behaviour, Call } from '../../contract/server.ts'
import { one, many } from './sandbox-shape.ts'
import {
  type Row,
  type Store,
  deletedReply,
  filtersOf,
  found,
  organisationOf,
  refuseWrong,
  writtenFields,
} from './sandbox-store.ts'

/** Projects: a write must name clients and users that are there, and a project ends after it starts. */
export function projectBehaviours(store: Store): Record<string, Behaviour> {
  const { projects } = store
  return {
    'projects.list': (call) => many(call, 'project', projects, listProjects(store, call)),
    'projects.get': (call) => one(call, 'project', projectOf(store, call)),
    'projects.create': (call) => {
      const fields = writtenFields(call, projectDefaults)
      check(store, call, fields)
      return one(call, 'project', addProject(store, call, fields))
    },
    'projects.update': (call) => {
      const before = projectOf(store, call)
      const fields = writtenFields(call, { ...projectDefaults, name: undefined })
      check(store, call, { ...before, ...fields })
      return one(call, 'project', projects.replace(before, { ...fields, updated_at: store.stamp() }))
    },
    'projects.delete': (call) => {
      removeProject(store, call, projectOf(store, call))
      return deletedReply(call)
    },
    'projectTasks.list': (call) => {
      const { id } = projectOf(store, call)
      const rows = store.tasks.all(organisationOf(call)).filter((task) => task['project_id'] === id)
      return many(call, 'task', store.tasks, rows)
    },
  }
}

/** The writable fields, with what a new project has. */
export const projectDefaults = {
  name: undefined,
  description: null,
  status: 'active',
  client_id: null,
  owner_id: null,
  start_date: null,
  due_date: null,
  client_portal_enabled: false,
  client_uploads_enabled: false,
} as const

export function projectOf(store: Store, call: Call): Row {
  return found(store.projects.get(organisationOf(call), call.params['id']), 'Project')
}

function listProjects(store: Store, call: Call): readonly Row[] {
  const { status, client_id, search } = filtersOf(call)
  const organisation = organisationOf(call)
  const rows =
    search === undefined ? store.projects.all(organisation) : store.projects.holding(organisation, search)
  if (status === undefined && client_id === undefined) return rows
  return rows.filter(
    (row) =>
      (status === undefined || row['status'] === status) &&
      (client_id === undefined || String(row['client_id']) === client_id),
  )
}

function addProject(store: Store, call: Call, fields: Record<string, unknown>): Row {
  const now = store.stamp()
  const counters = { tasks_count: 0, completed_tasks_count: 0, created_at: now, updated_at: now }
  return store.projects.add(organisationOf(call), { ...fields, ...counters }, call.now)
}

function check(store: Store, call: Call, row: Record<string, unknown>): void {
  const organisation = organisationOf(call)
  const { name, client_id, owner_id, start_date, due_date } = row
  const unknown = (table: Store['clients'], id: unknown): string | false =>
    id != null && table.get(organisation, id) === undefined && 'does not exist'
  refuseWrong(call, {
    name: name === undefined && 'is required',
    client_id: unknown(store.clients, client_id),
    owner_id: unknown(store.users, owner_id),
    due_date:
      typeof start_date === 'string' &&
      typeof due_date === 'string' &&
      due_date < start_date &&
      'is before the start date',
  })
}

function removeProject(store: Store, call: Call, { id, ...rest }: Row): void {
  const organisation = organisationOf(call)
  for (const table of [store.tasks, store.files, store.signOffs]) {
    for (const row of table.all(organisation)) if (row['project_id'] === id) table.remove(row)
  }
  store.projects.remove({ id, ...rest })
}
