import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import * as z from 'zod'

import type { Contract } from './contract.ts'
import { type Fit, fitOf } from './fit.ts'
import type { Operation } from './operation.ts'
import { Refusal } from './refusal.ts'
import type { RawQuery, WireRequest } from './wire.ts'

/** An operation as the server serves it. */
export interface Route {
  op: Operation
  query: z.ZodObject
  /** The same as plain functions, made when it is first asked. */
  fit: () => Fit
  /** Queries that came before and were good, by their text: the same few come again and again. */
  read: Map<string, ReadQuery>
}

export interface ReadQuery {
  raw: RawQuery
  query: Record<string, unknown>
}

const maxFoundPaths = 500

export interface Routes {
  byMethod: ReadonlyMap<string, SmartRouter<Route>>
  /** Where paths led that came before: the same ones come again and again. */
  found: Map<string, Match | undefined>
}

/** Paths without parameters go first, so that `/tickets/settings` is not a ticket's id. */
export function routesOf(contract: Contract): Routes {
  const routes = new Map<string, SmartRouter<Route>>()
  const holes = (op: Operation): number => op.path.split('{').length
  for (const op of Object.values(contract.operations).toSorted((a, b) => holes(a) - holes(b))) {
    const query = (op.query ?? z.object({})).extend(op.paging?.query ?? {})
    const router =
      routes.get(op.method) ?? new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
    const route = { op, query, fit: fitOfQuery(query), read: new Map() }
    router.add(op.method, pathOf(contract, op).replace(/\{(\w+)\}/g, ':$1'), route)
    routes.set(op.method, router)
  }
  return { byMethod: routes, found: new Map() }
}

/** A decoded query has no other fields than the schema's, in its order: what is loose hands on the same. */
function fitOfQuery(query: z.ZodObject): () => Fit {
  const simple = query.def.checks === undefined || query.def.checks.length === 0
  let fit: Fit | undefined
  return () => (fit ??= fitOf(simple ? z.looseObject(query.shape) : query))
}

function pathOf(contract: Contract, op: Operation): string {
  const surface = op.surface === undefined ? undefined : contract.surfaces?.[op.surface]
  return `${surface?.path ?? ''}${op.path}`
}

export interface Match {
  route: Route
  params: Record<string, string>
}

/** Where a request leads; a Refusal when that is nowhere. */
export function match(
  contract: Contract,
  routes: Routes,
  request: WireRequest,
  switches: Record<string, string>,
): Match {
  const found = lookFor(routes, request)
  if (found !== undefined) return found
  const { wrongMethod } = contract
  const status = typeof wrongMethod === 'function' ? wrongMethod(request.method, switches) : wrongMethod
  const others = [...routes.byMethod.keys()].filter(
    (method) => lookFor(routes, { ...request, method }) !== undefined,
  )
  if (others.length === 0 || status !== 405) throw notServed()
  throw new Refusal(405, 'method_not_allowed', 'Method not allowed', {
    headers: { allow: others.join(', ') },
  })
}

/** HEAD goes where GET goes. */
export function lookFor(routes: Routes, request: WireRequest): Match | undefined {
  const path = request.path.endsWith('/') ? bare(request.path) : request.path
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const name = `${method} ${path}`
  if (routes.found.has(name)) return routes.found.get(name)
  if (routes.found.size >= maxFoundPaths) routes.found.clear()
  const match = find(routes.byMethod.get(method), method, path)
  routes.found.set(name, match)
  return match
}

function bare(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

function find(router: SmartRouter<Route> | undefined, method: string, path: string): Match | undefined {
  if (!path.startsWith('/')) return undefined
  const [matches, stash] = router?.match(method, path) ?? [[]]
  const first = matches[0]
  if (first === undefined) return undefined
  const [route, found] = first
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(found)) {
    const text = typeof value === 'number' ? (stash as readonly string[] | undefined)?.[value] : value
    params[name] = decoded(text ?? '')
  }
  return { route, params }
}

export function notServed(): Refusal {
  return new Refusal(404, 'endpoint_not_found', 'Not found')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
