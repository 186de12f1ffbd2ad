import { listDeadLetters } from '../../store/dead-letters.ts'
import { type Ask, instant } from '../ask.ts'
import type { DeadLetterAnswer } from '../operations/dead-letters.ts'
import { type ListPage, type PageQuery, cutPage } from '../page.ts'

/** More are counted, and come to sight as the newest are dealt with. */
const reach = 10_000

/** Bodies stay in the database: they may be large, and whose they are is not known. */
export async function list({ db }: Ask, query: PageQuery): Promise<ListPage<DeadLetterAnswer>> {
  const rows = (await listDeadLetters(db, reach)).map(({ id, stage, ref, reason, count, at }) => {
    return { id, stage, ref, reason, count, at: instant(at) }
  })
  return cutPage(query, 'dead-letters', rows, (row) => row.id)
}
