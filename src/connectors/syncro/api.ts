import * as z from 'zod'

import { type AuthHabit, bearer, bearerToken } from '../../contract/auth.ts'
import { type SettingField, type Switch, baseUrlField } from '../../contract/contract.ts'
import { type ErrorHabit, isObject, readAnyError } from '../../contract/errors.ts'
import { type LimitHabit, retryAfterMs } from '../../contract/limits.ts'
import type { Operation } from '../../contract/operation.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type WireRequest, parseSearch } from '../../contract/wire.ts'

/** Syncro's habits: where it is, how a token travels, how it limits, refuses and says no. */

export const settings: readonly SettingField[] = [
  {
    name: 'subdomain',
    label: 'Subdomain',
    help: 'the part before .syncromsp.com in the address of your Syncro dashboard',
    required: true,
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
    hint: 'one word such as "acme", without .syncromsp.com',
  },
  {
    name: 'apiKey',
    label: 'API token',
    help: 'Profile/Password, API Tokens, New Token, Custom Permissions: tick the 21 permissions; Syncro shows the token once',
    secret: true,
    required: true,
    pattern: /^\S+$/,
    hint: 'one word without blanks',
  },
  baseUrlField,
]

export function base(given: Record<string, string>): string {
  return `https://${given['subdomain']}.syncromsp.com/api/v1`
}

/** The server takes the token in three places; the client only ever signs with Bearer: a query string ends in logs. */
export const auth: AuthHabit = {
  ...bearer('apiKey', () => new Refusal(401, 'unauthorized', 'Unauthorized')),
  find(request) {
    const header = request.headers['authorization']?.trim()
    if (header === undefined || header === '') return parseSearch(request.search).get('api_key')?.at(-1)
    return bearerToken(header) ?? (/^\S+$/.test(header) ? header : undefined)
  },
}

/** 180 a minute for one address, whatever the number of tokens behind it, and no Retry-After. */
export const limits: LimitHabit = {
  pace: { scope: 'address', requests: 150, windowMs: 60_000, concurrency: 4 },
  heed: (headers, _status, now) => retryAfterMs(headers.get('retry-after'), now),
  grant(_request, switches) {
    const requests = Number(switches['rateLimit'] ?? 180)
    if (!(requests > 0)) return undefined
    return { scope: 'address', requests, windowMs: 60_000, aligned: switches['rateWindow'] === 'fixed' }
  },
  refuse(_waitMs, switches) {
    const message = 'Rate limit exceeded'
    const bodies: Record<string, unknown> = {
      html: `<html><body><h1>${message}</h1></body></html>`,
      empty: '',
    }
    return new Refusal(429, 'rate_limited', message, { body: bodies[switches['rateLimitBody'] ?? ''] })
  },
}

export const notAuthorized = 'Not authorized. Please ask account admin to update your group permissions.'

export const errors: ErrorHabit = {
  read(body) {
    const read = readAnyError(
      isObject(body) && 'instructions' in body ? { message: body['instructions'] } : body,
    )
    return read.message?.startsWith('Not authorized.') === true
      ? { ...read, code: 'missing_permission' }
      : read
  },
  write: (refusal) => (refusal.code === 'not_found' ? { message: 'Not found' } : { error: refusal.message }),
}

/** A missing permission has the status of a bad token; `GET /me` tells them apart. */
export function forbid(_op: Operation): Refusal {
  return new Refusal(401, 'missing_permission', notAuthorized)
}

/** What the documents tell in several ways, or not at all. */
export function restate(refusal: Refusal, _request: WireRequest, given: Record<string, string>): Refusal {
  const { status, code, message } = refusal
  if (code === 'missing_permission' && given['missingPermission'] === '403')
    return new Refusal(403, code, message)
  const shape = { unauthorized: given['unauthorizedBody'], not_found: given['notFoundBody'] }[code]
  const bodies: Record<string, unknown> = {
    message: { message },
    error: { error: message },
    empty: '',
    html: `<html><body><h1>${message}</h1></body></html>`,
  }
  if (shape === undefined || refusal.body !== undefined) return refusal
  return new Refusal(status, code, message, { body: bodies[shape] })
}

/** Anything but JSON is answered with an HTML page, on every method that carries a body. */
export function refuseBody(request: WireRequest): Refusal | undefined {
  if (/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined
  const body =
    '<!DOCTYPE html>\n<html>\n<head><title>Bad Request (400)</title></head>\n<body>Bad Request</body>\n</html>\n'
  return new Refusal(400, 'bad_request', 'Bad Request', { body })
}

export function invalid(issues: { field: string; issue: string }[]): Refusal {
  const message = issues.map(({ field }) => `${field} is invalid`)
  return new Refusal(422, 'invalid', message.join(', '), { body: { success: false, message } })
}

/** The 422 of most writes. */
export function unprocessable(message: string[], params?: unknown): Refusal {
  const body = params === undefined ? { success: false, message } : { success: false, message, params }
  return new Refusal(422, 'unprocessable', message.join(', '), { body })
}

/** Field kinds as Syncro publishes them: nearly everything may be null or absent. */
export const text = z.string().nullish()
export const flag = z.boolean().nullish()
export const count = z.union([z.number(), z.string()]).nullish()
export const free = z.record(z.string(), z.unknown()).nullish()
export const many = z.array(z.unknown()).nullish()
export const success = z.looseObject({
  success: z.union([z.boolean(), z.string()]).optional(),
  message: text,
})

/** What the documents leave open, or what an account may have set otherwise. */
export const switches: Record<string, Switch> = {
  ticketsPage: {
    about: 'Rows a page of GET /tickets; documented 25, seen 50.',
    values: ['50', '25'],
    free: true,
  },
  contactsPage: {
    about: 'Rows a page of GET /contacts; documented 25, seen 50.',
    values: ['50', '25'],
    free: true,
  },
  assetsPage: {
    about: 'Rows a page of GET /customer_assets; documented 25, seen 50.',
    values: ['50', '25'],
    free: true,
  },
  customersPage: {
    about: 'Rows a page of GET /customers; documented 25, 100 in the example.',
    values: ['100', '25'],
    free: true,
  },
  alertsPage: { about: 'Rows a page of GET /rmm_alerts; documented 25.', values: ['50', '25'], free: true },
  timersPage: {
    about: 'Rows a page of GET /ticket_timers; documented 25, seen 100.',
    values: ['100', '25'],
    free: true,
  },
  worksheetsPage: { about: 'Rows a page of worksheet results.', values: ['25'], free: true },
  commentsPage: {
    about: 'Rows a page of ticket comments when per_page is absent.',
    values: ['10'],
    free: true,
  },
  perPage: { about: 'Whether ticket comments follow per_page.', values: ['followed', 'ignored'] },
  meta: {
    about: 'The meta object of lists: as published, with every figure, or absent.',
    values: ['published', 'full', 'absent'],
  },
  rateLimit: {
    about: 'Requests a minute for one address; 0 for no limit.',
    values: ['180', '0'],
    free: true,
  },
  rateWindow: { about: 'How the minute is counted.', values: ['rolling', 'fixed'] },
  rateLimitBody: { about: 'The body of a 429.', values: ['json', 'html', 'empty'] },
  missingPermission: {
    about: 'The status of a missing permission: that of a bad token, as published, or 403.',
    values: ['401', '403'],
  },
  unauthorizedBody: {
    about: 'The body of the 401 to a bad token, which nobody has published; also `empty`.',
    values: ['error', 'message', 'html'],
    free: true,
    hostile: ['message', 'empty', 'html'],
  },
  notFoundBody: {
    about: 'The body of a 404; all three are published.',
    values: ['message', 'error', 'empty'],
  },
  listOrder: {
    about: 'Order of customers, contacts, assets and alerts: as usual here, or the other way round.',
    values: ['usual', 'reversed'],
  },
  commentOrder: {
    about: 'Order of a ticket’s comments when none is asked for; seen newest first.',
    values: ['newest', 'oldest'],
  },
  alertAutomation: {
    about: 'Whether an automation of the account opens a ticket for each alert that does not forbid it.',
    values: ['off', 'on'],
  },
  ticketOrder: { about: 'Order of GET /tickets.', values: ['newest', 'updated', 'oldest'] },
  searchLagSeconds: {
    about: 'How long a new ticket stays out of lists and searches.',
    values: ['0'],
    free: true,
    hostile: ['20', '90', '600'],
  },
  clockSkewSeconds: {
    about: 'By how much the vendor’s clock runs ahead of ours; may be negative.',
    values: ['0'],
    free: true,
    hostile: ['120', '-120'],
  },
  afterBoundary: {
    about: 'Whether created_after and its like include the moment itself.',
    values: ['inclusive', 'exclusive'],
  },
  plainDates: { about: 'What a plain date in created_after means.', values: ['midnight', 'ignored'] },
  ticketQuery: {
    about: 'What `query` finds tickets by.',
    values: ['subject-and-first-comment', 'subject', 'nothing'],
  },
  listComments: {
    about: 'Comments in ticket lists without all_comments; all until 2026-03-11.',
    values: ['initial', 'all'],
  },
  commentMovesStatus: {
    about: 'Whether a comment’s subject can move the ticket’s status.',
    values: ['on', 'off'],
  },
  commentGuard: {
    about: 'Permissions for a comment: Tickets - Edit, that or Ticket Comments - New, or both.',
    values: ['edit', 'either', 'both'],
  },
  worksheetGuard: {
    about: 'Worksheet writes need Tickets - View Details, or also the Ticket Worksheets permission.',
    values: ['documented', 'strict'],
  },
  deletedReads: { about: 'What a deleted record reads back as.', values: ['404', 'null'] },
  deleteCascade: {
    about: 'Whether a deleted customer takes its tickets and assets along.',
    values: ['on', 'off'],
  },
  unknownCustomer: { about: 'POST /tickets for a customer that is not there.', values: ['404', '422'] },
  loginPage: {
    about: 'on: every answer is the login page with status 200, as from a wrong subdomain.',
    values: ['off'],
    free: true,
  },
  statuses: {
    about: 'The account’s ticket statuses, separated by commas.',
    values: [
      'New,In Progress,Resolved,Invoiced,Waiting for Parts,Waiting on Customer,Scheduled,Customer Reply',
    ],
    free: true,
  },
  priorities: {
    about: 'The account’s priorities.',
    values: [',0 Urgent,1 High,2 Normal,3 Low', 'Urgent,High,Normal,Low'],
    free: true,
  },
  problemTypes: {
    about: 'The account’s problem types.',
    values: ['Virus,TuneUp,Hardware,Software,Other'],
    free: true,
  },
  lastCustomer: {
    about: 'Hours until the newest customer is entered here: elsewhere it may be protected already.',
    values: ['0'],
    free: true,
    hostile: ['12'],
  },
}
