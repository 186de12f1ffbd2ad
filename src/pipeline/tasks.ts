import type { Case } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import { markerOf } from '../domain/id.ts'
import { type Task, actionsOf, projectMarkerOf, taskIdOf, taskMarkerOf } from '../domain/task.ts'
import { casesByIds, openCasesWithoutTask } from '../store/cases.ts'
import { findingsOfCases } from '../store/findings.ts'
import { projectsOf, putProjects } from '../store/projects.ts'
import type { Db } from '../store/store.ts'
import { putTasks, setTask, tasksOfCases, waitingTasks } from '../store/tasks.ts'
import { tenants } from '../store/tenants.ts'
import { ChangeList } from './change-list.ts'
import type { CaseNews } from './correlate.ts'
import type { Hub } from './hub.ts'
import { eventOf } from './normalise.ts'
import { type Route, boardRoutesOf } from './routes.ts'

/** Case → tasks on a board: one for each recommended action, and their state follows the case's. */

/** In the transaction that keeps the cases. Without a board nothing is asked and nothing kept. */
export async function decideTasks(tx: Db, hub: Hub, news: readonly CaseNews[], now: number): Promise<void> {
  if (news.length === 0 || !hasBoard(hub)) return
  const open = news.filter((entry) => entry.case.status === 'open')
  const advised = open.flatMap(({ case: own, founder, joined }) =>
    [...(founder ? [founder] : []), ...joined.map((one) => one.finding)].map((finding) => ({ own, finding })),
  )
  await recommend(tx, hub, advised, now)
  await askForTasks(
    tx,
    hub,
    open.map((entry) => entry.case.tenantId),
    now,
  )
  await followCases(
    tx,
    hub,
    news.flatMap(({ case: own, was }) => (was !== undefined && was.status !== own.status ? [own] : [])),
    now,
  )
}

/** A board has told of customers: what waited for them goes on, and open cases from before it was there get theirs. */
export async function decideWaitingTasks(
  tx: Db,
  hub: Hub,
  seen: readonly { connectionId: string; vendorId: string }[],
  now: number,
): Promise<void> {
  if (!hasBoard(hub)) return
  const keys = new Set(seen.map((one) => `${one.connectionId} ${one.vendorId}`))
  const routes = [...(await boardRoutesOf(tx, hub))]
  const tenantIds = routes
    .filter(([, to]) => keys.has(`${to.connectionId} ${to.customerId}`))
    .map(([id]) => id)
  if (tenantIds.length === 0) return
  const cases = new Map((await openCasesWithoutTask(tx, tenantIds)).map((own) => [own.id, own]))
  const findings = cases.size === 0 ? [] : await findingsOfCases(tx, [...cases.keys()])
  const advised = findings.flatMap((finding) => {
    const own = cases.get(finding.caseId ?? '')
    return own === undefined ? [] : [{ own, finding }]
  })
  await recommend(tx, hub, advised, now)
  await askForTasks(tx, hub, tenantIds, now)
}

/** Open tasks of resolved cases are set done; those that were done for that reason are taken up again with the case. */
export async function followCases(tx: Db, hub: Hub, cases: readonly Case[], now: number): Promise<void> {
  if (cases.length === 0 || !hasBoard(hub)) return
  const ids = cases.map((own) => own.id)
  const turning = (await tasksOfCases(tx, ids)).filter((one) => {
    const resolved = cases.find((own) => own.id === one.caseId)?.status === 'resolved'
    return one.asked && !one.gone && (resolved ? !one.done : one.done && one.closedBy === null)
  })
  if (turning.length === 0) return
  const changes = await ChangeList.open(tx, ids, now)
  for (const { id: taskId, caseId, connectionId, marker, action, done: was } of turning) {
    const done = !was
    await setTask(tx, taskId, { done, closedBy: null, closedAt: done ? now : null })
    const subject = `${done ? 'Done, as the case is' : 'Open again, as the case is'}: ${action}`
    const plan = { kind: 'task-status' as const, subject, taskId, marker, done }
    changes.add(caseId, connectionId ?? '', 'task-status', () => plan)
  }
  await changes.put()
}

function hasBoard(hub: Hub): boolean {
  return hub.live.some((one) => one.connector.board !== undefined)
}

async function recommend(
  tx: Db,
  hub: Hub,
  advised: readonly { own: Case; finding: Finding }[],
  now: number,
): Promise<void> {
  const tasks: Task[] = []
  for (const { own, finding } of advised)
    for (const action of await actionsIn(tx, hub, finding))
      tasks.push(toTask(own, action, now + tasks.length))
  await putTasks(tx, tasks)
}

async function actionsIn(tx: Db, hub: Hub, { recordId }: Finding): Promise<string[]> {
  try {
    return actionsOf((await eventOf(hub, recordId, tx))?.remediation?.desc)
  } catch (error) {
    // It was read once: better a case without tasks than a line that stands still.
    hub.log('warn', 'a record’s advice cannot be read', { record: recordId, reason: String(error) })
    return []
  }
}

/** `createdAt` differs by a millisecond, so that tasks stand in the order of the advice. */
function toTask({ id: caseId, tenantId, severity }: Case, action: string, createdAt: number): Task {
  const id = taskIdOf(caseId, action)
  const own = { id, caseId, tenantId, connectionId: null, marker: taskMarkerOf(id), action, severity }
  const state = { asked: false, vendorId: null, done: false, closedBy: null, closedAt: null, agreed: false }
  return { ...own, ...state, seenAt: null, word: null, gone: false, createdAt }
}

/** Makes each tenant's project first, and its tasks once that is there. Repeatable. */
async function askForTasks(tx: Db, hub: Hub, tenantIds: readonly string[], now: number): Promise<void> {
  if (tenantIds.length === 0) return
  const waiting = await waitingTasks(tx, [...new Set(tenantIds)])
  if (waiting.length === 0) return
  const routes = await boardRoutesOf(tx, hub)
  const projects = await projectsOf(tx, [...new Set(waiting.map((one) => one.tenantId))])
  const caseIds = [...new Set(waiting.map((one) => one.caseId))]
  const changes = await ChangeList.open(tx, caseIds, now)
  const cases = new Map((await casesByIds(tx, caseIds)).map((own) => [own.id, own]))
  for (const [tenantId, tasks] of Map.groupBy(waiting, (one) => one.tenantId)) {
    const route = routes.get(tenantId)
    if (route === undefined) continue
    const { connectionId } = route
    const project = projects.find((one) => one.tenantId === tenantId && one.connectionId === connectionId)
    if (project === undefined) await askForProject(tx, changes, tasks[0], route, now)
    for (const one of tasks) {
      if (project?.vendorId != null) addTask(changes, one, cases.get(one.caseId), connectionId)
      await setTask(tx, one.id, { connectionId, asked: project?.vendorId != null })
    }
  }
  await changes.put()
}

async function askForProject(
  tx: Db,
  changes: ChangeList,
  first: Task | undefined,
  { connectionId, customerId }: Route,
  now: number,
): Promise<void> {
  if (first === undefined) return
  const { tenantId, caseId } = first
  const marker = projectMarkerOf(tenantId)
  const tenant = (await tenants(tx)).find((one) => one.id === tenantId)
  const name = `Watchfloor: ${tenant?.name ?? tenantId}`
  await putProjects(tx, [{ connectionId, tenantId, marker, vendorId: null, createdAt: now }])
  const plan = { kind: 'project' as const, subject: `Project “${name}”`, tenantId, customerId, name, marker }
  changes.add(caseId, connectionId, 'project', () => plan)
}

function addTask(changes: ChangeList, task: Task, own: Case | undefined, connectionId: string): void {
  const { id: taskId, caseId, action, marker, severity } = task
  const about = [`Case: ${markerOf(caseId).slice(1, -1)} ${own?.title ?? ''}`.trim(), `Severity: ${severity}`]
  const body = [action, about.join('\n')].join('\n\n')
  changes.add(caseId, connectionId, 'task', () => ({
    kind: 'task',
    subject: action,
    taskId,
    marker,
    body,
    severity,
  }))
}
