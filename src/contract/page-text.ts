import { isObject } from './errors.ts'

/** JSON.stringify for a page, except that the text of rows which can no longer change is kept. */
export function pageText(page: unknown, keys: readonly string[]): string {
  if (Array.isArray(page)) return listText(page)
  if (!isObject(page)) return JSON.stringify(page)
  const list = keys.find((name) => Array.isArray(page[name]))
  const fields = Object.entries(page).filter(([, value]) => value !== undefined)
  const texts = fields.map(([name, value]) => {
    const text = name === list && Array.isArray(value) ? listText(value) : JSON.stringify(value)
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${texts.join()}}`
}

const rowTexts = new WeakMap<object, string>()

function listText(rows: readonly unknown[]): string {
  return `[${rows.map(rowText).join()}]`
}

function rowText(row: unknown): string {
  if (!isObject(row)) return JSON.stringify(row) ?? 'null'
  const known = rowTexts.get(row)
  if (known !== undefined) return known
  const text = JSON.stringify(row)
  if (Object.isFrozen(row)) rowTexts.set(row, text)
  return text
}
