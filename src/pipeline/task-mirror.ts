import type { Feed } from '../connectors/feed.ts'
import type { CaseComment } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import { merge } from '../domain/merge.ts'
import type { VendorRecord } from '../domain/record.ts'
import type { StandingTask, Task, TaskReport } from '../domain/task.ts'
import { putComments } from '../store/case-comments.ts'
import type { Db } from '../store/store.ts'
import { type TaskPatch, holdTasks, setTask } from '../store/tasks.ts'
import { onTheirWay } from '../store/ticket-changes.ts'
import type { Hub } from './hub.ts'

/** What a board reports of our tasks → the case's actions. */

export interface ReportedTask {
  connectionId: string
  report: TaskReport
}

/** Pure; undefined for a record that tells of no task; throws on one that it cannot read. */
export function toReportedTask(hub: Hub, record: VendorRecord, feed: Feed): ReportedTask {
  if (feed.toTaskReport === undefined) throw new Error(`feed ${feed.name} has no tasks`)
  const { connectionId } = record
  const live = hub.live.find((one) => one.connection.id === connectionId)
  return { connectionId, report: feed.toTaskReport(record, live?.connection.settings ?? {}) }
}

/** In the caller's transaction. Tasks that are not ours are passed over. */
export async function mirrorTasks(
  tx: Db,
  hub: Hub,
  reports: readonly ReportedTask[],
  now: number,
): Promise<void> {
  for (const [connectionId, all] of Map.groupBy(reports, (one) => one.connectionId)) {
    const vendorIds = all.map(({ report }) => report.vendorId)
    const found = await holdTasks(tx, connectionId, vendorIds)
    const ours = new Map(found.map((one) => [one.vendorId, one]))
    const flying = hub.protections.echoCheck ? await flyingOf(tx, found) : new Map<string, boolean>()
    for (const { report } of all) {
      const own = ours.get(report.vendorId)
      if (own === undefined) continue
      const patch =
        report.gone === true
          ? await keepDeleted(tx, own, now)
          : mirrorOne(own, report, flying.get(own.id), now)
      if (patch === undefined || saysTheSame(own, patch)) continue
      await setTask(tx, own.id, patch)
      // Another report of this batch may be of it.
      ours.set(report.vendorId, { ...own, ...patch })
    }
  }
}

function saysTheSame(own: Task, patch: TaskPatch): boolean {
  // A patch has names of a task, no other.
  return Object.entries(patch).every(([name, value]) => own[name as keyof TaskPatch] === value)
}

/** It is told and stays deleted. */
async function keepDeleted(tx: Db, own: Task, now: number): Promise<TaskPatch | undefined> {
  if (own.gone) return undefined
  const { id, caseId, connectionId, vendorId, action } = own
  const body = `The task “${action}” was deleted at ${connectionId}. It is not made again.`
  const told: CaseComment = {
    id: idOf('cmt', caseId, id, 'deleted', now),
    caseId,
    source: 'news',
    connectionId,
    vendorId,
    author: 'Watchfloor',
    body,
    at: now,
  }
  await putComments(tx, [told])
  return { gone: true }
}

/** What it changes; `flying`: the state that we sent last, while nobody knows whether it arrived. */
function mirrorOne(
  own: Task,
  report: StandingTask,
  flying: boolean | undefined,
  now: number,
): TaskPatch | undefined {
  // What was on its way while we wrote is older than what we know.
  if ((report.updatedAt ?? now) < (own.seenAt ?? 0)) return undefined
  const sides = [{ done: flying ?? own.agreed }, { done: report.done }, { done: own.agreed }] as const
  const { take } = merge<'done'>(...sides, { done: 'both' })
  const at = report.updatedAt ?? now
  return {
    seenAt: at,
    word: report.word,
    ...(own.gone && { gone: false }),
    ...(take.done !== undefined && { agreed: report.done, ...turned(own, report, at) }),
  }
}

function turned({ connectionId }: Task, { done, who }: StandingTask, at: number) {
  const closedBy = done ? (who ?? `somebody at ${connectionId}`) : null
  return { done, closedBy, closedAt: done ? at : null }
}

/** What we sent last of each task's state, by task. */
async function flyingOf(tx: Db, tasks: readonly Task[]): Promise<Map<string, boolean>> {
  if (tasks.length === 0) return new Map()
  const flying = await onTheirWay(tx, [...new Set(tasks.map((one) => one.caseId))])
  return new Map(
    flying.flatMap(({ payload }) =>
      payload.kind === 'task-status' ? [[payload.taskId, payload.done] as const] : [],
    ),
  )
}
