import type { Contract } from '../contract/contract.ts'
import { type ErrorHabit, readAnyError } from '../contract/errors.ts'
import { Refusal } from '../contract/refusal.ts'
import { budgets } from './operations/budgets.ts'
import { cases } from './operations/cases.ts'
import { coverage } from './operations/coverage.ts'
import { customers } from './operations/customers.ts'
import { deadLetters } from './operations/dead-letters.ts'
import { deliveries } from './operations/deliveries.ts'
import { health } from './operations/health.ts'
import { records } from './operations/records.ts'
import { mapping } from './operations/mapping.ts'
import { runs } from './operations/runs.ts'
import { tasks } from './operations/tasks.ts'
import { tenants } from './operations/tenants.ts'
import { tickets } from './operations/tickets.ts'

/** One envelope for every "no", its four members always present. `docs_url` leads to a page that we serve ourselves. */
function errors(origin: string): ErrorHabit {
  return {
    read: readAnyError,
    write: ({ code, message, fields }, { requestId }) => ({
      error: {
        code,
        message,
        request_id: requestId,
        docs_url: `${origin}/errors/${code}`,
        ...(fields.length > 0 && { details: fields }),
      },
    }),
  }
}

/**
 * Watchfloor's own API, in the language that the vendors' APIs are described in.
 *
 * In this release it only reads, and needs no key: it is served on the loopback interface alone, where whoever can
 * reach it can read the database file as well. Before it listens anywhere else it needs keys.
 */
export const contractAt = (origin: string): Contract => ({
  vendor: 'watchfloor',
  title: 'Watchfloor API',
  version: 'v3',
  about:
    'Cases, their tickets, and what has and has not been read. Reads only; served on this machine alone, without keys.',
  settings: [],
  base: () => `${origin}/v3`,
  arrays: 'comma',
  auth: {
    sign() {},
    find: () => 'local',
    refuse: () => new Refusal(401, 'missing_api_key', 'An API key is needed.'),
  },
  errors: errors(origin),
  limits: {
    pace: { scope: 'address', requests: 1000, windowMs: 1000, concurrency: 10 },
    heed: () => undefined,
    grant: () => undefined,
    refuse: () => new Refusal(429, 'rate_limited', 'Too many requests.'),
  },
  invalid(issues) {
    const message = issues.map(({ field, issue }) => `${field}: ${issue}`).join('; ')
    return new Refusal(400, 'invalid_parameter', message, { fields: issues })
  },
  wrongMethod: 405,
  switches: {},
  operations: {
    health: health.get,
    openapi: health.openapi,
    listCases: cases.list,
    getCase: cases.get,
    listTickets: tickets.list,
    listTasks: tasks.list,
    listDeliveries: deliveries.list,
    listCustomers: customers.list,
    listCoverage: coverage.list,
    listActivities: records.activities,
    listInventory: records.inventory,
    listSuggestions: mapping.suggestions,
    listMappingEvents: mapping.events,
    listTenants: tenants.list,
    getTenant: tenants.get,
    listRuns: runs.list,
    listDeadLetters: deadLetters.list,
    listBudgets: budgets.list,
  },
})
