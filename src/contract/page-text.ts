import { remembered } from '../domain/remembered.ts'
import { isObject } from './errors.ts'
import type { Book, Listing } from './listing.ts'

/** JSON.stringify for a page, except that its rows are told by their listing. */
export function pageText(page: unknown, keys: readonly string[], listing: Listing): string {
  if (Array.isArray(page)) return listText('[', page, ']', listing)
  if (page === listing.things[0]) return listing.textOf(page)
  if (!isObject(page)) return JSON.stringify(page)
  const list = keys.find((name) => Array.isArray(page[name]))
  let [head, tail] = ['', '']
  for (const name of Object.keys(page)) {
    const value = page[name]
    if (value === undefined) continue
    const key = `${head === '' ? '' : ','}${quoted(name)}:`
    if (name === list) [head, tail] = [`${head}${key}[`, ']']
    else if (tail === '') head += key + valueText(value)
    else tail += key + valueText(value)
  }
  const rows = list === undefined ? undefined : page[list]
  return Array.isArray(rows) ? listText(`{${head}`, rows, `${tail}}`, listing) : `{${head}}`
}

/** The envelopes have a few names, which come again with every page. */
const quoted = remembered(200, (name) => JSON.stringify(name))

function valueText(value: unknown): string {
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value)
}

function listText(head: string, rows: readonly unknown[], tail: string, listing: Listing): string {
  if (rows.length < manyRows) return written(head, rows, tail, listing)
  return (
    known(head, rows, tail, listing) ?? keep(written(head, rows, tail, listing), head, rows, tail, listing)
  )
}

/** Joined in one go with what stands around it: a long list is hundreds of kilobytes, and is not copied twice. */
function written(head: string, rows: readonly unknown[], tail: string, { textOf }: Listing): string {
  if (rows.length === 0) return head + tail
  const texts = rows.map(textOf)
  texts[0] = `${head}${texts[0] ?? ''}`
  texts.push(`${texts.pop() ?? ''}${tail}`)
  return texts.join()
}

/** From so many rows on it costs less to see that the list is as it was than to write it again. */
const manyRows = 20
const mostLists = 24
const mostText = 4_000_000

interface Told {
  /** What the listing told them from. */
  book: Book
  rows: readonly unknown[]
  head: string
  tail: string
  text: string
}

/** The long lists that were told last, the latest first. */
const told: Told[] = []
let toldText = 0

function known(head: string, rows: readonly unknown[], tail: string, { book }: Listing): string | undefined {
  const at = told.findIndex(
    (one) => one.book === book && one.tail === tail && one.head === head && isSame(one.rows, rows),
  )
  const [found] = at < 0 ? [] : told.splice(at, 1)
  if (found !== undefined) told.unshift(found)
  return found?.text
}

/** The rows are copied: the list that they stand in may be changed. */
function keep(text: string, head: string, rows: readonly unknown[], tail: string, { book }: Listing): string {
  if (book === undefined || !rows.every((row) => isObject(row) && book.has(row))) return text
  told.unshift({ book, rows: [...rows], head, tail, text })
  toldText += text.length
  while (told.length > mostLists || toldText > mostText) toldText -= told.pop()?.text.length ?? 0
  return text
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i])
}
