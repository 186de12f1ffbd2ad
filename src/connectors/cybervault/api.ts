import type { AuthHabit } from '../../contract/auth.ts'
import { type SettingField, baseUrlField } from '../../contract/contract.ts'
import { type ErrorHabit, readAnyError } from '../../contract/errors.ts'
import type { Operation } from '../../contract/operation.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { WireRequest } from '../../contract/wire.ts'
import { keyPattern, kindOf } from './keys.ts'

/** CyberVault's habits: where it is, how a key travels, and how it says no. Limits are in limits.ts. */

export const settings: readonly SettingField[] = [
  {
    name: 'apiKey',
    label: 'API key',
    help: 'dashboard.cybervault.io, Settings, API Keys: a service account with threat:read, threat:write, response:read and response:write. It is shown once.',
    secret: true,
    required: true,
    pattern: keyPattern,
    hint: 'a whole key that begins with cv_live_sk_, cv_read_sk_ or cv_test_sk_',
  },
  {
    name: 'customer',
    label: 'Customer',
    help: 'Name of the customer that this tenant is: a key belongs to one tenant, and CyberVault does not say whose it is.',
  },
  {
    name: 'plan',
    label: 'Plan',
    help: 'The plan that the tenant has; it decides how fast we may ask.',
    options: ['starter', 'professional', 'enterprise'],
    default: 'starter',
  },
  {
    name: 'writeBack',
    label: 'Write back',
    help: 'on: incidents are resolved and noted when their ticket is resolved; the key needs response:write',
    options: ['off', 'on'],
    default: 'off',
  },
  {
    ...baseUrlField,
    // The key travels in every request: in the clear only to this machine.
    pattern:
      /^(?:https:\/\/[^\s?#]+|http:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\]|[\w.-]+\.(?:localhost|test))(?::\d+)?(?:\/[^\s?#]*)?)$/,
    hint: 'an https address without query, or http on this machine',
  },
]

/** Documents print paths with the version, `POST /v3/threats/analyze`; here the base has it, and no path does. */
export function base(): string {
  return 'https://api.cybervault.io/v3'
}

export const auth: AuthHabit = {
  sign(headers, given) {
    headers['authorization'] = `Bearer ${given['apiKey'] ?? ''}`
  },
  find(request) {
    const [, key] = /^bearer\s+(.+)$/i.exec(request.headers['authorization']?.trim() ?? '') ?? []
    return key
  },
  refuse(key) {
    if (key === undefined)
      return unauthorized('missing_api_key', 'Send your API key as "Authorization: Bearer <key>".')
    if (kindOf(key) === undefined)
      return unauthorized('invalid_api_key', 'API keys begin with cv_live_sk_, cv_test_sk_ or cv_read_sk_.')
    return unauthorized('invalid_api_key', 'Unknown API key.')
  },
}

export function unauthorized(code: string, message: string): Refusal {
  return new Refusal(401, code, message, { headers: { 'www-authenticate': 'Bearer' } })
}

export const errors: ErrorHabit = {
  read(body) {
    const read = readAnyError(body)
    // An older page prints codes in capitals.
    return { ...read, code: read.code?.toLowerCase() }
  },
  write: ({ code, message, fields }, { requestId }) => ({
    error: {
      code,
      message,
      request_id: requestId,
      docs_url: `https://docs.cybervault.io/errors/${code}`,
      ...(fields.length > 0 && { details: fields }),
    },
  }),
}

const maxBody = 1024 * 1024

export function refuseBody({ body, headers }: WireRequest): Refusal | undefined {
  if (body === '') return undefined
  if (Buffer.byteLength(body) > maxBody)
    return new Refusal(413, 'payload_too_large', 'The body is larger than 1 MiB.')
  if (/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) return undefined
  return new Refusal(415, 'unsupported_media_type', 'Send the body as application/json.')
}

export function invalid(issues: { field: string; issue: string }[], op: Operation): Refusal {
  const message = issues.map(({ field, issue }) => `${field || 'body'}: ${issue}`).join('; ')
  const missing = issues.every(({ issue }) => issue.includes('received undefined'))
  const code = op.method === 'GET' ? 'invalid_parameter' : missing ? 'missing_field' : 'invalid_request'
  return new Refusal(400, code, message, { fields: issues })
}

export function forbid(op: Operation): Refusal {
  return new Refusal(403, 'invalid_scope', `API key lacks required '${op.permission?.[0]}' permission.`)
}

/** Paths are told as the documents write them; a tenant may know no other statuses than the six documented. */
export function restate(refusal: Refusal, request: WireRequest, given: Record<string, string>): Refusal {
  const { status, code, fields, headers } = refusal
  const place = `${request.method} /v3${request.path}`
  if (code === 'endpoint_not_found') return new Refusal(404, code, `There is no ${place}.`)
  if (status === 405 && given['statuses'] === 'six')
    return new Refusal(404, 'endpoint_not_found', `There is no ${place}.`)
  if (status === 405) return new Refusal(405, code, `${place} is not allowed.`, { headers })
  if ((status === 413 || status === 415) && given['statuses'] === 'six')
    return new Refusal(400, 'invalid_request', refusal.message, { fields })
  return refusal
}

/** Two operations are documented; a tenant that has no others is no fault. */
export function serves(op: Operation, given: Record<string, string>): boolean {
  const offered = given['offered'] ?? 'all'
  if (offered === 'documented') return op.source.startsWith('C')
  return offered === 'all' || !offered.split(',').some((part) => part !== '' && op.path.includes(part))
}
