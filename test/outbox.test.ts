import { expect, test } from 'vitest'

import type { Fetch, FetchAnswer } from '../src/domain/outside.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { deliver } from '../src/pipeline/outbox.ts'
import { listChanges } from '../src/store/ticket-changes.ts'
import { smallHub } from './support/small-hub.ts'

/** A hub over a desk, with so many alerts of different hosts whose tickets have been decided. */
async function withDecided(count: number, between?: (fetch: Fetch) => Fetch) {
  const small = await smallHub({}, between)
  for (let id = 1; id <= count; id++) small.alerts.push({ id, open: true, host: `WS-${id}` })
  await small.read('findings')
  const desk = small.hub.live.find((one) => one.connector.desk !== undefined)!
  const other: Hub = { ...small.hub, holder: 'other' }
  const states = async () =>
    (await listChanges(small.store.db, { limit: 100 })).map((one) => `${one.kind} ${one.state}`).toSorted()
  return { ...small, desk, other, states }
}

const isCreate = (url: string, method: string): boolean => method === 'POST' && url.endsWith('tickets')

test('what is due goes out a few at a time, for as long as it may go on, and nobody else is at it meanwhile', async () => {
  const { hub, other, desk, states } = await withDecided(6)
  expect(await deliver(hub, desk)).toBe(4)
  const meanwhile: (number | undefined)[] = []
  const count = await deliver(hub, desk, async () => (meanwhile.push(await deliver(other, desk)), true))
  expect(count).toBe(2)
  expect(meanwhile).toEqual([undefined])
  expect(await states()).toEqual(Array.from({ length: 6 }, () => 'create sent'))
  // The lease was given back.
  expect(await deliver(other, desk)).toBe(0)
})

test('who lost the lease between two batches waits while the other goes on', async () => {
  const { hub, other, desk, clock, states } = await withDecided(6)
  const count = await deliver(hub, desk, async () => {
    clock.now += 31_000
    await deliver(
      other,
      desk,
      async () => ((clock.now += 1000), expect(await deliver(hub, desk)).toBe(undefined), true),
    )
    return true
  })
  expect(count).toBe(4)
  expect(await states()).toEqual(Array.from({ length: 6 }, () => 'create sent'))
})

test('what another process left on its way is looked up before it is sent again', async () => {
  const hanging = Promise.withResolvers<FetchAnswer>()
  const arrived = Promise.withResolvers<void>()
  let creates = 0
  const { hub, other, desk, clock, states, sandbox, settle } = await withDecided(
    1,
    (fetch) => async (url, init) => {
      if (!isCreate(url, init.method)) return fetch(url, init)
      creates++
      const answer = await fetch(url, init)
      arrived.resolve()
      return creates === 1 ? hanging.promise : answer
    },
  )
  const dying = deliver(hub, desk)
  await arrived.promise
  expect(await states()).toEqual(['create sending'])
  expect(await deliver(other, desk)).toBe(undefined)
  clock.now += 31_000
  expect(await deliver(other, desk)).toBe(0)
  expect(await states()).toEqual(['create ambiguous'])
  clock.now += 2_000
  expect(await deliver(other, desk)).toBe(1)
  expect(await states()).toEqual(['create sent'])
  hanging.reject(new Error('socket hang up'))
  await dying
  await settle()
  expect([creates, await states(), sandbox.truth().filed.length]).toEqual([1, ['create sent'], 1])
})
