import { readJson, sliceRows } from '../contract/body.ts'
import { isObject } from '../contract/errors.ts'
import type { WireAnswer } from '../contract/wire.ts'

/** The rows of an answer's list in another order, one of them twice; undefined where there is no list of several. */
export function reordered(answer: WireAnswer, random: () => number): WireAnswer | undefined {
  const rows = answer.status === 200 ? rowsOf(answer.body) : undefined
  if (rows === undefined || rows.length < 2) return undefined
  const [from, to] = spanOf(answer.body, rows)
  const mixed = shuffled([...rows, rows[Math.floor(random() * rows.length)] ?? ''], random)
  return { ...answer, body: `${answer.body.slice(0, from)}${mixed.join()}${answer.body.slice(to)}` }
}

/** Each as it is written: numbers that no double can hold stay whole. Of a page, rows are the most. */
function rowsOf(text: string): string[] | undefined {
  const body = readJson(text)
  if (!body.ok) return undefined
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isObject)
  if (isList(body.value)) return sliceRows(text, undefined)
  if (!isObject(body.value)) return undefined
  const lists = Object.entries(body.value).filter(([, value]) => isList(value))
  return lists.map(([key]) => sliceRows(text, key) ?? []).find((rows) => rows.join().length > text.length / 2)
}

/** From the first row's begin to the last one's end. */
function spanOf(text: string, rows: readonly string[]): [number, number] {
  const from = text.indexOf(rows[0] ?? '')
  let to = from
  for (const row of rows) to = text.indexOf(row, to) + row.length
  return [from, to]
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [out[i], out[j]]
    if (a !== undefined && b !== undefined) [out[i], out[j]] = [b, a]
  }
  return out
}
