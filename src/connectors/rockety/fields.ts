import { isObject } from '../../contract/errors.ts'
import type { Severity } from '../../domain/severity.ts'
import type { BoardProject, BoardTask, TaskPatch } from '../board.ts'
import type { ClientMap } from './map.ts'
import type { ProjectRow } from './projects.ts'
import type { TaskRow } from './tasks.ts'

/** Rows by the names of the client map: what a task is called here is data, not code. */
type Row = Readonly<Record<string, unknown>>

export function toBoardProject(row: ProjectRow, map: ClientMap): BoardProject {
  const names = map.fields.project
  return {
    vendorId: String(row.id),
    name: wordOf(row, names.name),
    customerId: idText(read(row, names.client)),
    description: wordOf(row, names.description),
    createdAt: timeOf(row.created_at) ?? 0,
  }
}

export function toBoardTask(row: TaskRow, map: ClientMap): BoardTask {
  const names = map.fields.task
  const status = row.status ?? ''
  return {
    vendorId: String(row.id),
    projectId: idText(read(row, names.project)),
    name: wordOf(row, names.title),
    description: wordOf(row, names.description),
    status,
    done: isDone(status, map),
    assigneeIds: assigneesOf(row, map),
    createdAt: timeOf(row.created_at) ?? 0,
    updatedAt: timeOf(row.updated_at) ?? null,
  }
}

function isDone(status: string, map: ClientMap): boolean {
  return map.fields.task.status.done.some((word) => word.toLowerCase() === status.trim().toLowerCase())
}

/** Everything of a task that can be written, as it stands: a PUT may clear what it does not name. */
export function writableOf(row: TaskRow, map: ClientMap): Record<string, unknown> {
  const { title, description, project, priority, due, parent } = map.fields.task
  const kept = keptOf(row, [title, description, project, priority, due, parent, ['status']])
  const assigned = assigneePath(row, map)
  const assignees = assigned === undefined ? {} : assigneeFields(row, assigneesOf(row, map), map)
  return { ...kept, ...assignees }
}

/** The same of a project. */
export function writableProject(row: ProjectRow, map: ClientMap): Record<string, unknown> {
  const { name, description, client } = map.fields.project
  const others = [
    'status',
    'owner_id',
    'start_date',
    'due_date',
    'client_portal_enabled',
    'client_uploads_enabled',
  ]
  return keptOf(row, [name, description, client, ...others.map((one) => [one])])
}

/** What the row has of these, each under the first of its names that is there. */
function keptOf(row: Row, fields: readonly (readonly string[])[]): Record<string, unknown> {
  const names = fields.map((each) => nameIn(row, each)).filter((name) => name !== undefined)
  return Object.fromEntries(names.map((name) => [name, row[name]]))
}

/** A patch in the names that the row itself uses. */
export function patchOf(row: TaskRow, patch: TaskPatch, map: ClientMap): Record<string, unknown> {
  const { title, description, priority, due, status } = map.fields.task
  const out: Record<string, unknown> = {}
  if (patch.name !== undefined) out[nameFor(row, title)] = shortened(patch.name)
  if (patch.description !== undefined) out[nameFor(row, description)] = patch.description
  if (patch.severity !== undefined) out[nameFor(row, priority)] = priorityOf(patch.severity)
  if (patch.dueDate !== undefined) out[nameFor(row, due)] = patch.dueDate
  if (patch.done !== undefined && patch.done !== isDone(row.status ?? '', map)) {
    out['status'] = (patch.done ? status.done : status.open)[0]
  }
  return { ...out, ...(patch.assigneeIds && assigneeFields(row, patch.assigneeIds, map)) }
}

/** The field of a new row: the first name of the map. */
function nameFor(row: Row, names: readonly string[]): string {
  return nameIn(row, names) ?? names[0] ?? ''
}

function nameIn(row: Row, names: readonly string[]): string | undefined {
  return names.find((name) => row[name] !== undefined)
}

function read(row: Row, names: readonly string[]): unknown {
  return names.map((name) => row[name]).find((value) => value !== undefined && value !== null)
}

function wordOf(row: Row, names: readonly string[]): string {
  const value = read(row, names)
  return typeof value === 'string' ? value : ''
}

/** `assignees[].id` reads a list of objects; a plain name reads a list of ids, or one id. */
const inObjects = /^(\w+)\[\]\.(\w+)$/

function assigneesOf(row: Row, map: ClientMap): string[] {
  const path = assigneePath(row, map)
  if (path === undefined) return []
  const [, list, key] = inObjects.exec(path) ?? []
  const found = [row[list ?? path]].flat().map((one) => (key !== undefined && isObject(one) ? one[key] : one))
  return found.map(idText).filter((id) => id !== null)
}

function assigneePath(row: Row, map: ClientMap): string | undefined {
  return map.fields.task.assignees.find((path) => row[inObjects.exec(path)?.[1] ?? path] !== undefined)
}

/** What is read as objects is written as ids, under the first plain name of the map. */
export function assigneeFields(row: Row, ids: readonly string[], map: ClientMap): Record<string, unknown> {
  const names = map.fields.task.assignees
  const plain = names.find((name) => !inObjects.test(name)) ?? 'assignee_ids'
  const found = assigneePath(row, map)
  const name = found === undefined || inObjects.test(found) ? plain : found
  const values = ids.map(wireId)
  return { [name]: name.endsWith('s') ? values : (values[0] ?? null) }
}

/** Ids are kept as text; where the vendor numbers, it is sent its number. */
export function wireId(id: string): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id
}

function idText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function timeOf(value: string | null | undefined): number | undefined {
  const at = Date.parse(value ?? '')
  return Number.isNaN(at) ? undefined : at
}

const priorityWords: Partial<Record<Severity, string>> = {
  critical: 'urgent',
  high: 'high',
  low: 'low',
  informational: 'low',
}

export function priorityOf(severity: Severity): string {
  return priorityWords[severity] ?? 'normal'
}

/** 255 characters are what a name may have. */
export function shortened(name: string): string {
  return name.length <= 255 ? name : `${name.slice(0, 254)}…`
}
