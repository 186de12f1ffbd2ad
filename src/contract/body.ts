/** Bodies as vendors send them: JSON, or something that only says it is. */

export type ReadBody = { ok: true; value: unknown } | { ok: false; code: string; message: string }

const html = /^\s*<(!doctype|html|head|body|\?xml)/i

/** Parses a JSON body; an HTML page, an empty or truncated text is a failure with a reason, never an empty value. */
export function readJson(text: string): ReadBody {
  if (text.trim() === '') return { ok: false, code: 'empty_body', message: 'the answer had no body' }
  if (html.test(text)) {
    return {
      ok: false,
      code: 'html_body',
      message: 'an HTML page came instead of JSON (a proxy or login page?)',
    }
  }
  try {
    return { ok: true, value: parseJson(text) }
  } catch {
    return {
      ok: false,
      code: 'bad_json',
      message: `the answer ${whatIsWrong(text)} (${text.length} characters)`,
    }
  }
}

function whatIsWrong(text: string): string {
  if (!/^\s*[[{"]/.test(text)) return 'is not JSON'
  return /[}\]]\s*$/.test(text) ? 'is not valid JSON' : 'ends in the middle: truncated JSON'
}

const wholeNumber = /^-?[0-9]+$/
/** From so many digits on a whole number may be more than a double holds. */
const longDigits = 16

/** Looks at every sixteenth character only: among so many digits in a row there is one. */
function hasLongNumber(text: string): boolean {
  for (let i = longDigits - 1; i < text.length; i += longDigits) {
    if (!isDigit(text, i)) continue
    let [first, last] = [i, i]
    while (isDigit(text, first - 1)) first--
    while (isDigit(text, last + 1)) last++
    if (last - first + 1 >= longDigits && standsAlone(text, first, last)) return true
    i = Math.max(i, last)
  }
  return false
}

/** Most long rows of digits are part of a text or a fraction, and no reason to read the slow way. */
function standsAlone(text: string, first: number, last: number): boolean {
  const before = text[first - 1] === '-' ? text[first - 2] : text[first - 1]
  return (before === undefined || /[\s:,[]/.test(before)) && /^[\s,\]}]?$/.test(text[last + 1] ?? '')
}

function isDigit(text: string, at: number): boolean {
  const c = text.charCodeAt(at)
  return c >= 48 && c <= 57
}

/** JSON.parse, except that whole numbers that a double cannot hold are kept as strings. */
export function parseJson(text: string): unknown {
  if (!hasLongNumber(text)) return JSON.parse(text)
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && wholeNumber.test(context?.source ?? '')
      ? context?.source
      : value,
  )
}

/**
 * The exact text of each item of a JSON array in `text`: the array under `key` of the top object, or the top array
 * when `key` is undefined. The text must already have parsed. Undefined when there is no such array. Of a key that
 * comes again the last one counts, as it does for JSON.parse.
 */
export function sliceRows(text: string, key: string | undefined): string[] | undefined {
  const top = skipSpace(text, 0)
  if (key === undefined) return text.charCodeAt(top) === openBracket ? items(text, top).rows : undefined
  if (text.charCodeAt(top) !== openBrace) return undefined
  let rows: string[] | undefined
  let i = skipSpace(text, top + 1)
  while (text.charCodeAt(i) === quote) {
    const end = stringEnd(text, i)
    const own = isKey(text.slice(i, end + 1), key)
    i = skipSpace(text, skipSpace(text, end + 1) + 1)
    const list = own && text.charCodeAt(i) === openBracket ? items(text, i) : undefined
    if (own) rows = list?.rows
    i = list === undefined ? valueEnd(text, i) : skipSpace(text, list.end + 1)
    if (text.charCodeAt(i) !== comma) break
    i = skipSpace(text, i + 1)
  }
  return rows
}

const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = [
  34, 92, 44, 123, 125, 91, 93,
]

/** The items of the array that opens at `open`, and where it closes. */
function items(text: string, open: number): { rows: string[]; end: number } {
  const rows: string[] = []
  let end = skipSpace(text, open + 1)
  if (text.charCodeAt(end) === closeBracket) return { rows, end }
  for (;;) {
    const from = end
    end = valueEnd(text, from)
    rows.push(text.slice(from, end).trim())
    if (text.charCodeAt(end) !== comma) return { rows, end }
    end++
  }
}

/** The index of the comma or bracket after the value that begins at `from`. */
function valueEnd(text: string, from: number): number {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === quote) i = stringEnd(text, i)
    else if (c === openBrace || c === openBracket) depth++
    else if (c === comma) {
      if (depth === 0) return i
    } else if ((c === closeBrace || c === closeBracket) && depth-- === 0) return i
  }
  return text.length
}

function skipSpace(text: string, from: number): number {
  let i = from
  while (text.charCodeAt(i) <= 32) i++
  return i
}

function isKey(quoted: string, key: string): boolean {
  if (quoted.includes('\\')) return JSON.parse(quoted) === key
  return quoted.length === key.length + 2 && quoted.startsWith(key, 1)
}

/** The index of the quote that closes the string opened at `open`. */
function stringEnd(text: string, open: number): number {
  let end = text.indexOf('"', open + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++
  return slashes % 2 === 1
}
