import { expect, test } from 'vitest'

import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { Holding } from '../conformance.ts'
import { openPair } from '../testing.ts'
import { desk } from './desk.ts'
import syncro from './index.ts'
import { ticketsFeed } from './ticket-feed.ts'
import { toReport } from './ticket-report.ts'

const start = Date.parse('2026-06-01T12:00:00Z')
const world = makeWorld({ seed: 3, customers: 5, start, days: 1 })

test('a ticket whose detail lags behind the list is read again, however quiet the list stays', async () => {
  let old: string | undefined
  let lags = false
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      if (init.method !== 'GET' || !/\/tickets\/\d+$/.test(new URL(url).pathname)) return answer
      const text = await answer.text()
      old ??= text
      const told = lags ? old : text
      return { ...answer, text: async () => told }
    }
  const pair = openPair(syncro, { world, now: start, switches: { rateLimit: '0' }, between })
  const draft = {
    kind: 'create',
    marker: '[WF-7K2M9QX4TB]',
    customerId: '34288001',
    subject: 'A [WF-7K2M9QX4TB]',
  } as const
  const { ticket } = await desk.create(pair.client, {
    ...draft,
    body: 'B',
    severity: 'high',
    hostname: null,
  })
  const id = ticket?.vendorId ?? ''
  const holding = new Holding()
  const turn = async (): Promise<string | undefined> => {
    pair.clock.now += 120_000
    await holding.run(ticketsFeed, pair.client, pair.clock.now, [])
    const { body = '' } = holding.latest.get(id) ?? {}
    const report = toReport({ vendorId: id, body })
    return report.gone === undefined ? report.sight.phase : 'gone'
  }
  pair.clock.now += 60_000
  await desk.note(pair.client, id, { kind: 'note', subject: 'n', body: 'n' })
  expect(await turn()).toBe('new')
  pair.clock.now += 60_000
  await desk.change(pair.client, id, { status: 'resolved' })
  lags = true
  expect(await turn()).toBe('new')
  lags = false
  expect(await turn()).toBe('closed')
})
