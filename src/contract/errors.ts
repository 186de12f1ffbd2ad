import type { Refusal } from './refusal.ts'

/** What a vendor's error body says. */
export interface ErrorReading {
  code?: string | undefined
  message?: string | undefined
  requestId?: string | undefined
}

/** How a vendor says no: `read` is tolerant and takes every known shape, `write` is exact, one shape a profile. */
export interface ErrorHabit {
  read(body: unknown): ErrorReading
  /** The switches choose the profile. A string is sent as it is (HTML), everything else as JSON. */
  write(refusal: Refusal, context: { requestId: string; switches: Record<string, string> }): unknown
}

/**
 * Finds the message in any of the shapes that the five vendors use: `error` as text, list or object with `message`;
 * `message` as text or list; `errors` as text, list, or a nested map of field to texts.
 */
export function readAnyError(body: unknown): ErrorReading {
  if (typeof body === 'string') return { message: plainText(body) }
  if (!isObject(body)) return {}
  const error = body['error']
  const inner = isObject(error) ? error : {}
  const message =
    flatten(body['message']) ?? flatten(inner['message']) ?? flatten(error) ?? flatten(body['errors'])
  return {
    message: message ?? fieldTexts(body),
    code: text(inner['code']) ?? text(body['code']),
    requestId: text(inner['request_id']) ?? text(body['correlation_id']),
  }
}

/** No vendor nests deeper; a body that does must not exhaust the stack. */
const maxDepth = 8

function flatten(value: unknown, field = '', depth = 0): string | undefined {
  if (depth > maxDepth) return undefined
  if (typeof value === 'string') return value === '' ? undefined : field === '' ? value : `${field} ${value}`
  if (Array.isArray(value)) return joined(value.map((item) => flatten(item, field, depth + 1)))
  if (!isObject(value)) return undefined
  if (typeof value['message'] === 'string') return flatten(value['message'], field)
  return joined(Object.entries(value).map(([name, inner]) => flatten(inner, name, depth + 1)))
}

function joined(parts: (string | undefined)[]): string | undefined {
  const found = parts.filter((part) => part !== undefined)
  return found.length === 0 ? undefined : found.join(', ')
}

/** `{"field":["can't be blank"]}`: some endpoints answer with nothing but the map, some with a sentence anywhere. */
function fieldTexts(body: Record<string, unknown>): string | undefined {
  const lists = Object.entries(body).filter(
    ([, value]) => Array.isArray(value) && typeof value[0] === 'string',
  )
  return joined(lists.map(([name, value]) => flatten(value, name)))
}

function plainText(body: string): string | undefined {
  const words = body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return words === '' ? undefined : words.slice(0, 200)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
