import { expect, test } from 'vitest'

import { replay } from '../src/pipeline/replay.ts'
import { disinherited } from '../src/pipeline/used-again.ts'
import { commentsOf } from '../src/store/case-comments.ts'
import { listDeadLetters } from '../src/store/dead-letters.ts'
import { findingsSince } from '../src/store/findings.ts'
import { openReadingHub } from './support/reading-hub.ts'
import { UsedAgain } from './support/used-again.ts'

/** A vendor that uses an id again hides nothing: what came later under it is told of by itself. */

const hour = 3_600_000

const feeds: [detector: string, feed: string, path: RegExp, attacks: number][] = [
  ['rocketcyber', 'incidents', /\/incidents$/, 4],
  ['rapid7', 'investigations', /\/idr\/v2\/investigations$/, 6],
  ['rapid7', 'alerts', /\/investigations\/[^/]+\/alerts$/, 6],
  ['rapid7', 'siem-alerts', /\/alerts\/ops\/search$/, 6],
  ['cybervault', 'threats', /\/threats$/, 12],
  ['cybervault', 'incidents', /\/incidents$/, 12],
]

test.each(feeds)(
  '%s %s: an id that is used again is another finding, with a case and a ticket of its customer',
  async (detector, feed, path, attacks) => {
    const vendor = new UsedAgain(detector, path)
    const opened = await openReadingHub(vendor.between, detector, attacks)
    const { store, sandbox, clock } = opened
    clock.now -= 3 * 24 * hour
    const held = async () => (await findingsSince(store.db, 0)).filter((one) => one.feed === feed)
    const go = async (until: () => Promise<boolean>): Promise<void> => {
      for (let turns = 0; turns < 60 && !(await until()); turns++) {
        clock.now += hour
        await opened.turn()
      }
    }
    await go(async () => (await held()).length > 2)
    const before = await held()
    const first = before[0]!
    const truthOf = (id: string) =>
      sandbox.truth().raised.find((one) => one.reference === `Source: ${detector}/${feed}/${id}`)
    vendor.fits = (id) => truthOf(id) !== undefined
    vendor.purged = first.vendorId
    await go(async () => vendor.heir !== '')
    for (let turn = 0; turn < 3; turn++) {
      clock.now += hour
      await opened.turn()
    }

    const under = (await held()).filter((one) => one.vendorId === first.vendorId)
    expect(under).toHaveLength(2)
    const [old, young] = [
      under.find((one) => one.id === first.id)!,
      under.find((one) => one.id !== first.id)!,
    ]
    expect({ ...old, entities: [] }).toEqual({ ...first, entities: [] })
    expect(young.time).toBeGreaterThan(old.time)

    // Its customer is the one that the vendor raised it for, and so is its ticket's.
    const source = `Source: ${detector}/${feed}/${first.vendorId}`
    const told = sandbox
      .truth()
      .filed.filter(({ text }) => text.includes(source) && text.includes(young.title))
      .map((ticket) => ticket.customerName)
    expect(told).toContain(truthOf(vendor.heir)?.customerName)

    // Whoever looks at either is told so, and coverage is not green.
    for (const one of under) {
      const said = (await commentsOf(store.db, one.caseId ?? '')).map((comment) => comment.body)
      expect(said.join('\n')).toMatch(/used the id .* again/)
    }
    const row = (await opened.coverage()).find(
      (each) => each.feed === feed && each.vendor === detector && each.customer === null,
    )
    expect(row).toMatchObject({ dead_letters: 1 })
    expect(row?.state).not.toBe('green')
    // The first one's vendor is told nothing of it any more: it would be told of the other.
    expect(await disinherited(store.db, under)).toEqual(new Set([old.id]))

    const letters = await listDeadLetters(store.db, 10)
    expect(await replay(opened.hub, letters)).toEqual([])
    expect((await held()).filter((one) => one.vendorId === first.vendorId)).toHaveLength(2)
  },
)
