// A quarter of a day with every vendor and every fault: what stands on the board is what we know of, each action once.
import { expect, test } from 'vitest'

import type { Connector, DeskPeople } from '../src/connectors/connector.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import type { LoggedDeed } from '../src/sandbox/people.ts'
import { simulate } from '../src/simulation/simulate.ts'
import { listTasks } from '../src/store/tasks.ts'

const byText = (a: string | null, b: string | null): number => (a ?? '').localeCompare(b ?? '')

test('tasks in the world are made once and known, and leave the tickets as they are', async () => {
  let people: DeskPeople | undefined
  const watched = (one: Connector): Connector => {
    if (one.board === undefined) return one
    const open: Connector['sandbox']['open'] = (world, options) => {
      const state = one.sandbox.open(world, options)
      people = state.people
      return state
    }
    return { ...one, sandbox: { ...one.sandbox, open } }
  }
  const connectors = (await loadConnectors()).map(watched)
  let known: Awaited<ReturnType<typeof listTasks>> = []
  let deeds: readonly LoggedDeed[] = []
  const result = await simulate({
    connectors,
    seed: 7,
    customers: 2,
    days: 0.25,
    attacksPerCustomerDay: 6,
    faults: 'all',
    wallNow: () => 0,
    async inspect({ db }, sandbox) {
      known = await listTasks(db, { limit: 1000 })
      deeds = sandbox.truth().deeds
    },
  })
  const standing = known.filter((one) => one.vendorId !== null && !one.gone).map((one) => one.vendorId)
  const atBoard = people!.tickets()
  expect(atBoard.map((one) => one.id).toSorted(byText)).toEqual(standing.toSorted(byText))
  expect(standing.length).toBeGreaterThan(3)
  expect(known.filter((one) => one.asked && one.vendorId === null)).toEqual([])
  const closed = new Map(atBoard.map((one) => [one.id, one.closed]))
  // What somebody did since the list was last read is not known yet.
  const end = Date.UTC(2026, 0, 5) + result.simulatedDays * 86_400_000
  const fresh = new Set(deeds.filter(({ at }) => at > end - 30 * 60_000).map(({ ticketId }) => ticketId))
  for (const one of known.filter((each) => each.vendorId !== null && !each.gone && !fresh.has(each.vendorId)))
    expect({ task: one.action, done: one.done }).toEqual({
      task: one.action,
      done: closed.get(one.vendorId!),
    })
  expect(result).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
})
