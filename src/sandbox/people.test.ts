import { expect, test } from 'vitest'

import type { Deed, DeskPeople, DeskWork } from '../connectors/sandbox-vendor.ts'
import { type Habit, humane } from './habits.ts'
import { People } from './people.ts'
import { makeWorld } from './world.ts'

const start = Date.parse('2026-09-01T00:00:00Z')
const hour = 3_600_000
const world = makeWorld({ seed: 1, customers: 3, start, days: 1 })

/** A desk on which `count` tickets stand from the start. */
function open(count: number, habits: readonly Habit[]) {
  const works = new Map<string, DeskWork>()
  for (let i = 1; i <= count; i++) {
    const base = { subject: `ticket ${i}`, customerName: world.customers[i % 2]?.name ?? '', status: 'New' }
    works.set(`${i}`, { ...base, id: `${i}`, priority: null, closed: false, createdAt: start })
  }
  let looks = 0
  const desk: DeskPeople = {
    tickets: () => (looks++, [...works.values()]),
    priorities: () => ['high', 'low'],
    act(id, deed) {
      const work = works.get(id)
      if (work === undefined) return false
      if (deed.kind === 'delete' || deed.kind === 'merge') works.delete(id)
      else
        works.set(id, { ...work, closed: deed.kind === 'resolve' || (work.closed && deed.kind !== 'reopen') })
      return true
    },
  }
  const people = new People(
    world,
    [{ vendor: 'desk', people: desk, textOf: (id) => `said in ${id}` }],
    habits,
  )
  const run = (hours: number): void => {
    for (let at = start; at <= start + hours * hour; at += hour / 4) people.advance(at)
  }
  return { people, works, run, looks: () => looks }
}

const always = (kind: Deed['kind']): Habit[] => [{ kind, share: 1, hours: [1, 2] }]

test('the same world gives the same deeds', () => {
  const [a, b] = [open(200, humane), open(200, humane)]
  a.run(48)
  b.run(48)
  expect(a.people.log.length).toBeGreaterThan(100)
  expect(a.people.log).toEqual(b.people.log)
})

test('they do what their habits say, as often as these say, and in time', () => {
  const { people, run } = open(1000, humane)
  run(48)
  const counts = Object.groupBy(people.log, ({ deed }) => deed.kind)
  const share = (kind: Deed['kind']): number => (counts[kind]?.length ?? 0) / 1000
  expect(share('answer')).toBeGreaterThan(0.33)
  expect(share('resolve')).toBeGreaterThan(0.42)
  expect(share('resolve')).toBeLessThan(0.55)
  for (const kind of ['reopen', 'merge', 'delete', 'prioritise'] as const)
    expect(share(kind)).toBeGreaterThan(0)
  expect(people.log.every(({ at }) => at > start)).toBe(true)
})

test('nothing happens before its time, and a queue is looked at now and then only', () => {
  const { people, run, looks } = open(5, always('delete'))
  run(0.75)
  expect(people.log).toEqual([])
  expect(looks()).toBe(4)
  run(2.5)
  expect(people.log).toHaveLength(5)
})

test('before a ticket is deleted, what it said is written down', () => {
  const { people, works, run } = open(1, always('delete'))
  run(3)
  expect(people.log).toMatchObject([{ vendor: 'desk', ticketId: '1', text: 'said in 1' }])
  expect(works.size).toBe(0)
})

test('a ticket is merged into an older open one of its customer', () => {
  const { people, run, works } = open(4, always('merge'))
  run(3)
  expect(people.log.length).toBeGreaterThan(0)
  for (const { ticketId, deed } of people.log) {
    const into = deed.kind === 'merge' ? Number(deed.into) : Number.NaN
    expect(into).toBeLessThan(Number(ticketId))
    expect(into % 2).toBe(Number(ticketId) % 2)
  }
  expect(works.size).toBe(4 - people.log.length)
})
