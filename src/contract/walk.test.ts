import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { inProcessFetch } from './in-process.ts'
import type { Operation } from './operation.ts'
import type { Paging } from './paging.ts'
import { ManualClock, clientOf, listBoxes, paging, says, toyServer } from './testing.ts'
import { Walk } from './walk.ts'

interface Vendor {
  rows: { id: unknown }[]
  switches?: Record<string, string>
  /** Runs before page number `n` (counted from 1) is served. */
  before?: (n: number) => void
  /** Makes something else of an answer. */
  bend?: (body: { total?: number; boxes: unknown[] }, search: URLSearchParams) => unknown
  options?: { size?: number; maxPasses?: number }
  op?: Operation & { paging: Paging }
}

async function walk({ rows, switches = {}, before, bend, options = { size: 10 }, op = listBoxes }: Vendor) {
  const clock = new ManualClock()
  const { serve } = toyServer({ rows, switches })
  let requests = 0
  const toServer = inProcessFetch(
    (request) => serve({ ...request, path: request.path.slice('/v1'.length) }),
    '',
  )
  const client = clientOf(async (url, init) => {
    before?.(++requests)
    if (requests > 1000) throw new Error('it walks for ever')
    const answer = await toServer(url, init)
    if (bend === undefined) return answer
    return says(200, bend(JSON.parse(await answer.text()), new URL(url).searchParams))
  }, clock)
  const one = new Walk(client, op, {}, (row) => String((row as { id: unknown }).id), options)
  const pages = async (): Promise<number> => {
    let rejected = 0
    for await (const page of one.pages()) rejected += page.rejected.length
    return rejected
  }
  const rejected = await clock.run(pages())
  return { one, requests: () => requests, rejected }
}

const boxes = (n: number, from = 1): { id: unknown }[] =>
  Array.from({ length: n }, (_, i) => ({ id: from + i }))

test('a list that stands still is complete after one pass, whatever its length and the page size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.integer({ min: 1, max: 25 }),
      fc.constantFrom('present', 'absent'),
      async (n, size, total) => {
        const { one } = await walk({ rows: boxes(n), switches: { total }, options: { size } })
        expect(one).toMatchObject({ complete: true, reason: undefined, passes: 1 })
        expect(one.keys.size).toBe(n)
      },
    ),
    { numRuns: 60 },
  )
})

test('a walk that says it is complete has seen every row that was there all the time, however the list moved', async () => {
  const move = fc.record({
    before: fc.integer({ min: 1, max: 12 }),
    remove: fc.option(fc.nat(40)),
    insert: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(move, { maxLength: 1 }), async (n, moves) => {
      const rows = boxes(n)
      const lasting = new Set(rows.map(({ id }) => String(id)))
      const before = (page: number): void => {
        for (const { before, remove, insert } of moves) {
          if (before !== page) continue
          if (insert) rows.unshift({ id: 1000 + page })
          if (remove === null || insert) continue
          for (const { id } of rows.splice(remove, 1)) lasting.delete(String(id))
        }
      }
      const { one } = await walk({ rows, before, options: { size: 5, maxPasses: 3 } })
      expect(one.complete).toBe(true)
      expect([...lasting].filter((key) => !one.keys.has(key))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('drift is noticed and walked again, and the row that slipped through is found', async () => {
  const rows = boxes(30)
  const before = (page: number): void => void (page === 2 && rows.shift())
  const { one } = await walk({ rows, before })
  expect(one).toMatchObject({ complete: true, passes: 2 })
  expect(one.keys).toContain('11')
})

test('drift is noticed where the vendor does not say how many there are', async () => {
  const rows = boxes(30)
  const before = (page: number): void => void (page === 2 && rows.shift())
  const { one } = await walk({ rows, before, switches: { total: 'absent' } })
  expect(one).toMatchObject({ complete: true, passes: 2 })
  expect(one.keys).toContain('11')
})

test('a list that never stands still is incomplete, with the reason', async () => {
  const rows = boxes(30)
  const { one } = await walk({ rows, before: (page) => void rows.unshift({ id: `new ${page}` }) })
  expect(one).toMatchObject({ complete: false, passes: 3, reason: 'the list moved while it was read' })
})

test.each<[string, Vendor, string]>([
  [
    'too large',
    { rows: boxes(25), bend: (body) => ({ ...body, total: 99 }) },
    'the vendor declares 99 rows, 25 were read',
  ],
  [
    'enormous',
    { rows: boxes(25), bend: (body) => ({ ...body, total: 1e12 }) },
    'the vendor declares 1000000000000 rows, 25 were read',
  ],
  [
    'too small',
    { rows: boxes(25), bend: (body) => ({ ...body, total: 15 }) },
    'the vendor declares 15 rows, 20 were read',
  ],
  [
    'zero',
    { rows: boxes(5), bend: (body) => ({ ...body, total: 0 }) },
    'the vendor declares 0 rows, 5 were read',
  ],
])('a total that is %s ends with a reason, not with a loop', async (_name, vendor, reason) => {
  const { one, requests } = await walk({ ...vendor, options: { size: 10, maxPasses: 2 } })
  expect(requests()).toBeLessThan(20)
  expect(one).toMatchObject({ complete: false, reason })
})

test.each(['present', 'absent'])(
  'a server that ignores the page ends, and is not complete: total %s',
  async (total) => {
    const ignore: Vendor['bend'] = (body) => ({
      ...body,
      boxes: boxes(10),
      ...(total === 'present' && { total: 30 }),
    })
    const { one, requests } = await walk({ rows: boxes(30), bend: ignore, switches: { total } })
    expect(requests()).toBeLessThan(12)
    expect(one.complete).toBe(false)
    expect(one.reason).toMatch(total === 'present' ? 'declares 30 rows, 10 were read' : 'the same page')
  },
)

test('a server that ignores the page and sends only poison ends', async () => {
  const poison: Vendor['bend'] = () => ({ boxes: Array.from({ length: 10 }, () => ({ id: {} })) })
  const { one, requests } = await walk({ rows: [], bend: poison })
  expect(requests()).toBeLessThan(12)
  expect(one.complete).toBe(false)
})

test('a server whose cursor leads round in a circle ends', async () => {
  const circle: Paging = {
    ...paging,
    first: () => ({ page: 1 }),
    read: (body, asked) => ({
      rows: (body as { boxes: unknown[] }).boxes,
      next: { page: (Number(asked['page']) % 3) + 1 },
    }),
  }
  const op = { ...listBoxes, paging: circle }
  for (const bend of [undefined, () => ({ boxes: [] })]) {
    const { one, requests } = await walk({ rows: boxes(100), op, ...(bend && { bend }) })
    expect(requests()).toBeLessThan(20)
    expect(one.complete).toBe(false)
  }
})

test('a cursor may lead over empty pages', async () => {
  const op = { ...listBoxes, paging: { ...paging, read: byHand } }
  const pages: Record<string, unknown[]> = { 1: boxes(10), 2: [{ id: 11 }], 5: [{ id: 12 }] }
  const { one } = await walk({
    rows: [],
    op,
    bend: (_body, search) => ({ boxes: pages[search.get('page') ?? ''] ?? [] }),
  })
  expect([...one.keys]).toHaveLength(12)
  expect(one.complete).toBe(true)
})

test('a total that is told on the first page only counts', async () => {
  const op = { ...listBoxes, paging: { ...paging, read: byHand } }
  const first: Vendor['bend'] = ({ boxes }, search) =>
    search.get('page') === '1' ? { total: 44, boxes } : { boxes }
  expect((await walk({ rows: boxes(44), op, bend: first })).one).toMatchObject({ complete: true, passes: 1 })
  const less = await walk({ rows: boxes(43), op, bend: first })
  expect(less.one).toMatchObject({ complete: false, reason: 'the vendor declares 44 rows, 43 were read' })
})

test('poison rows count as read, are handed out and keep nobody from the rest', async () => {
  const rows = boxes(25)
  rows[3] = { id: null }
  rows[13] = { id: null }
  const { one, rejected } = await walk({ rows })
  expect(one).toMatchObject({ complete: true, passes: 1 })
  expect([one.keys.size, rejected]).toEqual([23, 2])
})

test('a row that the vendor lists twice ends with a reason', async () => {
  const { one } = await walk({ rows: [...boxes(12), { id: 3 }] })
  expect(one).toMatchObject({ complete: false, reason: 'the vendor declares 13 rows, 12 were read' })
})

test('an error on the way ends the walk with that error, and it is not complete', async () => {
  const failing = walk({ rows: boxes(30), bend: (body, search) => (search.get('page') === '2' ? {} : body) })
  await expect(failing).rejects.toThrow('there is no list under boxes')
})

/** Five pages, as an opaque cursor would lead. */
function byHand(body: unknown, asked: Record<string, unknown>): ReturnType<Paging['read']> {
  const { boxes, total } = body as { boxes: unknown[]; total?: number }
  const page = Number(asked['page'])
  return { rows: boxes, total, next: page < 5 ? { page: page + 1, size: 10 } : undefined }
}
