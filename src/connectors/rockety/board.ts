import { ApiError } from '../../contract/api-error.ts'
import type { Client, Outcome } from '../../contract/client.ts'
import { isObject } from '../../contract/errors.ts'
import type { Input } from '../../contract/operation.ts'
import type { Board, BoardTask, Result, TaskDraft } from '../board.ts'
import { tries } from './api.ts'
import {
  assigneeFields,
  patchOf,
  priorityOf,
  shortened,
  toBoardProject,
  toBoardTask,
  wireId,
  writableOf,
  writableProject,
} from './fields.ts'
import { carrying, textOf } from './lookup.ts'
import { mapOf } from './map.ts'
import { type ProjectRow, projects } from './projects.ts'
import { type TaskRow, tasks } from './tasks.ts'

/** There is no idempotency key: a marker in the description is all that a look-up has to go by. */
export const board: Board = {
  visibilityMs: 120_000,

  async ensureProject(client, draft) {
    const map = mapOf(client.settings)
    const [found] = await board.findProjects(client, draft.marker)
    if (found !== undefined) return { ok: true, value: found }
    const names = map.fields.project
    const body = {
      [names.name[0] ?? 'name']: shortened(draft.name),
      [names.description[0] ?? 'description']: draft.marker,
      [names.client[0] ?? 'client_id']: wireId(draft.customerId),
    } as Input<typeof projects.create>['body'] // the account's own names
    const made = await client.try(projects.create, { body }, { priority: 'write' })
    return settled(client, made, (row: ProjectRow) => toBoardProject(row, map))
  },

  async findProjects(client, marker) {
    const map = mapOf(client.settings)
    const found = await carrying<ProjectRow>(client, projects, {}, map.fields.project.description, marker)
    return found.map((row) => toBoardProject(row, map))
  },

  async archiveProject(client, projectId, word) {
    const map = mapOf(client.settings)
    const params = { id: projectId }
    const read = await client.try(projects.get, { params }, { priority: 'write', ...tries })
    if (!read.ok) return read
    const row = read.answer.value
    const text = textOf(row, map.fields.project.description)
    if (text.startsWith(word)) return { ok: true, value: toBoardProject(row, map) }
    const changed = {
      [map.fields.project.description[0] ?? 'description']: `${word}\n\n${text}`,
      ...((row.tasks_count ?? 0) === 0 && { status: 'archived' }),
    }
    const body = { ...writableProject(row, map), ...changed } as Input<typeof projects.update>['body'] // the account's own names
    const put = await client.try(projects.update, { params, body }, { priority: 'write', ...tries })
    return settled(client, put, (now: ProjectRow) => toBoardProject(now, map))
  },

  async createTask(client, draft) {
    const map = mapOf(client.settings)
    const body = taskBody(client, draft) as Input<typeof tasks.create>['body'] // the account's own names
    const made = await client.try(tasks.create, { body }, { priority: 'write' })
    if (made.ok || ![400, 422].includes(made.error.status))
      return settled(client, made, (row) => toBoardTask(row, map))
    // It may miss its text under another name, and ignores what it does not know. Nothing was made, it says: that is looked up.
    const found = await lookedUp(client, draft)
    if (!found.ok || found.value !== undefined) return found as Result<BoardTask> // undefined was asked for just now
    const byEveryName = { ...withAllNames(client, draft), ...body }
    const again = await client.try(tasks.create, { body: byEveryName }, { priority: 'write' })
    return settled(client, again, (row) => toBoardTask(row, map))
  },

  async findTasks(client, marker) {
    const found = await searched(client, marker)
    return found.length > 0 ? found : tasksWith(client, {}, marker)
  },

  async updateTask(client, taskId, patch) {
    const map = mapOf(client.settings)
    const params = { id: taskId }
    const read = await client.try(tasks.get, { params }, { priority: 'write', ...tries })
    if (!read.ok) return read
    const row = read.answer.value
    const wanted = {
      ...patch,
      ...(patch.description !== undefined && { description: marked(client, row, patch.description) }),
    }
    const changed = patchOf(row, wanted, map)
    if (Object.keys(changed).length === 0) return { ok: true, value: toBoardTask(row, map) }
    const body = { ...writableOf(row, map), ...changed } as Input<typeof tasks.update>['body'] // the account's own names
    const put = await client.try(tasks.update, { params, body }, { priority: 'write', ...tries })
    return settled(client, put, (now: TaskRow) => toBoardTask(now, map))
  },
}

async function lookedUp(client: Client, draft: TaskDraft): Promise<Result<BoardTask | undefined>> {
  try {
    return { ok: true, value: (await board.findTasks(client, draft.marker))[0] }
  } catch (error) {
    if (error instanceof ApiError) return { ok: false, error }
    throw error
  }
}

function taskBody(client: Client, draft: TaskDraft): Record<string, unknown> {
  const map = mapOf(client.settings)
  const names = map.fields.task
  return {
    [names.project[0] ?? 'project_id']: wireId(draft.projectId),
    [names.title[0] ?? 'name']: shortened(draft.name),
    [names.description[0] ?? 'description']: withMarker(draft.description, draft.marker),
    [names.priority[0] ?? 'priority']: priorityOf(draft.severity),
    ...(draft.dueDate !== undefined && { [names.due[0] ?? 'due_date']: draft.dueDate }),
    ...(draft.assigneeIds && assigneeFields({}, draft.assigneeIds, map)),
  }
}

function withAllNames(client: Client, draft: TaskDraft): Record<string, unknown> {
  const { title, description } = mapOf(client.settings).fields.task
  const text = withMarker(draft.description, draft.marker)
  return Object.fromEntries([
    ...title.map((name) => [name, shortened(draft.name)]),
    ...description.map((name) => [name, text]),
  ])
}

function withMarker(description: string, marker: string): string {
  return description.includes(marker) ? description : `${description}\n\n${marker}`.trim()
}

/** A new description keeps the marker of the old one: without it the task would be made again. */
function marked(client: Client, row: TaskRow, description: string): string {
  const before = textOf(row, mapOf(client.settings).fields.task.description)
  const markers = before.match(/\[(?:WF-|hub:)[^\]\s]+\]/g) ?? []
  return markers.reduce(withMarker, description)
}

async function tasksWith(
  client: Client,
  query: Record<string, string>,
  marker: string,
): Promise<BoardTask[]> {
  const map = mapOf(client.settings)
  const found = await carrying<TaskRow>(client, tasks, query, map.fields.task.description, marker)
  return found.map((row) => toBoardTask(row, map))
}

/** Only a shortcut, one small page instead of all tasks: whatever goes wrong here, the whole list has the last word. */
async function searched(client: Client, marker: string): Promise<BoardTask[]> {
  try {
    return await tasksWith(client, { search: marker.replace(/[[\]]/g, '') }, marker)
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}

/** A success without a readable row says nothing about what was made. */
function settled<Row, T>(client: Client, outcome: Outcome<Row>, read: (row: Row) => T): Result<T> {
  if (!outcome.ok) return outcome
  const { value, status } = outcome.answer
  if (isObject(value)) return { ok: true, value: read(value) }
  const { vendor } = client.contract
  const message = 'the answer names no id'
  return { ok: false, error: new ApiError({ vendor, status, code: 'no_id', message, verdict: 'ambiguous' }) }
}
