import * as z from 'zod'

import { bearer } from '../../contract/auth.ts'
import { type SettingField, baseUrlField } from '../../contract/contract.ts'
import { type ErrorHabit, type ErrorReading, isObject, readAnyError } from '../../contract/errors.ts'
import { type LimitHabit, retryAfterMs } from '../../contract/limits.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { WireRequest } from '../../contract/wire.ts'
import { mapProblem } from './map.ts'

/** Rockety's habits: how a token travels, how it limits, refuses and says no. Where it is stands in `map.ts`. */

export const settings: readonly SettingField[] = [
  {
    name: 'apiKey',
    label: 'API token',
    help: 'Organisation Settings, Integrations, Rockety API, Create API Key: Rockety shows the token once',
    secret: true,
    required: true,
    pattern: /^[\x21-\x7e]{16,512}$/,
    hint: 'one word of 16 to 512 characters',
  },
  {
    name: 'map',
    label: 'Client map',
    help: 'Only when your Rockety answers otherwise than expected: JSON with other paths and field names, such as {"paths":{"tasks":"/todos"}}',
    check: mapProblem,
  },
  baseUrlField,
]

export const auth = bearer('apiKey', () => new Refusal(401, 'unauthenticated', 'Unauthenticated.'))

/** Nothing is published: we keep to two a second, and heed a Retry-After should one ever come. */
export const limits: LimitHabit = {
  pace: { scope: 'credential', requests: 2, windowMs: 1000, concurrency: 2, guessed: true },
  heed: (headers, _status, now) => retryAfterMs(headers.get('retry-after'), now),
  grant(_request, switches) {
    const requests = Number(switches['rateLimit'] ?? 0)
    return requests > 0 ? { scope: 'credential', requests, windowMs: 60_000 } : undefined
  },
  refuse(waitMs) {
    const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) }
    return new Refusal(429, 'rate_limited', 'Too Many Requests', { headers })
  },
}

/** Sends of a read that met a 5xx or a broken connection. */
export const tries = { attempts: 3 } as const

export const errors: ErrorHabit = {
  read(body): ErrorReading {
    const read = readAnyError(body)
    const details =
      isObject(body) && read.message !== undefined
        ? readAnyError({ errors: body['errors'] }).message
        : undefined
    const fresh = details !== undefined && !read.message?.includes(details)
    return fresh ? { ...read, message: `${read.message} (${details})` } : read
  },
  write(refusal, { switches }) {
    const { message } = refusal
    const map = Map.groupBy(refusal.fields, ({ field }) => field)
    const byField = Object.fromEntries([...map].map(([field, all]) => [field, all.map(({ issue }) => issue)]))
    const shapes: Record<string, unknown> = {
      'error-object': { error: { message } },
      'error-text': { error: message },
      'errors-objects': { errors: [{ message }] },
      'errors-texts': { errors: [message] },
      'errors-map': { errors: map.size > 0 ? byField : { base: [message] } },
      empty: '',
      html: `<!DOCTYPE html><html><body><h1>${message}</h1></body></html>`,
    }
    const plain = map.size > 0 ? { message, errors: byField } : { message }
    return shapes[switches['errorBody'] ?? ''] ?? plain
  },
}

const notPermitted = 'You do not have permission to do this.'

/** There is no 403: what may not be done is answered like a bad token. */
export function forbid(): Refusal {
  return new Refusal(401, 'missing_permission', notPermitted)
}

/** Servers that know a 403 use it here. */
export function restate(refusal: Refusal, _request: WireRequest, switches: Record<string, string>): Refusal {
  if (refusal.code !== 'missing_permission' || switches['forbiddenStatus'] !== '403') return refusal
  return new Refusal(403, refusal.code, refusal.message)
}

/** SEED knows no 422; a framework's own habits are behind a switch. */
export function invalid(
  issues: { field: string; issue: string }[],
  _op: unknown,
  switches: Record<string, string>,
): Refusal {
  const fields = issues.map(({ field, issue }) => ({ field, issue: plainIssue(issue) }))
  return new Refusal(switches['framework-codes'] === 'on' ? 422 : 400, 'invalid', 'The request is invalid.', {
    fields,
  })
}

function plainIssue(issue: string): string {
  return issue.endsWith('received undefined') ? 'is required' : issue
}

const loopback = /^(?:::ffff:)?127\.|^::1$/

/** HTTPS only; a proxy in front may have ended it, and on this machine nothing can listen in. */
export function refuse(request: WireRequest): Refusal | undefined {
  if (loopback.test(request.ip) || request.headers['x-forwarded-proto'] === 'https') return undefined
  return new Refusal(400, 'https_required', 'HTTPS required.')
}

const maxBodyBytes = 1024 * 1024

export function refuseBody(request: WireRequest): Refusal | undefined {
  if (Buffer.byteLength(request.body) <= maxBodyBytes) return undefined
  return new Refusal(400, 'too_large', 'The request body is larger than 1 MiB.')
}

export function wrongMethod(method: string, switches: Record<string, string>): 404 | 405 {
  return method === 'OPTIONS' || switches['wrongMethod'] === '404' ? 404 : 405
}

/** Field kinds of our reading: nothing but the id is published, so nothing else is required. */
export const id = z.union([z.int(), z.string().min(1)])
export const anyId = id.nullish()
export const text = z.string().nullish()
export const flag = z.union([z.boolean(), z.literal([0, 1])]).nullish()
export const count = z.union([z.number(), z.string()]).nullish()

/** Field kinds of bodies, as the sandbox checks them. */
export const name = z.string().trim().min(1).max(255)
export const date = z.iso.date().nullish()
export const wireId = z.union([z.int(), z.string().regex(/^[1-9]\d*$/)])
export const link = wireId.nullish()

/** A single object comes in `data`, bare, or under its own name. */
export function single<S extends z.ZodType>(kind: string, schema: S): z.ZodPreprocess<S> {
  return z.preprocess((body) => {
    if (!isObject(body)) return body
    if (isObject(body['data'])) return body['data']
    return body['id'] === undefined && isObject(body[kind]) ? body[kind] : body
  }, schema)
}

/** What a delete says, if it says anything. */
export const deleted = z.looseObject({ message: text })
