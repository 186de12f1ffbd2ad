import type { Board, BoardProject } from '../connectors/board.ts'
import type { CaseComment } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import { putComments } from '../store/case-comments.ts'
import { projectAt } from '../store/projects.ts'
import type { Hub } from './hub.ts'
import { sentTwiceLately } from './sweep-sent-twice.ts'
import type { Live } from './vendors.ts'

/**
 * Two projects with one marker: the one that we know stays, the other is archived with a word why. `lastAt`: when that
 * was looked for last, if ever.
 */
export async function sweepProjects(
  hub: Hub,
  live: Live,
  board: Board,
  lastAt: number | undefined,
): Promise<number> {
  const { id } = live.connection
  let folded = 0
  for (const { caseId, payload } of await sentTwiceLately(hub, live, 'project', lastAt)) {
    if (payload.kind !== 'project') continue
    const known = await projectAt(hub.store.db, id, payload.tenantId)
    const found = await board.findProjects(live.client, payload.marker)
    const stays = found.find((one) => one.vendorId === known?.vendorId)
    for (const stray of found) {
      if (stays === undefined || stray === stays || stray.description.startsWith(wordOf(stays))) continue
      const put = await board.archiveProject(live.client, stray.vendorId, wordOf(stays))
      // Deleted meanwhile: that is an end, too.
      if (!put.ok && put.error.status !== 404) throw put.error
      await putComments(hub.store.db, [told(caseId, id, stray, stays, hub.outside.now())])
      hub.log('warn', 'a stray project was archived', { stray: stray.vendorId, into: stays.vendorId })
      folded++
    }
  }
  return folded
}

/** Whether it was told stands in the project itself. */
function wordOf({ vendorId, name }: BoardProject): string {
  return `Watchfloor made this project twice. Work goes on in project ${vendorId}: ${name}`
}

function told(
  caseId: string,
  connectionId: string,
  { vendorId, name }: BoardProject,
  stays: BoardProject,
  at: number,
): CaseComment {
  const body = `The project “${name}” stood twice at ${connectionId}: ${vendorId} was archived, ${stays.vendorId} stays.`
  const where = { caseId, source: 'news' as const, connectionId, vendorId }
  return {
    ...where,
    id: idOf('cmt', caseId, connectionId, 'stray project', vendorId),
    author: 'Watchfloor',
    body,
    at,
  }
}
