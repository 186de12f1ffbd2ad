import type { ErrorHabit } from '../contract/errors.ts'
import { toOpenApi } from '../contract/openapi.ts'
import { Refusal } from '../contract/refusal.ts'
import { type Behaviour, type Call, Reply, createServer } from '../contract/server.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import type { Ask } from './ask.ts'
import { contractAt } from './contract.ts'
import * as budgets from './handlers/budgets.ts'
import * as cases from './handlers/cases.ts'
import * as coverage from './handlers/coverage.ts'
import * as customers from './handlers/customers.ts'
import * as deadLetters from './handlers/dead-letters.ts'
import * as deliveries from './handlers/deliveries.ts'
import * as health from './handlers/health.ts'
import * as records from './handlers/records.ts'
import * as mapping from './handlers/mapping.ts'
import * as runs from './handlers/runs.ts'
import * as tasks from './handlers/tasks.ts'
import * as tenants from './handlers/tenants.ts'
import * as tickets from './handlers/tickets.ts'

export interface ApiParts {
  /** `http://127.0.0.1:4400`, for the documents that name themselves. */
  origin: string
  /** A fresh one for every request. */
  ask(): Ask
  random(): number
  onError(error: unknown): void
}

/** Our API, under its base path: `/cases`, not `/v3/cases`. */
export function createApi(parts: ApiParts): (request: WireRequest) => Promise<WireAnswer> {
  const contract = contractAt(parts.origin)
  let requestId = ''
  const server = createServer({
    contract,
    behaviours: behaviours(parts),
    identify: () => ({ name: 'local', permissions: 'all' }),
    now: () => parts.ask().now,
    switches: {},
    // Asked for before the first await of each request, so it is that request's.
    newRequestId: () => requestId,
    headers: (_request, id) => ({ 'x-request-id': id, 'cache-control': 'no-store' }),
  })
  return async (request) => {
    const id = requestIdOf(request, parts.random)
    requestId = id
    try {
      return await server(request)
    } catch (error) {
      parts.onError(error)
      return broken(contract.errors, id)
    }
  }
}

function behaviours({ ask, origin }: ApiParts): Record<string, Behaviour> {
  // A list's page is cut by the store already; the queries have just passed the operations' schemas.
  const page = (list: (ask: Ask, query: never) => Promise<unknown>): Behaviour => {
    return async (call) => new Reply(200, await list(ask(), call.query as never))
  }
  return {
    'system.health': () => health.get(ask()),
    'system.openapi': () => toOpenApi(contractAt(origin), [`${origin}/v3`]),
    'cases.list': page(cases.list),
    'cases.get': (call: Call) => cases.get(ask(), call.params['id'] ?? ''),
    'tickets.list': page(tickets.list),
    'tasks.list': page(tasks.list),
    'deliveries.list': page(deliveries.list),
    'customers.list': page(customers.list),
    'coverage.list': page(coverage.list),
    'activities.list': page(records.activities),
    'inventory.list': page(records.inventory),
    'customers.suggestions': page(mapping.listSuggestions),
    'customers.events': page(mapping.listEvents),
    'tenants.list': page(tenants.list),
    'tenants.get': (call: Call) => tenants.get(ask(), call.params['id'] ?? ''),
    'runs.list': page(runs.list),
    'dead-letters.list': page(deadLetters.list),
    'budgets.list': page(budgets.list),
  }
}

/** The caller's own id when it is fit to be repeated, else a new one. */
function requestIdOf(request: WireRequest, random: () => number): string {
  const given = request.headers['x-request-id'] ?? ''
  if (/^[A-Za-z0-9._-]{1,128}$/.test(given)) return given
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return `req_${Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)] ?? 'a').join('')}`
}

function broken(errors: ErrorHabit, requestId: string): WireAnswer {
  const refusal = new Refusal(
    500,
    'internal_error',
    'Something went wrong here; the log of the program says what.',
  )
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId }
  return { status: 500, headers, body: JSON.stringify(errors.write(refusal, { requestId, switches: {} })) }
}
