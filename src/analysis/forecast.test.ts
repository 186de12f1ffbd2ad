import { expect, test } from 'vitest'

import { type FeedLoad, forecast } from './forecast.ts'

const minute = { requests: 60, windowMs: 60_000 }
const open: FeedLoad = {
  connection: 'con',
  feed: 'incidents',
  first: true,
  everyMs: 60_000,
  requests: 5,
  lastsMs: 2_000,
}
const agents: FeedLoad = { ...open, feed: 'agents', first: false, everyMs: 3_600_000, requests: 120 }

test('within the limit an incident is at most one cycle and one read late', () => {
  const told = forecast(minute, [open, agents], { from: 20, to: 20 })
  expect(told).toMatchObject({ customers: 20, openLateMs: 62_000, warnings: [] })
  expect(told.use).toBeCloseTo(5 / 60 + 2 / 60)
})

test('a cycle grows with the customers, but for its first request', () => {
  const [told] = forecast(minute, [open], { from: 20, to: 200 }).feeds
  expect(told).toMatchObject({ requests: 41, cycleMs: 60_000 })
  expect(told?.lateMs).toBeCloseTo(60_000 + 2_000 * (41 / 5))
})

test('what the limit cannot give is told: how often it can be had instead', () => {
  const told = forecast(minute, [open], { from: 20, to: 1000 })
  // 201 requests a cycle, 57 of the 60 a minute.
  expect(told.feeds[0]?.cycleMs).toBeCloseTo((201 / 57) * 60_000)
  expect(told.warnings).toEqual([
    'con incidents: wanted every 60 s; with 1000 customers the limit allows it every 212 s',
  ])
})

test('inventory gives way: what it needs beyond the rest makes it late, not the incidents', () => {
  const heavy = { ...agents, everyMs: 60_000, requests: 90 }
  const told = forecast(minute, [open, heavy], { from: 20, to: 20 })
  expect(told.openLateMs).toBe(62_000)
  expect(told.warnings).toHaveLength(1)
  expect(told.warnings[0]).toContain('agents')
})

test('a vendor without incidents tells nothing about them, and nothing measured is no load', () => {
  expect(forecast(minute, [agents], { from: 20, to: 20 }).openLateMs).toBeNull()
  expect(forecast(minute, [{ ...open, requests: 0, lastsMs: 0 }], { from: 0, to: 500 })).toMatchObject({
    use: 0,
    openLateMs: 60_000,
    warnings: [],
  })
})
