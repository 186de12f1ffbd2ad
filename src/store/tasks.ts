import { sql } from 'kysely'
import type { Severity } from '../domain/severity.ts'
import type { Task } from '../domain/task.ts'
import { type Db, locked } from './engine.ts'
import { insertMany } from './insert.ts'
import { among, type Before, isBefore } from './lists.ts'
import { prepared } from './prepared.ts'

export interface TaskRow {
  id: string
  case_id: string
  tenant_id: string
  connection_id: string | null
  marker: string
  action: string
  severity: Severity
  asked: number
  vendor_id: string | null
  done: number
  closed_by: string | null
  closed_at: number | null
  agreed: number
  seen_at: number | null
  word: string | null
  gone: number
  created_at: number
}

/** One that is there already stays as it is. */
export async function putTasks(db: Db, tasks: readonly Task[]): Promise<void> {
  await insertMany(db, 'tasks', tasks.map(toRow), { on: ['id'], set: [] })
}

export type TaskPatch = Partial<
  Pick<
    Task,
    | 'connectionId'
    | 'asked'
    | 'vendorId'
    | 'done'
    | 'closedBy'
    | 'closedAt'
    | 'agreed'
    | 'seenAt'
    | 'word'
    | 'gone'
  >
>

export async function setTask(db: Db, id: string, patch: TaskPatch): Promise<void> {
  const { connectionId, asked, vendorId, done, closedBy, closedAt, agreed, seenAt, word, gone } = patch
  const row = {
    ...(connectionId !== undefined && { connection_id: connectionId }),
    ...(asked !== undefined && { asked: Number(asked) }),
    ...(vendorId !== undefined && { vendor_id: vendorId }),
    ...(done !== undefined && { done: Number(done) }),
    ...(closedBy !== undefined && { closed_by: closedBy }),
    ...(closedAt !== undefined && { closed_at: closedAt }),
    ...(agreed !== undefined && { agreed: Number(agreed) }),
    ...(seenAt !== undefined && { seen_at: seenAt }),
    ...(word !== undefined && { word }),
    ...(gone !== undefined && { gone: Number(gone) }),
  }
  await update(db, { id, ...row })
}

const update = prepared((db, { id, ...row }: { id: string } & Partial<Omit<TaskRow, 'id'>>) =>
  db.updateTable('tasks').set(row).where('id', '=', id).compile(),
)

export async function task(db: Db, id: string): Promise<Task | undefined> {
  const [row] = (await byId(db, { id })).rows
  return row && fromRow(row)
}

const byId = prepared((db, { id }: { id: string }) =>
  db.selectFrom('tasks').selectAll().where('id', '=', id).compile(),
)

/** In the order in which they were recommended. */
export async function tasksOfCases(db: Db, caseIds: string[]): Promise<Task[]> {
  return (await ofCases(db, { caseIds })).rows.map(fromRow)
}

const ofCases = prepared((db, { caseIds }: { caseIds: string[] }) => {
  const query = db
    .selectFrom('tasks')
    .selectAll()
    .where(among(db, 'case_id', caseIds))
  return query.orderBy('created_at').orderBy('id').compile()
})

/** Those of the board's tasks that are ours, to be changed: until the transaction ends nobody else changes them. */
export async function holdTasks(db: Db, connectionId: string, vendorIds: string[]): Promise<Task[]> {
  if (vendorIds.length === 0) return []
  return (await byVendorIds(db, { connectionId, vendorIds })).rows.map(fromRow)
}

const byVendorIds = prepared(
  (db, { connectionId, vendorIds }: { connectionId: string; vendorIds: string[] }) => {
    const query = db
      .selectFrom('tasks')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .where(among(db, 'vendor_id', vendorIds))
      .orderBy('id')
    return locked(db, query).compile()
  },
)

/** Tasks of open cases whose making has not been decided: their tenant has no project on a board yet. */
export async function waitingTasks(db: Db, tenantIds: string[]): Promise<Task[]> {
  return (await waiting(db, { tenantIds })).rows.map(fromRow)
}

const waiting = prepared((db, { tenantIds }: { tenantIds: string[] }) => {
  const query = db
    .selectFrom('tasks')
    .innerJoin('cases', 'cases.id', 'tasks.case_id')
    .selectAll('tasks')
    .where(sql<boolean>`tasks.asked = 0`)
  return query
    .where(among(db, 'tasks.tenant_id', tenantIds))
    .where('cases.status', '=', 'open')
    .where('cases.merged_into', 'is', null)
    .orderBy('tasks.created_at')
    .orderBy('tasks.id')
    .compile()
})

export interface TaskFilter {
  caseId?: string
  limit: number
  before?: Before
}

/** Newest first. */
export async function listTasks(db: Db, { caseId, limit, before }: TaskFilter): Promise<Task[]> {
  let query = db
    .selectFrom('tasks')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (caseId !== undefined) query = query.where('case_id', '=', caseId)
  if (before) query = query.where(isBefore('created_at', 'id', before))
  return (await query.execute()).map(fromRow)
}

function toRow(task: Task): TaskRow {
  return {
    id: task.id,
    case_id: task.caseId,
    tenant_id: task.tenantId,
    connection_id: task.connectionId,
    marker: task.marker,
    action: task.action,
    severity: task.severity,
    asked: Number(task.asked),
    vendor_id: task.vendorId,
    done: Number(task.done),
    closed_by: task.closedBy,
    closed_at: task.closedAt,
    agreed: Number(task.agreed),
    seen_at: task.seenAt,
    word: task.word,
    gone: Number(task.gone),
    created_at: task.createdAt,
  }
}

function fromRow(row: TaskRow): Task {
  return {
    id: row.id,
    caseId: row.case_id,
    tenantId: row.tenant_id,
    connectionId: row.connection_id,
    marker: row.marker,
    action: row.action,
    severity: row.severity,
    asked: row.asked === 1,
    vendorId: row.vendor_id,
    done: row.done === 1,
    closedBy: row.closed_by,
    closedAt: row.closed_at,
    agreed: row.agreed === 1,
    seenAt: row.seen_at,
    word: row.word,
    gone: row.gone === 1,
    createdAt: row.created_at,
  }
}

/** Tasks of these cases that nobody was asked for yet go with them to a tenant, or (null) are not worth asking for. */
export async function moveWaitingTasks(
  db: Db,
  caseIds: readonly string[],
  tenantId: string | null,
): Promise<void> {
  const of = among(db, 'case_id', caseIds)
  if (tenantId === null) await db.deleteFrom('tasks').where(of).where('asked', '=', 0).execute()
  else await db.updateTable('tasks').set({ tenant_id: tenantId }).where(of).where('asked', '=', 0).execute()
}
