// Technicians at Syncro's own screen, as the API then shows it.
import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { ApiError } from '../../contract/api-error.ts'
import { openPair } from '../testing.ts'
import { comments } from './comments.ts'
import syncro from './index.ts'
import { tickets } from './tickets.ts'

const start = Date.parse('2026-06-01T12:00:00Z')
const world = makeWorld({ seed: 3, customers: 3, start, days: 1 })
const by = world.technicians[1]?.email ?? ''
const [first, second] = [34_288_001, 34_288_002]

async function setUp() {
  const pair = openPair(syncro, { world, now: start, switches: { rateLimit: '0' } })
  const people = pair.state.people!
  const make = async (customer_id: number, subject: string): Promise<string> => {
    const comments_attributes = [{ subject: 'Initial Issue', body: `about ${subject}` }]
    const made = await pair.client.call(tickets.create, {
      body: { customer_id, subject, comments_attributes },
    })
    return String(made.ticket.id)
  }
  const read = async (id: string) => (await pair.client.call(tickets.get, { params: { id } })).ticket
  return { ...pair, people, make, read }
}

test('people see what was made since the sandbox began, not what stood there', async () => {
  const { people, make } = await setUp()
  expect(people.tickets()).toEqual([])
  const id = await make(first, 'one')
  expect(people.tickets()).toEqual([
    expect.objectContaining({ id, subject: 'one', customerName: world.customers[0]?.name, closed: false }),
  ])
})

test('an answer is a comment of the technician, who then has the ticket', async () => {
  const { people, make, read, clock } = await setUp()
  const id = await make(first, 'one')
  clock.now += 60_000
  expect(people.act(id, { kind: 'answer', by, text: 'Looking into it' })).toBe(true)
  const ticket = await read(id)
  expect(ticket.comments?.[0]).toMatchObject({ body: 'Looking into it', tech: world.technicians[1]?.name })
  expect(ticket).toMatchObject({ user_id: 2, updated_at: new Date(clock.now).toISOString() })
})

test('resolve and reopen move status and resolved_at; neither is done twice', async () => {
  const { people, make, read } = await setUp()
  const id = await make(first, 'one')
  expect(people.act(id, { kind: 'reopen', by })).toBe(false)
  expect(people.act(id, { kind: 'resolve', by, text: 'Cleaned' })).toBe(true)
  expect(people.act(id, { kind: 'resolve', by, text: 'again' })).toBe(false)
  expect(await read(id)).toMatchObject({ status: 'Resolved', resolved_at: expect.any(String) })
  expect(people.act(id, { kind: 'reopen', by })).toBe(true)
  expect(await read(id)).toMatchObject({ status: 'In Progress', resolved_at: null })
})

test('a merged ticket is gone, and what was said stands in the other one', async () => {
  const { people, make, read, client, state } = await setUp()
  const [a, b, foreign] = [await make(first, 'one'), await make(first, 'two'), await make(second, 'three')]
  expect(people.act(b, { kind: 'merge', by, into: foreign })).toBe(false)
  expect(people.act(b, { kind: 'merge', by, into: b })).toBe(false)
  expect(people.act(b, { kind: 'merge', by, into: a })).toBe(true)
  await expect(read(b)).rejects.toBeInstanceOf(ApiError)
  const said = await client.call(comments.list, { params: { id: a } })
  expect(said.rows.map((row) => row.body)).toEqual([
    expect.stringContaining('was merged into this one: two'),
    'about two',
    'about one',
  ])
  expect(state.filed?.().find((one) => one.ticketId === a)?.text).toContain('about two')
})

test('a ticket is deleted, moved to another customer, and given a priority', async () => {
  const { people, make, read } = await setUp()
  const [a, b] = [await make(first, 'one'), await make(first, 'two')]
  expect(people.act(a, { kind: 'delete', by })).toBe(true)
  expect(people.act(a, { kind: 'delete', by })).toBe(false)
  await expect(read(a)).rejects.toBeInstanceOf(ApiError)
  const customerName = world.customers[1]?.name ?? ''
  expect(people.act(b, { kind: 'move', by, customerName: 'Nobody' })).toBe(false)
  expect(people.act(b, { kind: 'move', by, customerName })).toBe(true)
  expect(people.act(b, { kind: 'prioritise', by, priority: '1 High' })).toBe(true)
  expect(await read(b)).toMatchObject({ customer_id: second, priority: '1 High' })
})
