import { idOf } from '../domain/id.ts'
import { noteMarkerOf } from '../domain/ticket.ts'
import { commentsOf, putComments } from '../store/case-comments.ts'
import { casesByIds } from '../store/cases.ts'
import { readPolicies } from '../store/policies.ts'
import type { Db } from '../store/store.ts'
import { liveTickets } from '../store/tickets.ts'
import { ChangeList } from './change-list.ts'
import type { Hub } from './hub.ts'
import { routesOf } from './routes.ts'

/** What somebody writes on a case here; its ticket is told once. False when there is no ticket to tell. */
export async function tellCase(
  tx: Db,
  hub: Hub,
  note: { caseId: string; author: string; text: string; now: number },
): Promise<boolean> {
  const { caseId, author, text, now } = note
  const changes = await ChangeList.open(tx, [caseId], now)
  const [own] = await casesByIds(tx, [caseId])
  const route = own && (await routesOf(tx, hub)).get(own.tenantId)
  const id = idOf('cmt', caseId, 'hub', author, text, now)
  // Written twice with one breath, it was said once.
  if ((await commentsOf(tx, caseId)).some((one) => one.id === id)) return false
  const written = {
    id,
    caseId,
    source: 'hub' as const,
    connectionId: null,
    vendorId: null,
    author,
    body: text,
  }
  await putComments(tx, [{ ...written, at: now }])
  if (own === undefined || route === undefined || !changes.has(caseId, 'create')) return false
  const { connectionId } = route
  if ((await liveTickets(tx, connectionId, [caseId])).get(caseId) === null) return false
  const { comments, email } = (await readPolicies(tx)).of(own.tenantId)
  changes.add(caseId, connectionId, 'note', (changeId) => ({
    kind: 'note',
    subject: `Watchfloor: note by ${author} ${noteMarkerOf(changeId)}`,
    body: text,
    ...(comments === 'public' && { audience: { public: true, email } }),
  }))
  await changes.put()
  return true
}
