import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { acquireLease, holdsLease, releaseLease, renewLease } from './leases.ts'
import { empty, forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('one holder at a time, until it lets the lease expire', async () => {
    const { db } = await openFresh()
    expect(await acquireLease(db, 'out:con', 'a', 100, 0)).toEqual({ fence: 1 })
    expect(await acquireLease(db, 'out:con', 'b', 100, 99)).toBeUndefined()
    expect(await holdsLease(db, 'out:con', 'a', 1, 99)).toBe(true)
    expect(await holdsLease(db, 'out:con', 'a', 1, 100)).toBe(false)
    expect(await acquireLease(db, 'out:con', 'b', 100, 100)).toEqual({ fence: 2 })
    expect(await acquireLease(db, 'other', 'a', 100, 100)).toEqual({ fence: 1 })
  })

  test('a renewal keeps the fence; a lease that expired or was given back gets the next one', async () => {
    const { db } = await openFresh()
    await acquireLease(db, 'x', 'a', 100, 0)
    expect(await acquireLease(db, 'x', 'a', 100, 50)).toEqual({ fence: 1 })
    expect(await acquireLease(db, 'x', 'a', 100, 150)).toEqual({ fence: 2 })
    await releaseLease(db, 'x', 'a', 1)
    expect(await holdsLease(db, 'x', 'a', 2, 160)).toBe(true)
    await releaseLease(db, 'x', 'a', 2)
    expect(await acquireLease(db, 'x', 'b', 100, 160)).toEqual({ fence: 3 })
  })

  test('who comes late may still renew, unless somebody else came before', async () => {
    const { db } = await openFresh()
    await acquireLease(db, 'x', 'a', 100, 0)
    expect(await renewLease(db, 'x', 'a', 1, 300)).toBe(true)
    expect(await holdsLease(db, 'x', 'a', 1, 299)).toBe(true)
    expect(await acquireLease(db, 'x', 'b', 100, 300)).toEqual({ fence: 2 })
    expect(await renewLease(db, 'x', 'a', 1, 500)).toBe(false)
    expect(await renewLease(db, 'x', 'b', 1, 500)).toBe(false)
    expect(await holdsLease(db, 'x', 'b', 2, 399)).toBe(true)
  })

  test('of many that try at once, one gets it', async () => {
    const store = await openFresh()
    const tries = Array.from({ length: 20 }, (_, i) =>
      store.transaction((tx) => acquireLease(tx, 'x', `holder ${i}`, 100, 0)),
    )
    expect((await Promise.all(tries)).filter((lease) => lease !== undefined)).toEqual([{ fence: 1 }])
    const later = Array.from({ length: 20 }, (_, i) => acquireLease(store.db, 'x', `holder ${i}`, 100, 100))
    expect((await Promise.all(later)).filter((lease) => lease !== undefined)).toEqual([{ fence: 2 }])
  })

  test('whatever two holders do, they never both hold it, and fences rise with every change of hands', async () => {
    const store = await openFresh()
    const step = fc.record({
      who: fc.constantFrom('a', 'b'),
      act: fc.constantFrom('acquire', 'acquire', 'both', 'release'),
      ttl: fc.integer({ min: 1, max: 20 }),
      wait: fc.integer({ min: 0, max: 15 }),
    })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      await empty(store)
      const held: Record<string, number> = {}
      let now = 0
      let [owner, highest] = ['', 0]
      for (const { who, act, ttl, wait } of steps) {
        now += wait
        if (act === 'release') await releaseLease(store.db, 'x', who, held[who] ?? 0)
        const names = act === 'both' ? ['a', 'b'] : act === 'acquire' ? [who] : []
        const before = await holdsLease(store.db, 'x', owner, highest, now)
        const got = await Promise.all(names.map((name) => acquireLease(store.db, 'x', name, ttl, now)))
        for (const [i, lease] of got.entries()) {
          if (!lease) continue
          const renewed = before && owner === names[i]
          expect(lease.fence).toBe(renewed ? highest : highest + 1)
          ;[owner, highest] = [names[i]!, lease.fence]
          held[owner] = highest
        }
        const holders = await Promise.all(
          ['a', 'b'].map((name) => holdsLease(store.db, 'x', name, held[name] ?? 0, now)),
        )
        expect(holders.filter(Boolean).length).toBeLessThanOrEqual(1)
      }
    })
    await fc.assert(property, { numRuns: store.engine === 'sqlite' ? 100 : 15 })
  })
})
