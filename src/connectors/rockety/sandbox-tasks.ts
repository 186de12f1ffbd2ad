import type { Behaviour, Call } from '../../contract/server.ts'
import { many, one, plainTask } from './sandbox-shape.ts'
import {
  type Row,
  type Store,
  bodyOf,
  deletedReply,
  filtersOf,
  found,
  organisationOf,
  refuseWrong,
  wordOf,
  writtenFields,
} from './sandbox-store.ts'
import type { Organisation } from './sandbox-tokens.ts'
import { taskStatuses } from './tasks.ts'

/** Tasks: each belongs to a project, whose counters follow; a sub-task is one level deep and stays in its project. */
export function taskBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'tasks.list': (call) => many(call, 'task', store.tasks, listTasks(store, call)),
    'tasks.get': (call) => one(call, 'task', taskOf(store, call)),
    'tasks.create': (given) => {
      const call = { ...given, body: plainTask(given, bodyOf(given)) }
      const fields = writtenFields(call, taskDefaults)
      check(store, call, fields)
      return one(call, 'task', addTask(store, call, fields))
    },
    'tasks.update': (given) => {
      const call = { ...given, body: plainTask(given, bodyOf(given)) }
      const before = taskOf(store, call)
      const fields = writtenFields(call, taskDefaults)
      check(store, call, { ...before, ...fields }, before)
      return one(call, 'task', changeTask(store, organisationOf(call), before, fields))
    },
    'tasks.delete': (call) => {
      removeTask(store, organisationOf(call), taskOf(store, call))
      return deletedReply(call)
    },
  }
}

/** The writable fields, with what a new task has. */
export const taskDefaults = {
  project_id: undefined,
  name: undefined,
  description: null,
  status: 'todo',
  priority: 'normal',
  assignee_ids: [] as readonly number[],
  due_date: null,
  parent_id: null,
} as const

function taskOf(store: Store, call: Call): Row {
  return found(store.tasks.get(organisationOf(call), call.params['id']), 'Task')
}

function listTasks(store: Store, call: Call): readonly Row[] {
  const { project_id, status, assignee_id, due_before, due_after, search } = filtersOf(call)
  const tests: ((row: Row) => boolean)[] = []
  if (project_id !== undefined) tests.push(isIn(project_id))
  if (status !== undefined) tests.push((row) => row['status'] === status)
  if (assignee_id !== undefined)
    tests.push((row) => (row['assignee_ids'] as number[]).map(String).includes(assignee_id))
  if (due_before !== undefined)
    tests.push((row) => row['due_date'] !== null && wordOf(row['due_date']) < due_before)
  if (due_after !== undefined)
    tests.push((row) => row['due_date'] !== null && wordOf(row['due_date']) > due_after)
  const organisation = organisationOf(call)
  const rows =
    search === undefined ? store.tasks.all(organisation) : store.tasks.holding(organisation, search)
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)))
}

/** The number as it is written, and no other spelling of it. */
function isIn(project: string): (row: Row) => boolean {
  const id = String(Number(project)) === project ? Number(project) : undefined
  return (row) => row['project_id'] === id
}

function addTask(store: Store, call: Call, fields: Record<string, unknown>): Row {
  const projectId = Number(fields['project_id'])
  const now = store.stamp()
  const made = {
    ...fields,
    position: nextPosition(store, projectId),
    completed_at: fields['status'] === 'done' ? now : null,
    created_by: null,
    created_at: now,
    updated_at: now,
  }
  const row = store.tasks.add(organisationOf(call), made, call.now)
  count(store, organisationOf(call), row, 1)
  return row
}

export function nextPosition(store: Store, projectId: number): number {
  const position = (store.positions.get(projectId) ?? 0) + 1
  store.positions.set(projectId, position)
  return position
}

export function changeTask(
  store: Store,
  organisation: Organisation,
  before: Row,
  fields: Record<string, unknown>,
): Row {
  const status = fields['status'] ?? before['status']
  const moved = fields['project_id'] !== undefined && fields['project_id'] !== before['project_id']
  count(store, organisation, before, -1)
  const row = store.tasks.replace(before, {
    ...fields,
    ...(moved && { position: nextPosition(store, Number(fields['project_id'])) }),
    completed_at: status === 'done' ? (before['completed_at'] ?? store.stamp()) : null,
    updated_at: store.stamp(),
  })
  count(store, organisation, row, 1)
  return row
}

/** The project's counters, not its `updated_at`. */
function count(store: Store, organisation: Organisation, task: Row, by: number): void {
  const project = store.projects.get(organisation, task['project_id'])
  if (project === undefined) return
  const done = task['status'] === 'done' ? by : 0
  store.projects.replace(project, {
    tasks_count: Number(project['tasks_count']) + by,
    completed_tasks_count: Number(project['completed_tasks_count']) + done,
  })
}

function check(store: Store, call: Call, row: Record<string, unknown>, before?: Row): void {
  const organisation = organisationOf(call)
  const { project_id, name, status, assignee_ids, parent_id } = row
  const strangers = (assignee_ids as number[]).filter((id) => store.users.get(organisation, id) === undefined)
  const known = taskStatuses.some((word) => word === status)
  const title = call.switches['taskShape'] === 'objects' ? 'title' : 'name'
  refuseWrong(call, {
    project_id:
      project_id === undefined
        ? 'is required'
        : store.projects.get(organisation, project_id) === undefined && 'does not exist',
    [title]: name === undefined && 'is required',
    status: !known && `must be one of ${taskStatuses.join(', ')}`,
    assignee_ids: strangers.length > 0 && `${strangers.join(', ')} does not exist`,
    parent_id: parent_id != null && wrongParent(store, call, row, before),
  })
}

function wrongParent(
  store: Store,
  call: Call,
  row: Record<string, unknown>,
  before: Row | undefined,
): string | false {
  const parent = store.tasks.get(organisationOf(call), row['parent_id'])
  if (parent === undefined || parent.id === before?.id) return 'does not exist'
  if (parent['project_id'] !== row['project_id']) return 'is in another project'
  const isParent = before !== undefined && childrenOf(store, organisationOf(call), before).length > 0
  return (parent['parent_id'] !== null || isParent) && 'sub-tasks go one level deep'
}

function childrenOf(store: Store, organisation: Organisation, task: Row): Row[] {
  return store.tasks.all(organisation).filter((row) => row['parent_id'] === task.id)
}

export function removeTask(store: Store, organisation: Organisation, task: Row): void {
  for (const child of childrenOf(store, organisation, task)) store.tasks.replace(child, { parent_id: null })
  count(store, organisation, task, -1)
  store.tasks.remove(task)
}
