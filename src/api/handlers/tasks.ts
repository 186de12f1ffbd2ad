import type { Task } from '../../domain/task.ts'
import { listTasks } from '../../store/tasks.ts'
import { type Ask, instant, instantOrNull } from '../ask.ts'
import type { TaskAnswer } from '../operations/tasks.ts'
import { type ListPage, type PageQuery, mapPage, readPage } from '../page.ts'

export interface TaskQuery extends PageQuery {
  case_id?: string | undefined
}

export async function list({ db }: Ask, query: TaskQuery): Promise<ListPage<TaskAnswer>> {
  const { case_id: caseId } = query
  const read = (limit: number, before?: { time: number; id: string }) =>
    listTasks(db, { limit, ...(caseId !== undefined && { caseId }), ...(before && { before }) })
  const scope = `tasks ${caseId ?? ''}`
  const page = await readPage(query, scope, read, (task) => ({ time: task.createdAt, id: task.id }))
  return mapPage(page, (rows) => rows.map(toTaskAnswer))
}

export function toTaskAnswer(task: Task): TaskAnswer {
  return {
    id: task.id,
    case_id: task.caseId,
    tenant_id: task.tenantId,
    connection: task.connectionId,
    vendor_id: task.vendorId,
    marker: task.marker,
    action: task.action,
    severity: task.severity,
    state: stateOf(task),
    closed_by: task.closedBy,
    closed_at: instantOrNull(task.closedAt),
    created_at: instant(task.createdAt),
  }
}

function stateOf({ gone, done, vendorId, asked, word, connectionId }: Task): TaskAnswer['state'] {
  if (gone) return 'deleted'
  if (vendorId !== null) return done ? 'done' : 'open'
  if (asked) return word === 'refused' ? 'refused' : 'being made'
  return connectionId === null ? 'no customer' : 'no project'
}
