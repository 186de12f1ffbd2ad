import type { ChangeState, TicketChange } from '../../domain/ticket.ts'
import { listChanges } from '../../store/ticket-changes.ts'
import { type Ask, instant, instantOrNull } from '../ask.ts'
import type { DeliveryAnswer } from '../operations/deliveries.ts'
import { type ListPage, type PageQuery, mapPage, readPage } from '../page.ts'

export interface DeliveryQuery extends PageQuery {
  state?: ChangeState | undefined
  case_id?: string | undefined
}

export async function list({ db }: Ask, query: DeliveryQuery): Promise<ListPage<DeliveryAnswer>> {
  const { state, case_id: caseId } = query
  const filter = { ...(state && { state }), ...(caseId !== undefined && { caseId }) }
  const read = (limit: number, before?: { time: number; id: string }) =>
    listChanges(db, { ...filter, limit, ...(before && { before }) })
  const scope = `deliveries ${state ?? ''} ${caseId ?? ''}`
  const page = await readPage(query, scope, read, (change) => ({ time: change.createdAt, id: change.id }))
  return mapPage(page, (rows) => rows.map(toDeliveryAnswer))
}

export function toDeliveryAnswer(change: TicketChange): DeliveryAnswer {
  return {
    id: change.id,
    case_id: change.caseId,
    connection: change.connectionId,
    kind: change.kind,
    version: change.version,
    subject: change.payload.subject,
    state: change.state,
    attempts: change.attempts,
    lookups: change.lookups,
    ambiguities: change.ambiguities,
    settled_by_lookup: change.settledByLookup,
    due_at: instant(change.dueAt),
    sent_at: instantOrNull(change.sentAt),
    vendor_id: change.vendorId,
    error: change.error,
    created_at: instant(change.createdAt),
  }
}
