import { type DeadLetter, dropDeadLetters, findDeadLetters, takeDeadLetter } from '../store/dead-letters.ts'
import { markPending } from '../store/records.ts'
import type { Hub } from './hub.ts'
import { advance } from './line.ts'
import { syncFeed } from './sync.ts'
import { feedOf } from './vendors.ts'

/** Tries what lies in dead letters again. Returns those that are still there, each with its latest reason. */
export async function replay(hub: Hub, letters: readonly DeadLetter[]): Promise<DeadLetter[]> {
  const unread = letters.filter((letter) => letter.stage === 'sync' && letter.connection_id !== null)
  const feeds = Map.groupBy(unread, (letter) => JSON.stringify([letter.connection_id, letter.feed]))
  for (const ofOne of feeds.values()) await readAgain(hub, ofOne)
  // A row of which nobody noted where it was read stays: there is nothing to ask for.
  for (const letter of letters) if (letter.stage !== 'sync') await back(hub, letter)
  await advance(hub)
  return findDeadLetters(
    hub.store.db,
    letters.map((letter) => letter.id),
  )
}

/** Letter and record change together: a replay that dies half way has not lost the letter. */
async function back({ store }: Hub, letter: DeadLetter): Promise<void> {
  await store.transaction(async (tx) => {
    await takeDeadLetter(tx, letter.id)
    await markPending(tx, [letter.ref])
  })
}

/**
 * What never became a record is asked for again: the whole feed, from its start. What cannot be read this time either
 * comes back with a later time; only a read that reached its end takes the other letters away.
 */
async function readAgain(hub: Hub, letters: readonly DeadLetter[]): Promise<void> {
  const [{ connection_id: connectionId, feed: name } = {}] = letters
  const live = hub.live.find((one) => one.connection.id === connectionId)
  const feed = feedOf(hub.live, connectionId ?? '', name ?? '')
  if (live === undefined || feed === undefined) return
  const run = await syncFeed(hub, live, feed, true)
  if (run?.outcome !== 'ok') return
  await dropDeadLetters(
    hub.store.db,
    letters.map((letter) => letter.id),
    run.startedAt,
  )
}
