import type { Walk } from '../contract/walk.ts'
import type { Covered, Gap } from '../domain/coverage.ts'
import type { Batch } from './feed.ts'

/** The same of a list that came in one piece, or that is put together from several. */
export const allOfIt: readonly Covered[] = [{ customerId: null, from: 0, to: null }]

/** What the last batch of a feed says that reads a list to its end at every turn. `customerId`: whose list it is. */
export function wholeList(
  walk: Pick<Walk<never>, 'complete' | 'reason' | 'tally'>,
  customerId: string | null = null,
): Pick<Batch, 'covered' | 'gaps'> {
  const part = { customerId, from: 0, to: null }
  if (walk.complete) return { covered: [{ ...part, ...walk.tally } satisfies Covered] }
  const reason = walk.reason ?? 'not read to the end'
  return { gaps: [{ ...part, what: 'list', reason } satisfies Gap] }
}
