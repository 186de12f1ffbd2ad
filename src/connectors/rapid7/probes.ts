import { ApiError } from '../../contract/api-error.ts'
import type { CallOptions, Client } from '../../contract/client.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Page } from '../../contract/paging.ts'
import type { Probe, ProbeResult } from '../connector.ts'
import { account } from './account.ts'
import { attachments } from './attachments.ts'
import { audit } from './audit.ts'
import { comments } from './comments.ts'
import { entities } from './entities.ts'
import { health } from './health.ts'
import { investigationAlerts } from './investigation-alerts.ts'
import { investigations } from './investigations.ts'
import { investigationsV1 } from './investigations-v1.ts'
import { logManagement } from './log-management.ts'
import { logQuery } from './log-query.ts'
import { searchLogs } from './log-search.ts'
import { logUsage } from './log-usage.ts'
import { mendOf, regionOfKey } from './mend.ts'
import { platform } from './platform.ts'
import { plainRegion } from './regions.ts'
import { siemAlerts } from './siem-alerts.ts'
import { webhooks } from './webhooks.ts'

/** What doctor asks of a real connection: the key and its region, whose data it reaches, then every endpoint that reads. */
type Ask = (client: Client, options: CallOptions) => Promise<string | undefined>

const one = { index: 0, size: 1 } as never // paging parameters are not part of an operation's own query

export const probes: readonly Probe[] = [
  { name: 'key and region', operation: platform.validate, run: askKey },
  { name: 'organizations', operation: account.managedOrganizations, run: askOrganizations },
  probe(
    'validate, by POST',
    platform.validatePost,
    async (client) => (await client.call(platform.validatePost)).message,
  ),
  probe('gateway', platform.root, async (client, options) => {
    const outcome = await client.try(platform.root, {}, options)
    if (!outcome.ok) throw outcome.error
    const limit = outcome.answer.headers.get('ratelimit-limit')
    return limit === null ? 'answers, without rate limit headers' : `answers, ${limit} requests a window`
  }),
  probe('products', account.products, rows(account.products)),
  optional('organizations of the key', account.organizations, rows(account.organizations)),
  probe('investigations', investigations.list, rows(investigations.list, one)),
  probe('search of investigations', investigations.search, async (client, options) =>
    told((await client.call(investigations.search, { query: one, body: {} }, options)).total),
  ),
  probe('investigation by name', investigations.get, async (client, options) => {
    const id = await firstInvestigation(client, options)
    return id && ((await client.call(investigations.get, { params: { id } }, options)).title ?? 'answers')
  }),
  probe('alerts of an investigation', investigationAlerts.list, async (client, options) => {
    const id = await firstInvestigation(client, options)
    return (
      id && told((await client.call(investigationAlerts.list, { params: { id }, query: one }, options)).total)
    )
  }),
  optional('product alerts', investigationAlerts.productAlerts, async (client, options) => {
    const id = await firstInvestigation(client, options)
    return (
      id &&
      told((await client.call(investigationAlerts.productAlerts, { params: { id } }, options)).rows.length)
    )
  }),
  probe('investigations, version 1', investigationsV1.list, rows(investigationsV1.list, one)),
  optional('comments', comments.list, ofTarget(comments.list)),
  optional('attachments', attachments.list, ofTarget(attachments.list)),
  optional('assets', entities.searchAssets, found(entities.searchAssets)),
  optional('users', entities.searchUsers, found(entities.searchUsers)),
  optional('accounts', entities.searchAccounts, found(entities.searchAccounts)),
  optional('local accounts', entities.searchLocalAccounts, found(entities.searchLocalAccounts)),
  optional('health metrics', health.list, rows(health.list, one)),
  optional('cloud webhooks', webhooks.list, rows(webhooks.list, one)),
  optional('SIEM alerts', siemAlerts.search, async (client, options) =>
    told((await client.call(siemAlerts.search, { query: one, body: { search: longAgo } }, options)).total),
  ),
  optional('logs', logManagement.logs, rows(logManagement.logs)),
  optional('log sets', logManagement.logsets, rows(logManagement.logsets)),
  optional('search in a log', logQuery.logs, async (client, options) => {
    const [log] = (await client.call(logManagement.logs, {}, options)).rows
    if (log === undefined) return undefined
    const input = { params: { ids: log.id }, query: { time_range: 'last 1 hour', per_page: 1 } }
    for await (const { result } of searchLogs(client, logQuery.logs, logQuery.poll, input, options))
      return `${result.events?.length ?? 0} events of ${log.name ?? log.id}`
    return undefined
  }),
  optional('log volume', logUsage.organization, async (client, options) => {
    const { per_day_usage } = await client.call(
      logUsage.organization,
      { query: { time_range: 'last 7 days' } },
      options,
    )
    return `${per_day_usage.usage.length} days`
  }),
  optional('audit logs', audit.logs, rows(audit.logs)),
]

/** A window of the past: the shape counts, not the rows. */
const longAgo = { start_time: '2026-01-01T00:00:00Z', end_time: '2026-01-02T00:00:00Z' }

/** 401 in this region: the other regions are asked, so that a wrong region is told from a dead key. */
async function askKey(client: Client): Promise<ProbeResult> {
  const outcome = await client.try(platform.validate)
  const region = client.settings['region'] ?? 'us'
  if (outcome.ok) return { state: 'ok', detail: `the key is good in region ${region}` }
  if (outcome.error.status !== 401) return failed(outcome.error, region)
  const home = await regionOfKey(client)
  if (home === undefined) return failed(outcome.error, region)
  const detail = `the key is not known in region ${region}, but in ${home}`
  return { state: 'fail', detail, mend: `Set region to ${home}: the key and its data live there.` }
}

/** Whose data the key reaches, and whether all of it is in this region. */
async function askOrganizations(client: Client): Promise<ProbeResult> {
  const region = client.settings['region'] ?? 'us'
  return attempt(client, async () => {
    if (!client.settings['organizationId']) {
      const page = await client.call(account.products)
      return `${new Set(page.rows.map((row) => row.organization_id)).size} organizations by their products`
    }
    const page = await client.call(account.managedOrganizations)
    const elsewhere = page.rows.filter((row) => row.region && plainRegion(row.region) !== region)
    if (elsewhere.length === 0) return `${page.total ?? page.rows.length} managed organizations`
    const names = elsewhere.map((row) => `${row.name} (${row.region})`).join(', ')
    const detail = `${elsewhere.length} of ${page.rows.length} managed organizations live in other regions: ${names}`
    return { state: 'warn', detail, mend: 'Add a connection for each of these regions, with the same key.' }
  })
}

async function firstInvestigation(client: Client, options: CallOptions): Promise<string | undefined> {
  const page = await client.call(investigations.list, { query: one }, options)
  return page.rows[0]?.rrn
}

function rows(op: Operation, query?: never): Ask {
  return async (client, options) => {
    const page = (await client.call(op, query === undefined ? {} : { query }, options)) as Page<unknown> // lists only
    return told(page.total ?? page.rows.length)
  }
}

function found(op: Operation): Ask {
  return async (client, options) => {
    const page = (await client.call(op, { query: one, body: {} as never }, options)) as Page<unknown> // lists only
    return told(page.total ?? page.rows.length)
  }
}

function ofTarget(op: Operation): Ask {
  return async (client, options) => {
    const target = await firstInvestigation(client, options)
    if (target === undefined) return undefined
    const page = (await client.call(op, { query: { target } as never }, options)) as Page<unknown> // lists only
    return told(page.total ?? page.rows.length)
  }
}

function told(count: number | undefined): string {
  return count === undefined ? 'answers' : `${count} rows`
}

function probe(name: string, operation: Operation, ask: Ask, missing = false): Probe {
  return { name, operation, run: (client) => attempt(client, (options) => ask(client, options), missing) }
}

/** What an organization need not have: 404 means that it does not. */
function optional(name: string, operation: Operation, ask: Ask): Probe {
  return probe(name, operation, ask, true)
}

async function attempt(
  client: Client,
  ask: (options: CallOptions) => Promise<string | ProbeResult | undefined>,
  missing = false,
): Promise<ProbeResult> {
  try {
    const said = await ask({})
    if (said === undefined) return { state: 'skip', detail: 'there is nothing to ask for yet' }
    return typeof said === 'string' ? { state: 'ok', detail: said } : said
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (missing && error.status === 404)
      return { state: 'skip', detail: 'not offered here; nothing is read from it' }
    if (missing && error.status === 403)
      return { state: 'warn', detail: error.line, mend: mendOf(error, client.settings['region'] ?? 'us') }
    return failed(error, client.settings['region'] ?? 'us')
  }
}

function failed(error: ApiError, region: string): ProbeResult {
  return { state: 'fail', detail: error.line, mend: mendOf(error, region) }
}
