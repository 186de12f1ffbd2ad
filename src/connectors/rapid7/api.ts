import type { AuthHabit } from '../../contract/auth.ts'
import { type SettingField, type Surface, type Switch, baseUrlField } from '../../contract/contract.ts'
import { type ErrorHabit, readAnyError } from '../../contract/errors.ts'
import { type LimitHabit, type LimitRule, retryAfterMs } from '../../contract/limits.ts'
import type { Operation } from '../../contract/operation.ts'
import { Refusal } from '../../contract/refusal.ts'
import { apiHost, logsHost, regions } from './regions.ts'

/** Rapid7's habits: where it is, how a key travels, how it limits and says no. */

export const settings: readonly SettingField[] = [
  {
    name: 'apiKey',
    label: 'API key',
    help: 'Command Platform, Administration, API Keys: an organization key, a user key, or the multi-tenant key of an MSP',
    secret: true,
    required: true,
    pattern: /^\S+$/,
    hint: 'one word without blanks',
  },
  {
    name: 'region',
    label: 'Region',
    help: 'the part before the first dot in the address of your InsightIDR console: us2 in us2.idr.insight.rapid7.com',
    options: regions,
    default: 'us',
  },
  {
    name: 'organizationId',
    label: 'Organization id',
    help: 'multi-tenant keys only: the id of your own (parent) organization; its managed organizations are found from there',
    pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    hint: 'a UUID such as cf946362-0809-426d-987c-849bde704c16',
  },
  {
    name: 'writeBack',
    label: 'Write back',
    help: 'on: investigations are closed and commented when their ticket is resolved; the key must be allowed to write',
    options: ['off', 'on'],
    default: 'off',
  },
  {
    ...baseUrlField,
    name: 'logsUrl',
    label: 'Log Search URL',
    help: 'only for a proxy or the sandbox: replaces the address of Log Search and audit logs',
  },
  baseUrlField,
]

export function base(given: Record<string, string>): string {
  return `https://${apiHost(given['region'] ?? 'us')}`
}

/** Both routes answer alike; audit logs are only known on the native host. Below a proxy there is one host for all. */
export const logs: Surface = {
  base({ logsUrl, baseUrl, region }) {
    if (logsUrl) return logsUrl
    return baseUrl ? `${baseUrl.replace(/\/+$/, '')}/log_search` : `https://${logsHost(region ?? 'us')}`
  },
  path: '/log_search',
}

/**
 * Links in answers may lead to the other host family, but never out of the region. Only whether a key is good may be
 * asked in every region: a key of another one is told from a dead one by that.
 */
export function owns(url: URL, given: Record<string, string>): boolean {
  if (url.protocol !== 'https:') return false
  const region = given['region'] ?? 'us'
  if ([apiHost(region), logsHost(region)].includes(url.host)) return true
  return url.pathname === '/validate' && regions.some((other) => url.host === apiHost(other))
}

/** A multi-tenant key names its tenant with every request. */
export const auth: AuthHabit = {
  sign(headers, given) {
    headers['x-api-key'] = given['apiKey'] ?? ''
    if (given['organizationId']) headers['r7-organization-id'] = given['organizationId']
  },
  find(request) {
    const key = request.headers['x-api-key']?.trim()
    return key === '' ? undefined : key
  },
  refuse: () => new Refusal(401, 'unauthorized', 'Unauthorized'),
}

const minute = 60_000

/** The example of the overview page is 1000 in 15 minutes; the rest is left to the headers of the answers. */
export const limits: LimitHabit = {
  pace: { scope: 'credential', requests: 900, windowMs: 15 * minute + 1000, concurrency: 4 },
  heed(headers, status, now) {
    const wish = retryAfterMs(headers.get('retry-after'), now)
    if (wish !== undefined) return wish
    if (status !== 429 && headers.get('ratelimit-remaining') !== '0') return undefined
    return resetMs(headers.get('ratelimit-reset') ?? headers.get('x-ratelimit-reset'), now)
  },
  learn(headers, now) {
    const [limit, remaining] = ['ratelimit-limit', 'ratelimit-remaining'].map((name) =>
      numberOf(headers.get(name)),
    )
    const wait = resetMs(headers.get('ratelimit-reset'), now)
    if (limit === undefined || remaining === undefined || wait === undefined) return undefined
    return { limit, remaining, resetAt: now + wait }
  },
  grant: (request, switches) => grants(request.path, switches['rateLimit'] ?? 'seed'),
  refuse(waitMs, switches) {
    const headers: Record<string, string> = { 'ratelimit-remaining': '0' }
    if (switches['retryAfter'] !== 'off') headers['retry-after'] = String(Math.ceil(waitMs / 1000))
    return new Refusal(429, 'rate_limited', 'API rate limit exceeded', { headers })
  },
  headers({ limit, remaining, resetAt }, now) {
    const delta = limit <= 50
    return {
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(Math.max(0, remaining)),
      'ratelimit-reset': String(Math.ceil((delta ? resetAt - now : resetAt) / 1000)),
    }
  },
}

function numberOf(value: string | null): number | undefined {
  const number = value === null || value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** Documented as epoch seconds, seen as seconds that are left. */
function resetMs(value: string | null, now: number): number | undefined {
  const seconds = numberOf(value)
  if (seconds === undefined) return undefined
  return Math.max(0, seconds < 1e9 ? seconds * 1000 : seconds * 1000 - now)
}

/** `seed` is the overview page, `gateway` what was recorded in 2023; `/validate` carried no such headers. */
function grants(path: string, profile: string): LimitRule | undefined {
  if (path === '/validate' || profile === '0') return undefined
  const requests = Number(profile)
  if (profile === 'gateway') {
    const counted = path.startsWith('/account/')
    return counted ? { scope: 'credential', requests: 50, windowMs: minute, aligned: true } : undefined
  }
  const limit = Number.isFinite(requests) ? requests : 1000
  return { scope: 'credential', requests: limit, windowMs: 15 * minute, aligned: true }
}

const missingOrganization = /R7-Organization-Id/i

export const errors: ErrorHabit = {
  read(body) {
    const read = readAnyError(body)
    // 404 is written in Log Search bodies as a number: it only repeats the status.
    const code = /^\d{3}$/.test(read.code ?? '') ? undefined : read.code
    const message = read.message?.replace(/^HTTP \d{3} (?=\S)/, '')
    if (message === undefined || !missingOrganization.test(message)) return { ...read, message, code }
    const mend =
      'a multi-tenant key must say whose data it wants: set organizationId to the id of your own organization'
    return { ...read, code: 'organization_missing', message: `${message}; ${mend}` }
  },
  write({ status, code, message }, { requestId, switches }) {
    if (status === 401) return { message: 'Unauthorized' }
    const shape = switches['errors']
    if (shape === 'plain') return message
    if (shape === 'html')
      return `<html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`
    if (shape === 'bare' || code === 'endpoint_not_found') return { message }
    return { message, correlation_id: requestId }
  },
}

/** Log Search has its own framework behind the gateway, and its own way to say that something is not there. */
export const logErrors: ErrorHabit = {
  read: errors.read,
  write(refusal, context) {
    if (refusal.status !== 404) return errors.write(refusal, context)
    const message = 'HTTP 404 Not Found'
    return context.switches['logErrors'] === 'message' ? { message } : { code: 404, message }
  },
}

export function invalid(issues: { field: string; issue: string }[]): Refusal {
  const message = issues.map(({ field, issue }) => `${field}: ${issue}`).join('; ')
  return new Refusal(400, 'bad_request', message, { fields: issues })
}

export function forbid(op: Operation): Refusal {
  return new Refusal(403, 'forbidden', `The API key does not have permission to ${op.summary.toLowerCase()}`)
}

/** What keys may hold; an operation without a permission is open to all of them. */
export const may = {
  /** Changes anything in InsightIDR. */
  write: ['write'],
  /** Makes investigations: user keys only. */
  create: ['create'],
  /** Reads users and keys of the account. */
  administer: ['administer'],
  /** Reads audit logs: organization keys and platform admins. */
  audit: ['audit'],
} as const

/** Everything that the contract document infers, or finds told in two ways. */
export const switches: Record<string, Switch> = {
  rateLimit: {
    about: 'Requests: the overview page (1000 in 15 min), the gateway of 2023, a number, or 0 for none',
    values: ['seed', 'gateway', '0'],
    free: true,
  },
  retryAfter: { about: 'Whether a 429 says how long to wait', values: ['on', 'off'] },
  metadataSize: {
    about: 'metadata.size: the size in effect, or the number of rows of this page',
    values: ['effective', 'rows'],
  },
  totals: { about: 'total_pages and total_data of a page', values: ['present', 'absent'] },
  pageCap: {
    about: 'Rows that a page may have at most, whatever is asked for',
    values: ['documented', '7'],
    free: true,
  },
  fractions: {
    about: 'Digits of a second in timestamps: as measured, or always three',
    values: ['trimmed', 'milliseconds', 'none'],
  },
  errors: { about: 'The shape of an error body', values: ['correlated', 'bare', 'plain', 'html'] },
  logErrors: { about: 'The body of a 404 of Log Search', values: ['code', 'message'] },
  ruleReference: { about: 'detection_rule_rrn of an alert', values: ['object', 'text'] },
  nulls: {
    about: 'What an investigation has no value for: null, or not there',
    values: ['explicit', 'absent'],
  },
  managed: {
    about: 'The shape of /managed-organizations; the specification types one bare object',
    values: ['page', 'array'],
  },
  polls: {
    about: 'Answers of a query before it is done; 0 answers at once',
    values: ['2', '0', '1'],
    free: true,
  },
  pollStatus: {
    about: 'Status of a query that is not done: first 202 and then 200, or always 202',
    values: ['mixed', '202'],
  },
  links: {
    about: 'Where the links of Log Search lead: this host, the other host family, or a foreign one',
    values: ['own', 'other'],
    free: true,
  },
  linkNames: { about: 'How `rel` of a link is written', values: ['Self', 'self'] },
  finished: {
    about: 'What tells that a search is done: no progress any more, or a progress of 100',
    values: ['bare', 'progress'],
  },
  nextLink: { about: 'Whether a last page still has a Next link', values: ['absent', 'present'] },
  messages: { about: 'Whether log messages are always JSON', values: ['json', 'mixed'] },
  words: { about: 'Enum values that nobody has published', values: ['known', 'unknown'] },
  extraFields: { about: 'Fields that nobody has published, on every row', values: ['off', 'on'] },
  deepPages: {
    about: 'Pages behind the first of whole SIEM alerts: seen to fail; names alone never do',
    values: ['fine', 'fail'],
  },
  failedRegions: {
    about:
      'A region whose SIEM alerts could not be searched: they are missing from the answer, which says so',
    values: ['none'],
    free: true,
  },
  userDomains: {
    about: 'Whether users tell their domain; recorded answers lack it',
    values: ['present', 'absent'],
  },
  siemAlerts: {
    about: 'Whether the organization has the SIEM alerts interface; off answers 404',
    values: ['on'],
    free: true,
  },
  indexLagSeconds: {
    about: 'How much later than it says every third alert, with its investigation, enters the lists',
    values: ['0'],
    free: true,
    hostile: ['0', '900', '3600'],
    // An investigation is named for the alert that came to it first.
    alters: true,
  },
  auditLogs: { about: 'Whether audit logging is enabled; off answers 404', values: ['on'], free: true },
  health: { about: 'Whether parts of the health metrics fail: 207', values: ['whole', 'partial'] },
}
