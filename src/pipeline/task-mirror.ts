import type { Feed } from '../connectors/feed.ts'
import type { CaseComment } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import { merge } from '../domain/merge.ts'
import type { VendorRecord } from '../domain/record.ts'
import type { StandingTask, Task, TaskReport } from '../domain/task.ts'
import { putComments } from '../store/case-comments.ts'
import type { Db } from '../store/store.ts'
import { setTask, tasksByVendorIds } from '../store/tasks.ts'
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
    const ours = new Set((await tasksByVendorIds(tx, connectionId, vendorIds)).map((one) => one.vendorId))
    for (const { report } of all.filter((one) => ours.has(one.report.vendorId))) {
      // As it is now: an earlier report of this batch may have changed it.
      const [own] = await tasksByVendorIds(tx, connectionId, [report.vendorId])
      if (own === undefined) continue
      if (report.gone === true) await keepDeleted(tx, own, now)
      else await mirrorOne(tx, hub, own, report, now)
    }
  }
}

/** It is told and stays deleted. */
async function keepDeleted(tx: Db, own: Task, now: number): Promise<void> {
  if (own.gone) return
  await setTask(tx, own.id, { gone: true })
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
}

async function mirrorOne(tx: Db, hub: Hub, own: Task, report: StandingTask, now: number): Promise<void> {
  // What was on its way while we wrote is older than what we know.
  if ((report.updatedAt ?? now) < (own.seenAt ?? 0)) return
  const flying = hub.protections.echoCheck ? await flyingStatus(tx, own) : undefined
  const sides = [{ done: flying ?? own.agreed }, { done: report.done }, { done: own.agreed }] as const
  const { take } = merge<'done'>(...sides, { done: 'both' })
  const at = report.updatedAt ?? now
  await setTask(tx, own.id, {
    seenAt: at,
    word: report.word,
    ...(own.gone && { gone: false }),
    ...(take.done !== undefined && { agreed: report.done, ...turned(own, report, at) }),
  })
}

function turned({ connectionId }: Task, { done, who }: StandingTask, at: number) {
  const closedBy = done ? (who ?? `somebody at ${connectionId}`) : null
  return { done, closedBy, closedAt: done ? at : null }
}

/** The state that we sent last, while nobody knows whether it arrived. */
async function flyingStatus(tx: Db, { id, caseId }: Task): Promise<boolean | undefined> {
  const last = (await onTheirWay(tx, [caseId])).findLast(
    ({ payload }) => payload.kind === 'task-status' && payload.taskId === id,
  )?.payload
  return last?.kind === 'task-status' ? last.done : undefined
}
