import { expect, test } from 'vitest'

import type { Fetch } from '../src/domain/outside.ts'
import { casePage } from '../src/surfaces/case-page.ts'
import * as cases from '../src/api/handlers/cases.ts'
import { replay } from '../src/pipeline/replay.ts'
import { listDeadLetters } from '../src/store/dead-letters.ts'
import { answerWith, openReadingHub, rewriting } from './support/reading-hub.ts'

/** A vendor that lies is contained and shown: every incident is told of once, or stands where somebody sees it. */

const incidents = /\/incidents$/

type Opened = Awaited<ReturnType<typeof openReadingHub>>

/** Incidents of the truth that no ticket tells of, and those that several do. */
function told({ sandbox }: Opened): { raised: number; missed: string[]; twice: string[] } {
  const { raised, filed } = sandbox.truth()
  const tellers = (reference: string) =>
    filed.filter((ticket) => ticket.text.split('\n').some((line) => line.trim() === reference)).length
  return {
    raised: raised.length,
    missed: raised.filter((one) => tellers(one.reference) === 0).map((one) => one.reference),
    twice: raised.filter((one) => tellers(one.reference) > 1).map((one) => one.reference),
  }
}

async function incidentsCoverage({ coverage }: Opened) {
  const rows = await coverage()
  return rows.find(
    (row) => row.vendor === 'rocketcyber' && row.feed === 'incidents' && row.customer === null,
  )!
}

const honest = (fetch: Fetch): Fetch => fetch
const withTotal = (total: (real: number) => number | undefined) =>
  rewriting(incidents, (body) => ({ ...body, totalCount: total(body.totalCount), totalPages: undefined }))
const withRows = (change: (row: any, i: number) => unknown) =>
  rewriting(incidents, (body) => ({ ...body, data: body.data.map(change) }))

test.each<[lie: string, between: (fetch: Fetch) => Fetch, light: string]>([
  ['nothing', honest, 'green'],
  ['a total that is too small', withTotal((real) => Math.max(0, real - 1)), 'red'],
  ['a total that is too large', withTotal((real) => real + 1), 'red'],
  ['no total', withTotal(() => undefined), 'green'],
  ['times in the future', withRows((row) => ({ ...row, createdAt: '2999-01-01T00:00:00.000Z' })), 'green'],
  [
    'times of the past century',
    withRows((row) => ({ ...row, createdAt: '1899-12-31T23:59:59.000Z' })),
    'green',
  ],
  ['times that are none', withRows((row) => ({ ...row, createdAt: 'yesterday' })), 'green'],
  [
    'the same rows again',
    rewriting(incidents, (body) => ({ ...body, data: [...body.data, ...body.data] })),
    'green',
  ],
])('%s: every incident becomes one ticket’s, and coverage says what is amiss', async (_, between, light) => {
  const opened = await openReadingHub(between)
  for (let turn = 0; turn < 3; turn++) {
    await opened.turn()
    opened.clock.now += 120_000
  }
  await opened.turn()
  const { raised, missed, twice } = told(opened)
  expect({ missed, twice }).toEqual({ missed: [], twice: [] })
  expect(raised).toBeGreaterThan(20)
  const { state } = await incidentsCoverage(opened)
  // What lies about its number is not known to be whole: history that does not reconcile is amber, what is open red.
  expect(light === 'green' ? ['green'] : ['red', 'amber']).toContain(state)
})

test('what vendors write is text everywhere: scripts, control characters, reading directions, ten megabytes', async () => {
  const evil = '<script>alert(1)</script>\u0000\u001b[31m\u202egnp.exe\u2066'
  const huge = 'A'.repeat(10 * 1024 * 1024)
  const opened = await openReadingHub(
    withRows((row, i) => ({ ...row, title: `${evil}${row.title}`, ...(i === 0 && { description: huge }) })),
  )
  await opened.turn()
  expect(told(opened)).toMatchObject({ missed: [], twice: [] })
  const texts = opened.sandbox.truth().filed.map((ticket) => ticket.text)
  for (const text of texts) {
    expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
    expect(text.length).toBeLessThan(100_000)
  }
  const ask = { db: opened.store.db, now: opened.clock.now, feedsOf: () => [] }
  const { data } = await cases.list(ask, { limit: 50 })
  for (const { id } of data) {
    const page = casePage(await cases.get(ask, id), opened.clock.now)
    expect(page).not.toMatch(/<script/)
    expect(page).toContain('&#60;script&#62;')
  }
})

test('a record that breaks every page it is on is set apart by itself: all others are read', async () => {
  let poison = ''
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      if (!incidents.test(new URL(url).pathname)) return answer
      const text = await answer.text()
      const ids = (JSON.parse(text).data as { id: number }[]).map((row) => String(row.id))
      if (poison === '') poison = ids[5] ?? ''
      return ids.includes(poison) ? answerWith(answer, '{"error":"boom"}', 500) : answerWith(answer, text)
    }
  const opened = await openReadingHub(between)
  for (let turn = 0; turn < 2; turn++) {
    await opened.turn()
    opened.clock.now += 120_000
  }
  const { missed, twice } = told(opened)
  expect(missed).toEqual([`Source: rocketcyber/incidents/${poison}`])
  expect(twice).toEqual([])
  const letters = await listDeadLetters(opened.store.db, 10)
  expect(letters.length).toBeGreaterThan(0)
  for (const letter of letters) expect(letter).toMatchObject({ stage: 'sync', feed: 'incidents' })
  expect(letters[0]?.reason).toMatch(/the one after \d+: rocketcyber 500/)
  expect((await incidentsCoverage(opened)).state).not.toBe('green')

  // Tried again while it is still ill, a letter stays; once the vendor is well, the record comes in.
  const left = await replay(opened.hub, letters)
  expect(left.length).toBeGreaterThan(0)
  poison = 'none'
  opened.clock.now += 120_000
  expect(await replay(opened.hub, left)).toEqual([])
  await opened.turn()
  expect(told(opened)).toMatchObject({ missed: [], twice: [] })
  expect(await incidentsCoverage(opened)).toMatchObject({ state: 'green', dead_letters: 0 })
})

test('a row that does not fit is a dead letter, counted in coverage; the others go on', async () => {
  const opened = await openReadingHub(withRows((row, i) => (i === 2 ? { ...row, id: { odd: true } } : row)))
  await opened.turn()
  const { state, dead_letters, reason } = await incidentsCoverage(opened)
  expect(dead_letters).toBeGreaterThan(0)
  expect(state).not.toBe('green')
  expect(reason).not.toBe('')
  expect(told(opened).missed.length).toBeLessThan(10)
})

test('two incidents of two customers under one number are told of one by one, and it is said', async () => {
  const twins: any[] = []
  const opened = await openReadingHub(
    withRows((row) => {
      const host = /-(\d{3})-/.exec(row.title)?.[1]
      const isTwin = twins.length < 2 && host !== undefined && twins.every((one) => one.host !== host)
      if (isTwin) twins.push({ id: row.id, host, title: row.title })
      return row.id === twins[1]?.id ? { ...row, id: twins[0].id } : row
    }),
  )
  await opened.turn()
  const source = `Source: rocketcyber/incidents/${twins[0].id}`
  const { raised, filed } = opened.sandbox.truth()
  const customers = twins.map(
    ({ id }) => raised.find((one) => one.reference === `Source: rocketcyber/incidents/${id}`)?.customerName,
  )
  const told = twins.map(({ title }) =>
    filed.filter(({ text }) => text.includes(source) && text.includes(title)).map((one) => one.customerName),
  )
  expect(new Set(customers).size).toBe(2)
  expect(told).toEqual(customers.map((name) => [name]))
  const letters = await listDeadLetters(opened.store.db, 10)
  expect(letters.map((letter) => letter.stage)).toContain('identity')
  expect((await incidentsCoverage(opened)).state).not.toBe('green')
})
