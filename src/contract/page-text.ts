import { isObject } from './errors.ts'
import type { Listing } from './listing.ts'

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

const maxNames = 200
const names = new Map<string, string>()

/** The envelopes have a few names, which come again with every page. */
function quoted(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  if (names.size >= maxNames) names.clear()
  const text = JSON.stringify(name)
  names.set(name, text)
  return text
}

function valueText(value: unknown): string {
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value)
}

/** Joined in one go with what stands around it: a long list is hundreds of kilobytes, and is not copied twice. */
function listText(head: string, rows: readonly unknown[], tail: string, { textOf }: Listing): string {
  if (rows.length === 0) return head + tail
  const texts = rows.map(textOf)
  texts[0] = `${head}${texts[0] ?? ''}`
  texts.push(`${texts.pop() ?? ''}${tail}`)
  return texts.length < manyRows ? texts.join() : joined(texts)
}

/** From so many rows on it costs less to see that the list is as it was than to write it again. */
const manyRows = 50
const mostLists = 8
/** The long lists that were told last, the latest first. */
const told: { texts: readonly string[]; text: string }[] = []

function joined(texts: readonly string[]): string {
  const at = told.findIndex((one) => one.texts.length === texts.length && isSame(one.texts, texts))
  const [known] = at < 0 ? [{ texts, text: texts.join() }] : told.splice(at, 1)
  if (known === undefined) return texts.join()
  told.unshift(known)
  if (told.length > mostLists) told.pop()
  return known.text
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((text, i) => text === b[i])
}
