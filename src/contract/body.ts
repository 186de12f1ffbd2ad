/** Bodies as vendors send them: JSON, or something that only says it is. */

export type ReadBody = { ok: true; value: unknown } | { ok: false; code: string; message: string }

const html = /^\s*<(!doctype|html|head|body|\?xml)/i

/** Parses a JSON body; an HTML page, an empty or truncated text is a failure with a reason, never an empty value. */
export function readJson(text: string): ReadBody {
  if (text.trim() === '') return { ok: false, code: 'empty_body', message: 'the answer had no body' }
  if (html.test(text)) {
    return { ok: false, code: 'html_body', message: 'an HTML page came instead of JSON (a proxy or login page?)' }
  }
  try {
    return { ok: true, value: parseJson(text) }
  } catch {
    const cut = /[}\]]\s*$/.test(text) ? 'is not valid JSON' : 'ends in the middle: truncated JSON'
    return { ok: false, code: 'bad_json', message: `the answer ${cut} (${text.length} characters)` }
  }
}

const longNumber = /[0-9]{16,}/
const wholeNumber = /^-?[0-9]+$/

/** JSON.parse, except that whole numbers that a double cannot hold are kept as strings. */
export function parseJson(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text)
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && wholeNumber.test(context?.source ?? '')
      ? context?.source
      : value,
  )
}

/**
 * The exact text of each item of a JSON array in `text`: the array under `key` of the top object, or the top array
 * when `key` is undefined. The text must already have parsed. Undefined when there is no such array.
 */
export function sliceRows(text: string, key: string | undefined): string[] | undefined {
  const start = key === undefined ? topArray(text) : arrayAt(text, key)
  if (start < 0) return undefined
  const rows: string[] = []
  let depth = 0
  let from = start + 1
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === quote) i = stringEnd(text, i)
    else if (c === openBrace || c === openBracket) depth++
    else if (c === comma && depth === 0) {
      rows.push(text.slice(from, i).trim())
      from = i + 1
    } else if (c === closeBrace || c === closeBracket) {
      if (depth-- > 0) continue
      const last = text.slice(from, i).trim()
      if (last !== '') rows.push(last)
      return rows
    }
  }
  return undefined
}

const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 44, 123, 125, 91, 93]

/** A lone object may hold an array as well: that one is not the top. */
function topArray(text: string): number {
  return /^\s*\[/.test(text) ? text.indexOf('[') : -1
}

/** Where the array under `key` of the top-level object opens, or -1. */
function arrayAt(text: string, key: string): number {
  const quoted = JSON.stringify(key)
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === openBrace || c === openBracket) depth++
    else if (c === closeBrace || c === closeBracket) depth--
    else if (c === quote) {
      const end = stringEnd(text, i)
      if (depth === 1 && text.slice(i, end + 1) === quoted) {
        const match = /^\s*:\s*\[/.exec(text.slice(end + 1, end + 40))
        if (match) return end + match[0].length
      }
      i = end
    }
  }
  return -1
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
