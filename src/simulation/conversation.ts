import { isOurs } from '../domain/ticket.ts'
import type { FiledAt } from '../sandbox/sandbox.ts'
import { commentsOf } from '../store/case-comments.ts'
import type { Store } from '../store/store.ts'
import { ticketsByVendorIds } from '../store/tickets.ts'

export interface Conversation {
  /** What people wrote at the desk and still stands there. */
  comments: number
  /** Those of them that their case does not hold, word for word. */
  lostComments: number
  /** What a case holds twice, or holds as theirs though we wrote it. */
  echoes: number
}

/** Compares what stands in the tickets with what the cases hold of it. A connection bears its vendor's name here. */
export async function conversation({ db }: Store, filed: readonly FiledAt[]): Promise<Conversation> {
  const result: Conversation = { comments: 0, lostComments: 0, echoes: 0 }
  for (const { vendor, ticketId, comments, folded } of filed) {
    const [ticket] = folded ? [] : await ticketsByVendorIds(db, vendor, [ticketId])
    // One that is being settled, or stands for another of ours, has no case that could hold them.
    if (ticket === undefined || ticket.foldedInto !== null || ticket.gone !== null) continue
    const kept = (await commentsOf(db, ticket.caseId)).filter(({ source }) => source === 'ticket')
    const bodies = new Map(kept.map((one) => [one.vendorId, one.body]))
    result.echoes += kept.length - bodies.size
    for (const said of comments) {
      if (isOurs(said)) result.echoes += Number(bodies.has(said.id))
      else {
        result.comments++
        if (bodies.get(said.id) !== said.body) result.lostComments++
      }
    }
  }
  return result
}
