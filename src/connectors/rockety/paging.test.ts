// One tolerant reader over all envelopes, and its stop rules; the walk sees every row once.
import { expect, test } from 'vitest'

import { Walk } from '../../contract/walk.ts'
import type { Fetch } from '../../domain/outside.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import connector from './index.ts'
import { paged } from './paging.ts'
import { tasks } from './tasks.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const reader = paged('tasks')
const rows = [{ id: 1 }, { id: 2 }]

function setUp(options: Partial<PairOptions> = {}): Pair {
  return openPair(connector, {
    world: makeWorld({ seed: 3, customers: 30, start, days: 1 }),
    now: start,
    ...options,
  })
}

test.each<[string, unknown, { total?: number; next?: { page: number } }]>([
  [
    'the expected shape',
    { data: rows, meta: { total: 4, total_pages: 2, current_page: 1 } },
    { total: 4, next: { page: 2 } },
  ],
  [
    'numbers as texts',
    { data: rows, meta: { total: '4', total_pages: '2', current_page: '1' } },
    { total: 4, next: { page: 2 } },
  ],
  [
    'items and pagination',
    { items: rows, pagination: { total_items: 4, page_count: 2, page: 2 } },
    { total: 4 },
  ],
  [
    'meta.pagination',
    { results: rows, meta: { pagination: { total_count: 4, last_page: 2, current_page: 1 } } },
    { total: 4, next: { page: 2 } },
  ],
  ['the resource’s own name', { tasks: rows, count: 2, pages: 1, page: 1 }, { total: 2 }],
  ['only a total', { data: rows, total: 3 }, { total: 3, next: { page: 2 } }],
  ['only a link to the next page', { data: rows, links: { next: '?page=2' } }, { next: { page: 2 } }],
  ['no metadata', { data: rows }, {}],
  ['a bare list', rows, {}],
])('%s is read', (_name, body, { total, next }) => {
  expect(reader.read(body, { page: 1 })).toEqual({ rows, total, next })
})

test('an empty page ends the list, whatever the metadata says', () => {
  const body = { data: [], meta: { total: 9, total_pages: 5, current_page: 1 } }
  expect(reader.read(body, { page: 1 })).toEqual({ rows: [], total: 9 })
})

test('after 1000 pages it ends, and is not taken for whole', () => {
  const body = { data: rows, meta: { total_pages: 5000 } }
  expect(reader.read(body, { page: 999 })).toMatchObject({ next: { page: 1000 } })
  const last = reader.read(body, { page: 1000 })
  expect(last).toMatchObject({ total: 2001 })
  expect(last).not.toHaveProperty('next')
})

test.each<[string, unknown]>([
  ['an object without a list', { message: 'hello' }],
  ['null', null],
  ['a text', 'hello'],
])('%s is not an empty list', (_name, body) => {
  expect(typeof reader.read(body, { page: 1 })).toBe('string')
})

test.each(['meta', 'laravel', 'flat', 'bare'])('every row is read once, in %s', async (envelope) => {
  const { client } = setUp({ switches: { envelope } })
  const walk = new Walk(client, tasks.list, {}, (row) => String(row.id))
  const seen: unknown[] = []
  for await (const page of walk.pages()) seen.push(...page.rows.map((row) => row.id))
  expect(seen).toHaveLength(90)
  expect(new Set(seen).size).toBe(90)
  expect(walk).toMatchObject({ complete: true, passes: 1 })
})

test('a server that ignores `page` is not walked for ever, and what it hides is said', async () => {
  const { client } = setUp({ switches: { page: 'ignored' } })
  const walk = new Walk(client, tasks.list, {}, (row) => String(row.id), { maxPasses: 1 })
  let pages = 0
  for await (const _ of walk.pages()) pages++
  expect(pages).toBe(2)
  expect(walk.reason).toBe('the vendor declares 90 rows, 25 were read')
})

test('a list that changes while it is walked is walked again until it stands still', async () => {
  let pair: Pair | undefined
  let asked = 0
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      const headers = {
        authorization: `Bearer ${pair!.state.keys[0]!.value}`,
        'content-type': 'application/json',
      }
      asked++
      if (asked === 1) await pair!.serve({ method: 'DELETE', path: '/tasks/701', headers })
      if (asked === 2)
        await pair!.serve({ method: 'POST', path: '/tasks', headers, body: '{"project_id":41,"name":"New"}' })
      return answer
    }
  pair = setUp({ between })
  const walk = new Walk(pair.client, tasks.list, {}, (row) => String(row.id))
  for await (const page of walk.pages()) expect(page.rejected).toEqual([])
  expect(walk).toMatchObject({ complete: true, passes: 2 })
  const there = await pair.client.call(tasks.list)
  expect(there.total).toBe(90)
  for (let id = 702; id <= 791; id++) expect(walk.keys.has(String(id))).toBe(true)
})

test.each<[string, object, number]>([
  ['meta', { meta: { total: 90, total_pages: 4, current_page: 2, per_page: 25 } }, 1],
  ['flat', { total: 90, pages: 4, page: 2 }, 0],
  ['laravel', { meta: { total: 90, last_page: 4, current_page: 2, per_page: 25, from: 26, to: 50 } }, 1],
])('the sandbox writes %s as the contract document prints it', async (envelope, figures, pagesOfNothing) => {
  const { serve, state } = setUp({ switches: { envelope } })
  const headers = { authorization: `Bearer ${state.keys[0]!.value}` }
  const get = async (search: string): Promise<{ status: number; body: any }> => {
    const answer = await serve({ path: '/tasks', search, headers })
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  const { body } = await get('page=2')
  expect(body.data).toHaveLength(25)
  expect(body).toMatchObject(figures)
  const beyond = await get('page=99')
  expect(beyond).toMatchObject({ status: 200, body: { data: [] } })
  expect(beyond.body.meta?.current_page ?? beyond.body.page).toBe(99)
  const { body: none } = await get('search=nothing-like-it')
  expect(none.meta?.total_pages ?? none.meta?.last_page ?? none.pages).toBe(pagesOfNothing)
  for (const wrong of ['0', '-1', 'x', '1.5']) expect((await get(`page=${wrong}`)).status).toBe(400)
  expect((await get('per_page=2&limit=2&page_size=2')).body.data).toHaveLength(25)
})
