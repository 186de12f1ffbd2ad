import * as z from 'zod'

import type { Identity } from './auth.ts'
import { readJson } from './body.ts'
import type { Contract } from './contract.ts'
import { decodeBody } from './encoding.ts'
import { fitOf, unsure } from './fit.ts'
import { type LimitRule, SlidingWindow } from './limits.ts'
import { Listing, plainListing } from './listing.ts'
import type { Operation } from './operation.ts'
import { pageText } from './page-text.ts'
import { decodeQuery } from './query.ts'
import { Refusal } from './refusal.ts'
import { type ReadQuery, type Route, lookFor, match, notServed, routesOf } from './routes.ts'
import { type RawQuery, type WireAnswer, type WireRequest, parseSearch } from './wire.ts'

/** What a behaviour is given: a request that has passed authentication, limits, permission and validation. */
export interface Call {
  op: Operation
  params: Record<string, string>
  query: Record<string, unknown>
  /** Every parameter as sent, also those that the contract does not know. */
  raw: RawQuery
  body: unknown
  identity: Identity
  request: WireRequest
  requestId: string
  switches: Record<string, string>
  now: number
}

/**
 * What an operation does. Returns the answer's body, of a list all matching rows or a `Listing` of them (the
 * page is cut from it), or a `Reply` for anything else. A "no" is a thrown Refusal. The text of a frozen row is kept.
 */
export type Behaviour = (call: Call) => unknown

/** An answer that is not simply the success status with a JSON body. A string is sent as it is. */
export class Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface ServerParts {
  contract: Contract
  behaviours: Readonly<Record<string, Behaviour>>
  /** Who a key stands for, a Refusal when it is known but no longer good, undefined when it is unknown. */
  identify(key: string, request: WireRequest): Identity | Refusal | undefined
  now(): number
  switches: Record<string, string>
  /** Names a request; some vendors take the caller's own name for it. */
  newRequestId(request: WireRequest): string
  /** Further headers of every answer (a request id echoed, say). */
  headers?(request: WireRequest, requestId: string): Record<string, string>
}

const maxReadQueries = 200

/** The server half of a contract: authenticates, limits, routes, validates, and cuts pages by itself. */
export function createServer(parts: ServerParts): (request: WireRequest) => Promise<WireAnswer> {
  const { contract } = parts
  const routes = routesOf(contract)
  const windows: Windows = new Map()

  /** `headers` are those of every answer, also of a "no": the ones about the limit are known only on the way. */
  async function answer(
    request: WireRequest,
    requestId: string,
    headers: Record<string, string>,
  ): Promise<WireAnswer> {
    const now = parts.now()
    const refused = contract.refuse?.(request)
    if (refused !== undefined) throw refused
    const identity = authenticate(parts, request)
    Object.assign(headers, limit(contract, windows, request, identity, parts.switches, now))
    const { route, params } = match(contract, routes, request, parts.switches)
    if (contract.serves?.(route.op, parts.switches) === false) throw notServed()
    permit(contract, route.op, identity)
    const { raw, query } = readQuery(parts, route, request.search)
    const body = readBody(parts, route.op, request)
    const call: Call = {
      op: route.op,
      params,
      query,
      raw,
      body,
      identity,
      request,
      requestId,
      switches: parts.switches,
      now,
    }
    const behaviour = parts.behaviours[route.op.id]
    if (behaviour === undefined) throw new Error(`${contract.vendor}: ${route.op.id} has no behaviour`)
    return write(route.op, await behaviour(call), call)
  }

  function refuse(request: WireRequest, given: Refusal, requestId: string): WireAnswer {
    const refusal = contract.restate?.(given, request, parts.switches) ?? given
    const habit = lookFor(routes, request)?.route.op.errors ?? contract.errors
    const body = refusal.body ?? habit.write(refusal, { requestId, switches: parts.switches })
    return json(refusal.status, body, refusal.headers)
  }

  return async (request) => {
    const requestId = parts.newRequestId(request)
    const headers: Record<string, string> = {}
    const answered = await answer(request, requestId, headers).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      return refuse(request, error, requestId)
    })
    const body = request.method === 'HEAD' ? '' : answered.body
    Object.assign(answered.headers, headers, parts.headers?.(request, requestId))
    return { status: answered.status, headers: answered.headers, body }
  }
}

function authenticate(parts: ServerParts, request: WireRequest): Identity {
  const key = parts.contract.auth.find(request)
  const identity = key === undefined ? undefined : parts.identify(key, request)
  if (identity instanceof Refusal) throw identity
  if (identity === undefined) throw parts.contract.auth.refuse(key)
  return identity
}

function limit(
  contract: Contract,
  windows: Windows,
  request: WireRequest,
  identity: Identity,
  switches: Record<string, string>,
  now: number,
): Record<string, string> {
  const rule = contract.limits.grant(request, switches, identity)
  if (rule === undefined) return {}
  const window = windowOf(windows, rule.scope === 'address' ? request.ip : identity.name, rule)
  const waitMs = window.waitMs(rule, now)
  if (waitMs > 0) throw contract.limits.refuse(waitMs, switches, now)
  window.add(now)
  const state = {
    limit: rule.requests,
    remaining: rule.requests - window.count(),
    resetAt: resetOf(rule, now),
  }
  return contract.limits.headers?.(state, now, switches) ?? {}
}

/** What is counted together; somebody has one or two of them. */
interface Counted extends Pick<LimitRule, 'name' | 'requests' | 'windowMs'> {
  window: SlidingWindow
}

type Windows = Map<string, Counted[]>

function windowOf(windows: Windows, whose: string, { name, requests, windowMs }: LimitRule): SlidingWindow {
  let own = windows.get(whose)
  if (own === undefined) windows.set(whose, (own = []))
  for (const one of own)
    if (one.name === name && one.requests === requests && one.windowMs === windowMs) return one.window
  const window = new SlidingWindow()
  own.push({ ...(name !== undefined && { name }), requests, windowMs, window })
  return window
}

function resetOf({ windowMs, aligned }: LimitRule, now: number): number {
  return aligned === true ? now - (now % windowMs) + windowMs : now + windowMs
}

function permit(contract: Contract, op: Operation, identity: Identity): void {
  if (op.permission === undefined || identity.permissions === 'all') return
  const held = identity.permissions
  if (op.permission.some((permission) => held.has(permission))) return
  throw (
    contract.forbid?.(op) ??
    new Refusal(403, 'missing_permission', `the key lacks ${op.permission.join(' or ')}`)
  )
}

/** Behaviours are given the same object again, and leave it as it is. */
function readQuery(parts: ServerParts, route: Route, search: string): ReadQuery {
  const { op, query: schema, read } = route
  const known = read.get(search)
  if (known !== undefined) return known
  const raw = parseSearch(search)
  const given = decodeQuery(schema, raw)
  const fit = route.fit()(given)
  const query = (fit === unsure ? validated(parts, op, schema, given) : fit) as Record<string, unknown> // an object's output
  if (read.size >= maxReadQueries) read.clear()
  read.set(search, { raw, query })
  return { raw, query }
}

function readBody(parts: ServerParts, op: Operation, request: WireRequest): unknown {
  if (op.method === 'GET' || op.method === 'DELETE') return undefined
  const refused = parts.contract.refuseBody?.(request)
  if (refused !== undefined) throw refused
  if (op.body === undefined) return request.body
  const other = decodeBody(op, request)
  if (other !== undefined) return validated(parts, op, op.body, other)
  if (request.body === '') return validated(parts, op, op.body, {})
  const form = parts.contract.forms === true ? readForm(op.body, request) : undefined
  if (form !== undefined) return validated(parts, op, op.body, form)
  const body = readJson(request.body)
  if (!body.ok) throw new Refusal(400, 'invalid_json', 'the body is not valid JSON')
  // The body of a search is echoed nowhere: the order of its fields may stay.
  const fit = op.paging === undefined ? unsure : fitOf(op.body)(body.value)
  return fit === unsure ? validated(parts, op, op.body, body.value) : fit
}

/** A form's fields are texts: they are read as the schema's own types, just as a query is. */
function readForm(schema: z.ZodType, request: WireRequest): Record<string, unknown> | undefined {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type) || !(schema instanceof z.ZodObject))
    return undefined
  return decodeQuery(schema, parseSearch(request.body))
}

function validated(parts: ServerParts, op: Operation, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), issue: issue.message }))
  const message = fields.map(({ field, issue }) => `${field}: ${issue}`).join('; ')
  const refusal = parts.contract.invalid?.(fields, op, parts.switches)
  throw refusal ?? new Refusal(400, 'invalid_request', message, { fields })
}

function write(op: Operation, value: unknown, call: Call): WireAnswer {
  if (value instanceof Reply) return json(value.status, value.body, value.headers)
  if (op.paging === undefined) return json(op.status ?? 200, value)
  const given = value instanceof Listing ? value : plain(op, value)
  const listing = call.request.drift === undefined ? given : given.from(call.request.drift)
  const page = op.paging.write(listing.things, call.query, call.switches, call)
  return jsonText(op.status ?? 200, pageText(page, op.paging.rowsKeys, listing))
}

function plain(op: Operation, value: unknown): Listing {
  if (Array.isArray(value)) return plainListing(value)
  throw new Error(`${op.id}: a list's behaviour returns an array or a Listing`)
}

function json(status: number, body: unknown, headers?: Record<string, string>): WireAnswer {
  if (typeof body === 'string')
    return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
  return jsonText(status, body === undefined || status === 204 ? '' : JSON.stringify(body), headers)
}

function jsonText(status: number, body: string, headers?: Record<string, string>): WireAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }
}
