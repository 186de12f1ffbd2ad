// Worlds with tasks: what stands on the board is what we know of, each action once.
import { expect, test } from 'vitest'

import type { Connector } from '../src/connectors/connector.ts'
import type { DeskPeople } from '../src/connectors/sandbox-vendor.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import type { LoggedDeed } from '../src/sandbox/people.ts'
import { type SimulationPlan, simulate } from '../src/simulation/simulate.ts'
import { strayTasks } from '../src/store/stray-tasks.ts'
import { listTasks } from '../src/store/tasks.ts'

const byText = (a: string | null, b: string | null): number => (a ?? '').localeCompare(b ?? '')

async function play(plan: Pick<SimulationPlan, 'seed' | 'days' | 'faults' | 'rules'>) {
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
  let strays = new Set<string>()
  const result = await simulate({
    connectors,
    customers: 2,
    attacksPerCustomerDay: 6,
    wallNow: () => 0,
    ...plan,
    async inspect({ db }, sandbox) {
      known = await listTasks(db, { limit: 1000 })
      deeds = sandbox.truth().deeds
      strays = new Set(Object.keys(await strayTasks(db, 'rockety')))
    },
  })
  const all = people!.tickets()
  // A second one that was folded stands there, done.
  const [atBoard, folded] = [
    all.filter((one) => !strays.has(one.id)),
    all.filter((one) => strays.has(one.id)),
  ]
  const standing = known.filter((one) => one.vendorId !== null && !one.gone)
  expect(atBoard.map((one) => one.id).toSorted(byText)).toEqual(
    standing.map((one) => one.vendorId).toSorted(byText),
  )
  expect(standing.length).toBeGreaterThan(3)
  expect(known.filter((one) => one.asked && one.vendorId === null)).toEqual([])
  expect(result).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
  return { result, standing, deeds, atBoard, folded }
}

test('tasks in the world are made once and known, and leave the tickets as they are', async () => {
  const { result, standing, deeds, atBoard } = await play({ seed: 7, days: 0.25, faults: 'all' })
  const closed = new Map(atBoard.map((one) => [one.id, one.closed]))
  // What somebody did since the list was last read is not known yet.
  const end = Date.UTC(2026, 0, 5) + result.simulatedDays * 86_400_000
  const fresh = new Set(deeds.filter(({ at }) => at > end - 30 * 60_000).map(({ ticketId }) => ticketId))
  for (const one of standing.filter((each) => !fresh.has(each.vendorId!)))
    expect({ task: one.action, done: one.done }).toEqual({
      task: one.action,
      done: closed.get(one.vendorId!),
    })
})

test('tasks that are carried out when nobody expects them any more are folded into the first', async () => {
  const late = { kind: 'late', method: 'POST', path: '/tasks', delayMs: 600_000, rate: 0.3 } as const
  const { result, folded } = await play({ seed: 7, days: 0.25, faults: 'none', rules: [late] })
  expect(folded.length).toBeGreaterThan(1)
  expect(folded.filter((one) => !one.closed)).toEqual([])
  expect(result.strays).toBe(folded.length)
})
