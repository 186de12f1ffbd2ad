// Tickets in both directions, on a virtual clock: technicians work at the desk while everything fails that can.
import { expect, test } from 'vitest'

import { isOurs } from '../src/domain/ticket.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { type Habit, humane } from '../src/sandbox/habits.ts'
import { type SimulationPlan, simulate } from '../src/simulation/simulate.ts'
import { listCases } from '../src/store/cases.ts'
import { commentsOf } from '../src/store/case-comments.ts'
import type { Store } from '../src/store/store.ts'
import { liveTickets } from '../src/store/tickets.ts'
import { shortLine } from './support/worlds.ts'

/** Busy people: half a day holds every kind of deed. */
const busy: readonly Habit[] = humane.map((habit) => ({
  ...habit,
  share: Math.min(1, habit.share * 4),
  hours: [0.1, 4],
}))

interface Found {
  /** What people wrote at a ticket and its case does not hold. */
  lost: string[]
  /** What a case holds twice, or of our own. */
  echoes: string[]
  comments: number
}

async function play(seed: number, more: Partial<SimulationPlan> = {}) {
  const found: Found = { lost: [], echoes: [], comments: 0 }
  const plan = { customers: 3, days: 0.5, attacksPerCustomerDay: 8, faults: 'all' as const, people: busy }
  const result = await simulate({
    connectors: await shortLine(),
    seed,
    wallNow: () => 0,
    inspect: (store, sandbox) => inspect(store, sandbox, found),
    ...plan,
    ...more,
  })
  return { ...result, ...found }
}

interface Comment {
  id: number
  subject: string
  body: string
}

async function inspect(store: Store, sandbox: Sandbox, found: Found): Promise<void> {
  const [desk] = sandbox.connections('http://sandbox.test').filter((one) => one.vendor === 'syncro')
  const fetch = sandbox.fetch()
  const read = async (id: string): Promise<Comment[]> => {
    const headers = { authorization: `Bearer ${desk?.keys[1]?.value}` }
    const answer = await fetch(`${desk?.baseUrl}/tickets/${id}`, {
      method: 'GET',
      headers,
      redirect: 'manual',
    })
    const body = JSON.parse(await answer.text()) as { ticket?: { comments: Comment[] } }
    return body.ticket?.comments ?? []
  }
  for (const own of await listCases(store.db, { limit: 10_000 })) {
    const ticket = (await liveTickets(store.db, 'syncro', [own.id])).get(own.id)
    if (!ticket) continue
    const kept = (await commentsOf(store.db, own.id)).filter((one) => one.source === 'ticket')
    const texts = new Map(kept.map((one) => [one.vendorId, one.body]))
    if (texts.size !== kept.length) found.echoes.push(`${own.id} holds a comment twice`)
    for (const said of await read(ticket.vendorId)) {
      if (isOurs(said)) {
        if (texts.has(String(said.id))) found.echoes.push(`${ticket.number}: ${said.subject}`)
      } else if (texts.get(String(said.id)) !== said.body) found.lost.push(`${ticket.number}: ${said.body}`)
      else found.comments++
    }
  }
}

test.each([1, 2, 3])('world %i: no comment lost, no echo, and every alert told once', async (seed) => {
  const result = await play(seed)
  expect(result).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0, lost: [], echoes: [] })
  expect(result.comments).toBeGreaterThan(0)
})

test('without the echo check our own words come back as theirs', async () => {
  const { echoes } = await play(1, { protections: { echoCheck: false } })
  expect(echoes.length).toBeGreaterThan(0)
})
