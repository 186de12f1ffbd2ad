import type { Board, BoardTask } from '../connectors/board.ts'
import type { CaseComment } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import type { Task } from '../domain/task.ts'
import { putComments } from '../store/case-comments.ts'
import { putStrayTask, strayTasks } from '../store/stray-tasks.ts'
import { task as taskOf } from '../store/tasks.ts'
import type { Hub } from './hub.ts'
import { sentTwiceLately } from './sweep-sent-twice.ts'
import type { Live } from './vendors.ts'

/**
 * Two tasks with one marker: the one that we know stays, the other is set done with a word why. `lastAt`: when that was
 * looked for last, if ever.
 */
export async function sweepTasks(
  hub: Hub,
  live: Live,
  board: Board,
  lastAt: number | undefined,
): Promise<number> {
  let folded = 0
  for (const { payload } of await sentTwiceLately(hub, live, 'task', lastAt)) {
    const own = payload.kind === 'task' ? await taskOf(hub.store.db, payload.taskId) : undefined
    if (own?.vendorId != null && !own.gone) folded += await foldTwins(hub, live, board, own)
  }
  return folded
}

async function foldTwins(hub: Hub, live: Live, board: Board, own: Task): Promise<number> {
  const { id } = live.connection
  const found = await board.findTasks(live.client, own.marker)
  const stays = found.find((one) => one.vendorId === own.vendorId)
  if (stays === undefined) return 0
  const done = await strayTasks(hub.store.db, id)
  let folded = 0
  for (const stray of found) {
    if (stray === stays || done[stray.vendorId] !== undefined) continue
    await fold(live, board, stray, stays)
    await hub.store.transaction(async (tx) => {
      await putStrayTask(tx, id, stray.vendorId, stays.vendorId)
      await putComments(tx, [told(own, id, stray, hub.outside.now())])
    })
    const names = { stray: stray.vendorId, into: stays.vendorId, marker: own.marker }
    hub.log('warn', 'a stray task was folded', names)
    folded++
  }
  return folded
}

/** Repeatable: whether it was told stands in the task itself. */
async function fold(live: Live, board: Board, stray: BoardTask, stays: BoardTask): Promise<void> {
  const word = `Watchfloor made this task twice. Work goes on in task ${stays.vendorId}: ${stays.name}`
  if (stray.description.startsWith(word)) return
  // Somebody has done the work already, and ticked off the wrong one of the two.
  if (stray.done && !stays.done) await update(live, board, stays, { done: true })
  await update(live, board, stray, { done: true, description: `${word}\n\n${stray.description}` })
}

async function update(
  live: Live,
  board: Board,
  { vendorId }: BoardTask,
  patch: { done: true; description?: string },
): Promise<void> {
  const put = await board.updateTask(live.client, vendorId, patch)
  // Deleted meanwhile: that is an end, too.
  if (!put.ok && put.error.status !== 404) throw put.error
}

function told({ id, caseId, action }: Task, connectionId: string, stray: BoardTask, at: number): CaseComment {
  const { vendorId } = stray
  const body = `The task “${action}” stood twice at ${connectionId}: ${vendorId} was set done, the other stays.`
  const where = { caseId, source: 'news' as const, connectionId, vendorId }
  return { ...where, id: idOf('cmt', caseId, id, 'stray', vendorId), author: 'Watchfloor', body, at }
}
