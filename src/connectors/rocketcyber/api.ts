import { type AuthHabit, bearer } from '../../contract/auth.ts'
import { type SettingField, type Switch, baseUrlField } from '../../contract/contract.ts'
import { type ErrorHabit, isObject, readAnyError } from '../../contract/errors.ts'
import { type LimitHabit, retryAfterMs } from '../../contract/limits.ts'
import type { Operation } from '../../contract/operation.ts'
import { Refusal } from '../../contract/refusal.ts'

/** RocketCyber's habits: where it is, how a key travels, how it limits and says no. */

export const settings: readonly SettingField[] = [
  {
    name: 'apiKey',
    label: 'API key',
    help: 'Provider Settings, tab RocketCyber API. One key for the whole provider.',
    secret: true,
    required: true,
    pattern: /^\S+$/,
    hint: 'one word without blanks',
  },
  {
    name: 'region',
    label: 'Region',
    help: 'Where your RocketCyber console lives: us, eu or ap.',
    options: ['us', 'eu', 'ap'],
    default: 'us',
  },
  baseUrlField,
]

/** The host of `ap` is not published; it follows the pattern of the others. */
export function base(given: Record<string, string>): string {
  return `https://api-${given['region'] ?? 'us'}.rocketcyber.com/v3`
}

export const auth: AuthHabit = bearer(
  'apiKey',
  () => new Refusal(401, 'unauthorized', 'Unauthorized: Invalid API key'),
)

/** Nothing is published. 60 a minute is what other clients keep to; the second on top allows for the way there. */
export const limits: LimitHabit = {
  pace: { scope: 'credential', requests: 60, windowMs: 61_000, concurrency: 3, guessed: true },
  heed: (headers, _status, now) => retryAfterMs(headers.get('retry-after'), now),
  grant(_request, switches) {
    const requests = Number(switches['rateLimit'] ?? 60)
    return requests > 0 ? { scope: 'credential', requests, windowMs: 60_000 } : undefined
  },
  refuse(waitMs, switches) {
    const headers: Record<string, string> =
      switches['retryAfter'] === 'off' ? {} : { 'retry-after': String(Math.ceil(waitMs / 1000)) }
    return new Refusal(429, 'rate_limited', 'Too Many Requests', { headers })
  },
}

/** The order in which the known shapes are tried is that of section 7 of the contract document. */
export const errors: ErrorHabit = {
  read(body) {
    const own = isObject(body) ? body['error'] : undefined
    const read = readAnyError(own === undefined ? body : { error: own })
    // The code that is written in the body only repeats the status.
    return { ...read, code: /^\d{3}$/.test(read.code ?? '') ? undefined : read.code }
  },
  write({ status, message }, { switches }) {
    switch (switches['errors']) {
      case 'text':
        return { error: message }
      case 'message':
        return { message }
      case 'plain':
        return message
      case 'html':
        return `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`
      default:
        return { error: { code: status, message } }
    }
  },
}

export function invalid(issues: { field: string; issue: string }[]): Refusal {
  const message = issues
    .map(({ field, issue }) =>
      issue.includes('received undefined') ? `${field} is required` : `${field}: ${issue}`,
    )
    .join('; ')
  return new Refusal(400, 'bad_request', message, { fields: issues })
}

export function forbid(_op: Operation): Refusal {
  return new Refusal(403, 'forbidden', 'Forbidden: the provider account lacks the required subscription')
}

/** Held by the keys of providers that subscribe to the managed SOC. */
export const subscription = ['soc'] as const

/** Everything that the contract document infers, or finds told in two ways. */
export const switches: Record<string, Switch> = {
  accountFields: { about: 'Whether incident rows say whose they are', values: ['absent', 'present'] },
  incidentIds: { about: 'How incident ids are printed', values: ['text', 'number'] },
  incidentExtras: {
    about: 'eventCount, affectedDevices and severity on incidents',
    values: ['absent', 'present'],
  },
  resolvedWord: {
    about: 'How a resolved incident is called',
    values: ['resolved', 'closed', 'false-positive'],
  },
  idFilter: { about: 'Whether incidents?id= hands back its neighbour', values: ['exact', 'off-by-one'] },
  customers: { about: 'customers[] of /account with details=true', values: ['objects', 'ids'] },
  accountIds: { about: 'Whether /account prints an id', values: ['absent', 'present'] },
  envelope: { about: 'The shape of a page', values: ['real', 'seed', 'bare', 'lone'] },
  dataCount: { about: 'The count of the page in its envelope', values: ['present', 'absent'] },
  errors: { about: 'The shape of an error body', values: ['seed', 'text', 'message', 'plain', 'html'] },
  strict: { about: 'Whether unknown parameters are refused everywhere', values: ['off', 'on'] },
  seedForms: { about: 'Whether the paths of the seed document are served', values: ['on', 'off'] },
  rateLimit: { about: 'Requests a minute and key; 0 is no limit', values: ['60', '30', '0'], free: true },
  retryAfter: { about: 'Whether a 429 says how long to wait', values: ['on', 'off'] },
  extraFields: { about: 'Fields that nobody has published, on every row', values: ['off', 'on'] },
  words: { about: 'Enum values that nobody has published', values: ['known', 'unknown'] },
  casing: { about: 'The casing of enum values', values: ['lower', 'title'] },
  times: {
    about: 'How a timestamp ends: milliseconds and Z, an offset, or whole seconds',
    values: ['Z', '+00:00', 'seconds'],
  },
  publishedAt: { about: 'Whether incidents say when they were published', values: ['present', 'null'] },
  nulls: { about: 'What an incident has no value for: null, or not there', values: ['explicit', 'absent'] },
  foreignAccounts: {
    about: 'A list asked for an account that the key does not see: empty of it, or refused as a whole',
    values: ['empty', '404', '403'],
  },
  verdicts: { about: 'Event verdicts as words or as the numbers of v2', values: ['words', 'numbers'] },
  summary: { about: 'The shape of /events/summary', values: ['list', 'array', 'map'] },
  suppression: { about: 'The shape of /suppression/rules', values: ['list', 'array'] },
  indexLagSeconds: {
    about: 'How much later than it says every third incident enters the lists',
    values: ['0'],
    free: true,
    hostile: ['0', '900', '3600'],
  },
  reopens: {
    about: 'Whether every fifth resolved incident is open again an hour later',
    values: ['none', 'some'],
  },
  withdrawn: { about: 'Incident ids that are no longer listed, with commas', values: ['none'], free: true },
  mailboxes: { about: 'monitoredAccounts of /office', values: ['list', 'by-account'] },
}
