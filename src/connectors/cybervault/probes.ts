import type { ApiError } from '../../contract/api-error.ts'
import type { Client, Outcome } from '../../contract/client.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Page } from '../../contract/paging.ts'
import type { Probe, ProbeResult } from '../connector.ts'
import { getAction, listActions } from './actions.ts'
import { getReport, getReportContent, listControls, listFrameworks, listReports } from './compliance.ts'
import {
  createIncident,
  getIncident,
  listIncidentActions,
  listIncidents,
  listThreatIncidents,
  listTimeline,
} from './incidents.ts'
import { type Environment, environmentOf, kindOf } from './keys.ts'
import { mendOf } from './mending.ts'
import { getHealth, isProduction } from './system.ts'
import { analyzeThreat, getThreat, listThreats } from './threats.ts'

/** What doctor asks: whose key it is, what it may, and every call that reads, in each form. Nothing is ever written. */

const once = { attempts: 1 } as const
/** Paging parameters are not part of an operation's own query. */
const one = { limit: 1 } as never

const key: Probe = {
  name: 'key and tenant',
  operation: getHealth,
  async run(client) {
    const outcome = await client.try(getHealth, {}, once)
    if (!outcome.ok) return broken(outcome.error)
    const { value } = outcome.answer
    const detail = `tenant ${value.tenant_id}, ${value.environment ?? 'unknown environment'}, ${value.status ?? 'unknown status'}`
    const mend = remark(client, isProduction(value) ? 'production' : 'sandbox', value.status)
    return mend === undefined ? { state: 'ok', detail } : { state: 'warn', detail, mend }
  },
}

function remark(
  client: Client,
  environment: Environment,
  status: string | null | undefined,
): string | undefined {
  const kind = kindOf(client.settings['apiKey'] ?? '')
  if (kind !== undefined && environmentOf(kind) !== environment)
    return `A cv_${kind}_sk_ key should lead to ${environmentOf(kind)}: check the base URL.`
  if (kind === 'test')
    return 'A test key finds mock data only: use a cv_live_sk_ or cv_read_sk_ key to watch the tenant.'
  if (kind === 'read')
    return 'The key can only read: analysis and response are not available. Use a cv_live_sk_ key for these.'
  if ((client.settings['customer'] ?? '') === '')
    return 'Say which customer this tenant is, in the setting "customer".'
  return status?.toLowerCase() === 'operational'
    ? undefined
    : 'The platform is not fully operational: see its status page.'
}

/**
 * Scopes are told nowhere. A request without a body can never succeed, and the scope is looked at before the body: 400
 * says that the scope is held, 403 that it is not.
 */
function scope(name: string, operation: Operation, missing: string): Probe {
  return {
    name,
    operation,
    async run(client) {
      if (kindOf(client.settings['apiKey'] ?? '') === 'read')
        return { state: 'skip', detail: 'a read-only key never holds it' }
      const outcome = await client.try(operation, { body: {} as never }, once) // not a valid body, on purpose
      if (outcome.ok)
        return { state: 'warn', detail: 'an empty request was accepted: nothing can be told from that' }
      const { error } = outcome
      if (error.status === 400)
        return { state: 'ok', detail: `held: an empty request is refused as empty (${error.code})` }
      if (error.status !== 403) return failed(error)
      return {
        state: 'warn',
        detail: error.line,
        mend: `The key lacks ${name}. ${missing} In the dashboard: Settings, API Keys.`,
      }
    },
  }
}

const notOffered: ProbeResult = { state: 'skip', detail: 'this tenant does not offer it' }

function failed(error: ApiError): ProbeResult {
  return error.code === 'endpoint_not_found' ? notOffered : broken(error)
}

function broken(error: ApiError): ProbeResult {
  return { state: 'fail', detail: error.line, ...mendOf(error) }
}

type Ask = (client: Client) => Promise<Outcome<unknown> | undefined>

function reads(name: string, operation: Operation, ask: Ask): Probe {
  return {
    name,
    operation,
    async run(client) {
      const outcome = await ask(client)
      if (outcome === undefined) return { state: 'skip', detail: 'there is nothing to ask for yet' }
      if (!outcome.ok) return failed(outcome.error)
      const { value } = outcome.answer
      const rows =
        typeof value === 'object' && value !== null && 'rows' in value
          ? (value as Page<unknown>).rows
          : undefined
      return {
        state: 'ok',
        detail: rows === undefined ? 'answers' : `answers, ${rows.length} rows on the page`,
      }
    },
  }
}

/** The next call needs an id that this one shows; a failure is that probe's own news. */
async function first<R>(outcome: Promise<Outcome<Page<R>>>): Promise<R | undefined> {
  const found = await outcome
  return found.ok ? found.answer.value.rows[0] : undefined
}

const someThreat = async (client: Client) =>
  (await first(client.try(listThreats, { query: one }, once)))?.assessment_id
const someIncident = async (client: Client) =>
  (await first(client.try(listIncidents, { query: one }, once)))?.incident_id
const someAction = async (client: Client) =>
  (await first(client.try(listActions, { query: one }, once)))?.action_id
const someReport = async (client: Client) =>
  (await first(client.try(listReports, { query: one }, once)))?.report_id
const someFramework = async (client: Client) =>
  (await first(client.try(listFrameworks, { query: one }, once)))?.framework_id

async function secondPage(client: Client): Promise<Outcome<unknown> | undefined> {
  const outcome = await client.try(listThreats, { query: one }, once)
  if (!outcome.ok) return outcome
  const { next } = outcome.answer.value
  return next && client.try(listThreats, { query: next }, once)
}

async function withId<T>(id: Promise<T | undefined>, ask: (id: T) => ReturnType<Ask>): ReturnType<Ask> {
  const found = await id
  return found === undefined ? undefined : ask(found)
}

const changes = { sort: 'updated_at:asc', filter: '{"updated_at":{"gte":"2020-01-01T00:00:00Z"}}' }

export const probes: readonly Probe[] = [
  key,
  reads('threat:read', listThreats, (client) => client.try(listThreats, { query: one }, once)),
  scope(
    'threat:write',
    analyzeThreat,
    'The vendor’s own quick start leaves it out, and POST /v3/threats/analyze needs it.',
  ),
  reads('response:read', listIncidents, (client) => client.try(listIncidents, { query: one }, once)),
  scope('response:write', createIncident, 'Without it incidents and response actions cannot be written.'),
  reads('compliance:read', listFrameworks, (client) => client.try(listFrameworks, { query: one }, once)),
  reads('threats, newest first', listThreats, (client) =>
    client.try(listThreats, { query: { sort: 'created_at:desc' } }, once),
  ),
  reads('threats by change', listThreats, (client) => client.try(listThreats, { query: changes }, once)),
  reads('threats, second page', listThreats, secondPage),
  reads('one threat', getThreat, (client) =>
    withId(someThreat(client), (assessment_id) => client.try(getThreat, { params: { assessment_id } }, once)),
  ),
  reads('incidents of a threat', listThreatIncidents, (client) =>
    withId(someThreat(client), (assessment_id) =>
      client.try(listThreatIncidents, { params: { assessment_id } }, once),
    ),
  ),
  reads('incidents by change', listIncidents, (client) =>
    client.try(listIncidents, { query: changes }, once),
  ),
  reads('one incident', getIncident, (client) =>
    withId(someIncident(client), (incident_id) => client.try(getIncident, { params: { incident_id } }, once)),
  ),
  reads('timeline', listTimeline, (client) =>
    withId(someIncident(client), (incident_id) =>
      client.try(listTimeline, { params: { incident_id } }, once),
    ),
  ),
  reads('actions of an incident', listIncidentActions, (client) =>
    withId(someIncident(client), (incident_id) =>
      client.try(listIncidentActions, { params: { incident_id } }, once),
    ),
  ),
  reads('response actions', listActions, (client) => client.try(listActions, { query: one }, once)),
  reads('one response action', getAction, (client) =>
    withId(someAction(client), (action_id) => client.try(getAction, { params: { action_id } }, once)),
  ),
  reads('controls', listControls, (client) =>
    withId(someFramework(client), (framework_id) =>
      client.try(listControls, { params: { framework_id } }, once),
    ),
  ),
  reads('reports', listReports, (client) => client.try(listReports, { query: one }, once)),
  reads('one report', getReport, (client) =>
    withId(someReport(client), (report_id) => client.try(getReport, { params: { report_id } }, once)),
  ),
  reads('content of a report', getReportContent, (client) =>
    withId(someReport(client), (report_id) => client.try(getReportContent, { params: { report_id } }, once)),
  ),
]
