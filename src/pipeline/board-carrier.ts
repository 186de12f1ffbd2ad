import type { Board, BoardTask } from '../connectors/board.ts'
import { ApiError } from '../contract/api-error.ts'
import type { BoardPlan, ProjectPlan, TaskPlan, TaskStatusPlan } from '../domain/ticket.ts'
import { customersOf } from '../store/customers.ts'
import { dropProject, projectAt, setProject } from '../store/projects.ts'
import { readAgain } from '../store/records.ts'
import type { Db } from '../store/store.ts'
import { setTask, task as taskOf } from '../store/tasks.ts'
import type { StoredChange } from '../store/ticket-changes.ts'
import { ticketsOf } from '../store/tickets.ts'
import type { Carried, Carrier, Done } from './carrier.ts'
import { sentOnce, unclear } from './desk-carrier.ts'
import type { Hub } from './hub.ts'
import type { Live } from './vendors.ts'

/** Projects and tasks. Both are found by the markers in their descriptions. */
export function boardCarrier(hub: Hub, live: Live, board: Board): Carrier {
  const at: At = { hub, live, board }
  return {
    visibilityMs: board.visibilityMs,
    async carry(change): Promise<Carried> {
      const plan = change.payload as BoardPlan // its kind chose this carrier
      try {
        if (plan.kind === 'project') return await makeProject(at, plan)
        if (plan.kind === 'task') return await makeTask(at, change, plan)
        return await setStatus(at, plan)
      } catch (error) {
        // Only looks throw, and a look that failed has written nothing.
        if (error instanceof ApiError) return { error }
        throw error
      }
    },
    lookUp: (change) => lookUp(at, change.payload as BoardPlan), // its kind chose this carrier
  }
}

interface At {
  hub: Hub
  live: Live
  board: Board
}

async function makeProject(at: At, plan: ProjectPlan): Promise<Carried> {
  const made = await at.board.ensureProject(at.live.client, plan)
  if (made.ok) return { done: projectMade(at, plan, made.value.vendorId) }
  // The next news of the customer asks again; a look-up comes first each time.
  if (made.error.verdict === 'refused')
    await dropProject(at.hub.store.db, at.live.connection.id, plan.tenantId)
  return { error: made.error }
}

async function makeTask(at: At, { caseId }: StoredChange, plan: TaskPlan): Promise<Carried> {
  const { hub, live, board } = at
  const own = await taskOf(hub.store.db, plan.taskId)
  const projectId = await projectOf(at, own?.tenantId)
  if (projectId === undefined) return { error: unclear(live, 'the customer has no project', 'retryable') }
  const ticket = (await ticketsOf(hub.store.db, [caseId])).findLast((one) => one.gone === null)
  const description = ticket === undefined ? plan.body : `${plan.body}\nTicket: #${ticket.number}`
  const { subject: name, marker, severity } = plan
  const made = await board.createTask(live.client, { projectId, name, description, marker, severity })
  if (made.ok) return { done: taskSeen(at, plan, made.value) }
  if (made.error.verdict === 'refused') await setTask(hub.store.db, plan.taskId, { word: 'refused' })
  return { error: made.error }
}

async function setStatus(at: At, plan: TaskStatusPlan): Promise<Carried> {
  const { hub, live, board } = at
  const own = await taskOf(hub.store.db, plan.taskId)
  if (own?.vendorId == null) return { error: unclear(live, 'the task was never made', 'refused') }
  const put = await board.updateTask(live.client, own.vendorId, { done: plan.done })
  return put.ok ? { done: taskSeen(at, plan, put.value) } : { error: sentOnce(put.error) }
}

async function lookUp(at: At, plan: BoardPlan): Promise<Done | undefined> {
  const { hub, live, board } = at
  const { marker } = plan
  if (plan.kind === 'project') {
    const [found] = await board.findProjects(live.client, marker)
    return found && projectMade(at, plan, found.vendorId)
  }
  const own = await taskOf(hub.store.db, plan.taskId)
  const all = await board.findTasks(live.client, marker)
  // Of two, which the sweep has not told apart yet, the one that we know.
  const found = all.find((one) => one.vendorId === own?.vendorId) ?? all[0]
  if (found === undefined || (plan.kind === 'task-status' && found.done !== plan.done)) return undefined
  return taskSeen(at, plan, found)
}

async function projectOf({ hub, live }: At, tenantId: string | undefined): Promise<string | undefined> {
  if (tenantId === undefined) return undefined
  return (await projectAt(hub.store.db, live.connection.id, tenantId))?.vendorId ?? undefined
}

/** Its customer is read again: the line then decides the tasks that have waited for the project. */
function projectMade({ live }: At, { tenantId }: ProjectPlan, vendorId: string): Done {
  const { id } = live.connection
  const feed = live.connector.feeds.find((one) => one.kind === 'customers')?.name
  const keep = async (tx: Db): Promise<void> => {
    await setProject(tx, id, tenantId, vendorId)
    const customers = (await customersOf(tx, id)).filter((one) => one.tenantId === tenantId)
    for (const one of customers) if (feed !== undefined) await readAgain(tx, id, feed, one.vendorId)
  }
  return { vendorId, keep }
}

/**
 * What both sides hold now; what was reported of it meanwhile is read again. With the echo check off nothing is
 * remembered, and our own change comes back as theirs.
 */
function taskSeen({ hub, live }: At, plan: TaskPlan | TaskStatusPlan, made: BoardTask): Done {
  const { id } = live.connection
  const { vendorId } = made
  const feed = live.connector.feeds.find((one) => one.kind === 'tasks')?.name
  const keep = async (tx: Db): Promise<void> => {
    const own = await taskOf(tx, plan.taskId)
    const newer = (made.updatedAt ?? 0) >= (own?.seenAt ?? 0)
    const sight = newer ? { seenAt: made.updatedAt, word: made.status } : {}
    const agreed = plan.kind === 'task' ? false : plan.done
    await setTask(tx, plan.taskId, { vendorId, ...(hub.protections.echoCheck && { agreed, ...sight }) })
    if (plan.kind === 'task' && feed !== undefined) await readAgain(tx, id, feed, vendorId)
  }
  return { vendorId, keep }
}
