import { expect, test } from 'vitest'

import type { Fetch } from '../src/domain/outside.ts'
import { answerWith, openReadingHub } from './support/reading-hub.ts'

/** A vendor that shows a row after newer ones: a plain cursor has passed it by then. */

interface Row {
  assessment_id: string
  created_at: string
  updated_at?: string
}

const minute = 60_000

/** Hides one row, a few minutes older than the newest, until it is told to show it. */
function lateIndex() {
  const state = { wanted: new Set<string>(), hidden: '', newest: 0, shown: false }
  const between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      const answer = await fetch(url, init)
      if (init.method !== 'GET' || !new URL(url).pathname.endsWith('/threats')) return answer
      const body = JSON.parse(await answer.text()) as { data: Row[] }
      if (state.hidden === '') choose(state, body.data)
      const data = body.data.filter(
        (row) => at(row) <= state.newest && (state.shown || row.assessment_id !== state.hidden),
      )
      return answerWith(answer, JSON.stringify({ ...body, data }))
    }
  return { state, between }
}

/** The first that another one follows within ten minutes, and surely happened after it; what comes after that one has not happened yet. */
function choose(state: { wanted: Set<string>; hidden: string; newest: number }, rows: Row[]): void {
  const inOrder = rows.toSorted((a, b) => at(a) - at(b))
  const late = inOrder.findIndex((row, i) => {
    const gap = at(inOrder[i + 1]) - at(row)
    return state.wanted.has(row.assessment_id) && gap > 4 * minute && gap < 10 * minute
  })
  state.hidden = inOrder[late]?.assessment_id ?? ''
  state.newest = at(inOrder[late + 1])
}

function at(row: Row | undefined): number {
  return Date.parse(row?.updated_at ?? row?.created_at ?? '')
}

async function play(overlap: boolean) {
  const { state, between } = lateIndex()
  const opened = await openReadingHub(between, 'cybervault', 24)
  opened.hub.protections = { ...opened.hub.protections, overlap }
  for (const { reference } of opened.sandbox.truth().raised)
    state.wanted.add(reference.split('/').at(-1) ?? '')
  for (let turn = 0; turn < 4; turn++) {
    await opened.turn()
    opened.clock.now += 2 * minute
    if (turn === 1) state.shown = true
  }
  expect(state.hidden).not.toBe('')
  const { filed } = opened.sandbox.truth()
  const reference = `Source: cybervault/threats/${state.hidden}`
  const rows = await opened.coverage()
  return {
    told: filed.some((ticket) => ticket.text.includes(reference)),
    late: rows.find((row) => row.feed === 'threats' && row.customer === null)?.late,
  }
}

test('a row that comes after newer ones is found by the overlap, and counted as saved', async () => {
  const { told, late } = await play(true)
  expect(told).toBe(true)
  expect(late).toMatchObject({ lost_by_plain_cursor: 1 })
})

test('without the overlap it is lost: that is what the overlap is for', async () => {
  expect((await play(false)).told).toBe(false)
})
