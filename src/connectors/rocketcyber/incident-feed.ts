import type { Batch, Feed, FeedReader } from '../feed.ts'
import { range } from './fields.ts'
import { type Pass, batch, cursorSchema, gapIn, hour, mostOverlap } from './incident-cursor.ts'
import { departures } from './incident-departures.ts'
import { backFill } from './incident-history.ts'
import { toReading } from './incident-reading.ts'
import { type Swept, sweep } from './incident-sweep.ts'
import { maxPage } from './paging.ts'

/**
 * Reads incidents. There is no feed of changes and rows do not say whose they are, so the history is read customer by
 * customer, and what happens since then in three cheap lists over all of them: what is open, and when that has changed
 * or ten minutes have passed, what was created lately and what was resolved lately. While these two bring news, the open
 * set is asked for every ten minutes only. See notes.md, "How incidents are followed".
 */
export const incidentsFeed: Feed = {
  name: 'incidents',
  kind: 'findings',
  // The limit is not published and the key may be shared with other tools; analysts take minutes to publish anyway.
  everyMs: 120_000,
  read: readIncidents,
  toReading,
}

const leastOverlap = hour / 4
const openEvery = hour / 2
const wholeEvery = hour / 6
const reconcileEvery = 6 * hour
const reconcileSpan = 30 * 24 * hour

async function* readIncidents(reader: FeedReader): AsyncGenerator<Batch> {
  const cursor = cursorSchema.parse(reader.cursor ?? {})
  const pass: Pass = { reader, cursor, accounts: await reader.customers(), gaps: [] }
  if (pass.accounts.length === 0) {
    const reason = 'no customer is known yet: incidents are read after the customers feed'
    yield { ...batch(pass, []), gaps: [gapIn('history', reason)], incomplete: reason }
    return
  }
  if (cursor.startedAt === 0) cursor.startedAt = reader.now
  if (cursor.live) yield* follow(pass)
  yield* backFill(pass)
  if (!cursor.live) goLive(pass)
  else if (reader.deep && reader.now - cursor.reconciledAt >= reconcileEvery) yield* reconcile(pass)
  if (cursor.reconcileGap !== undefined) pass.gaps.push(gapIn('last weeks', cursor.reconcileGap))
  // Of customers whose history was read, all since then; what a customer's own history covers is told with it.
  const covered = cursor.live ? [{ customerId: null, from: cursor.startedAt - hour, to: null }] : []
  yield { ...batch(pass, []), covered, gaps: pass.gaps }
}

/** Marks do not pass the start of the back-fill, less an hour for clocks that disagree. */
function goLive({ cursor, reader }: Pass): void {
  const start = cursor.startedAt - hour
  cursor.marks = {
    created: Math.min(cursor.marks.created, start),
    resolved: Math.min(cursor.marks.resolved, start),
  }
  cursor.live = true
  cursor.reconciledAt = reader.now
}

async function* follow(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, reader } = pass
  const open = yield* openUnlessMoving(pass)
  // What is created or resolved changes the open set: while that stays as it is, the other two lists can wait a little.
  const settled = open?.quiet === true && open.complete && !isAnyAstray(cursor)
  if (settled && reader.now - cursor.wholeAt < wholeEvery) return
  // The vendor says itself how late it published; what is seen to come later still counts as well.
  const floorMs = Math.max(leastOverlap, 2 * cursor.lagMs)
  const overlap = reader.overlapMs({ floorMs, capMs: mostOverlap })
  const since = (mark: number): string => range(Math.max(0, mark - overlap))
  const created = yield* sweep(pass, { createdAt: since(cursor.marks.created) })
  const resolved = yield* sweep(pass, { resolvedAt: since(cursor.marks.resolved) })
  if (created.complete) cursor.marks.created = Math.max(cursor.marks.created, created.newest.created)
  if (resolved.complete) cursor.marks.resolved = Math.max(cursor.marks.resolved, resolved.newest.resolved)
  if (created.complete && resolved.complete) cursor.wholeAt = reader.now
  cursor.moving = open?.news === true || created.news || resolved.news
  if (open?.complete !== true) return
  if (open.keys.size > maxPage) cursor.openAt = reader.now
  const quiet = [created, resolved, open].every((swept) => swept.quiet)
  if (quiet && !isAnyAstray(cursor)) return
  const listed = new Set([...open.keys, ...created.keys, ...resolved.keys])
  yield* departures(pass, await reader.open(), listed)
}

/** What is missing from the lists is reported at every turn. */
function isAnyAstray({ astray }: Pass['cursor']): boolean {
  return Object.keys(astray).length > 0
}

/** While much comes and goes, what came and went is the smaller question: then the open set waits a little. */
async function* openUnlessMoving(pass: Pass): AsyncGenerator<Batch, Swept | undefined> {
  const { cursor, reader } = pass
  if (cursor.moving && !isAnyAstray(cursor) && reader.now - cursor.listedAt < wholeEvery) return undefined
  cursor.listedAt = reader.now
  return yield* sweepOpen(pass)
}

function sweepOpen(pass: Pass): AsyncGenerator<Batch, Swept> {
  const { cursor, reader } = pass
  const options = {
    descending: true,
    // A large open set of the expected size is not read to its end every minute.
    enough: async (total: number | undefined): Promise<boolean> =>
      total === (await reader.open()).length && reader.now - cursor.openAt < openEvery,
  }
  return sweep(pass, { status: ['open'] }, options)
}

/** Now and then, everything of the last weeks again: what was late, was missed, or was claimed by nobody. */
async function* reconcile(pass: Pass): AsyncGenerator<Batch> {
  const { cursor, reader } = pass
  const inner: Pass = { ...pass, gaps: [] }
  const { complete } = yield* sweep(
    inner,
    { createdAt: range(reader.now - reconcileSpan) },
    { priority: 'backfill', again: true },
  )
  if (complete) delete cursor.reconcileGap
  else
    cursor.reconcileGap = inner.gaps
      .map((gap) => gap.reason)
      .join('; ')
      .slice(0, 200)
  // One that left a gap is tried again sooner.
  cursor.reconciledAt = complete ? reader.now : reader.now - reconcileEvery + hour / 2
}
