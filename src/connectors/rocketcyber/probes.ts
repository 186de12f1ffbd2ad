import { ApiError } from '../../contract/api-error.ts'
import type { Client } from '../../contract/client.ts'
import type { Probe, ProbeResult } from '../connector.ts'
import { accountIdOf, getAccount, getAccountById, listAccounts } from './accounts.ts'
import { getAgent, listAgents } from './agents.ts'
import { listApps } from './apps.ts'
import { getDefender } from './defender.ts'
import { listEvents, summarizeEvents } from './events.ts'
import { listFirewalls } from './firewalls.ts'
import { getIncident, listIncidents } from './incidents.ts'
import { getOffice } from './office.ts'
import { getReport } from './reports.ts'
import { getSuppressionRule, listSuppressionRules } from './suppression.ts'

/** What doctor asks of a real connection: the key, then every endpoint in each form that some document shows. */
type Ask = (client: Client) => Promise<string | undefined>

const one = { page: 1, pageSize: 1 } as never // paging parameters are not part of an operation's own query

async function firstAccount(client: Client): Promise<number | undefined> {
  const [first] = (await client.call(getAccount)).customers ?? []
  const found = typeof first === 'object' ? accountIdOf(first) : first
  return found === undefined ? undefined : Number(found)
}

const key: Ask = async (client) => {
  const account = await client.call(getAccount)
  return `the key belongs to ${account.name}, with ${account.customers?.length ?? 0} customers`
}

export const probes: readonly Probe[] = [
  real('key', getAccount, key),
  real('account of a customer', getAccount, async (client) => {
    const accountId = await firstAccount(client)
    if (accountId === undefined) return undefined
    return `${(await client.call(getAccount, { query: { accountId } })).name} answers`
  }),
  real('agents', listAgents, async (client) => rows((await client.call(listAgents, { query: one })).total)),
  real('incidents', listIncidents, async (client) =>
    rows((await client.call(listIncidents, { query: one })).total),
  ),
  real('incident by number', listIncidents, async (client) => {
    const [first] = (await client.call(listIncidents, { query: one })).rows
    if (first === undefined) return undefined
    const page = await client.call(listIncidents, { query: { id: [Number(first.id)] } })
    return page.rows.some((row) => row.id === first.id)
      ? 'the filter hands back the right one'
      : 'the filter hands back another one; numbers are matched, so nothing is mixed up'
  }),
  real('events', listEvents, async (client) => {
    const [app] = (await client.call(listApps)).rows
    if (app === undefined) return undefined
    const page = await client.call(listEvents, { query: { ...(one as object), appId: Number(app.id) } })
    return rows(page.total)
  }),
  real('events summary', summarizeEvents, async (client) =>
    rows((await client.call(summarizeEvents)).rows.length),
  ),
  real('apps', listApps, async (client) => rows((await client.call(listApps)).rows.length)),
  real('defender', getDefender, async (client) => {
    const accountId = await firstAccount(client)
    if (accountId === undefined) return undefined
    return `${(await client.call(getDefender, { query: { accountId } })).totalDevices ?? 'an unknown number of'} devices`
  }),
  real('firewalls', listFirewalls, async (client) =>
    rows((await client.call(listFirewalls, { query: one })).total),
  ),
  real('office', getOffice, async (client) => {
    const accountId = await firstAccount(client)
    if (accountId === undefined) return undefined
    await client.call(getOffice, { query: { accountId } })
    return 'answers'
  }),
  real('suppression rules', listSuppressionRules, async (client) =>
    rows((await client.call(listSuppressionRules)).rows.length),
  ),
  real('suppression rule', getSuppressionRule, async (client) => {
    const [rule] = (await client.call(listSuppressionRules)).rows
    if (rule === undefined) return undefined
    return (await client.call(getSuppressionRule, { params: { ruleId: rule.ruleId } })).ruleName ?? 'answers'
  }),
  real('report', getReport, async (client) => {
    // A span of the distant past: the shape counts, not the rows.
    const text = await client.call(getReport, {
      query: { fileType: 'csv', itemType: 'incidents', dates: '2000-01-01|2000-01-02' },
    })
    return `${text.split('\n').length} lines`
  }),
  seed('accounts, seed form', listAccounts, async (client) => rows((await client.call(listAccounts)).total)),
  seed('account by id, seed form', getAccountById, async (client) => {
    const id = await firstAccount(client)
    return id === undefined ? undefined : (await client.call(getAccountById, { params: { id } })).name
  }),
  seed('incident by id, seed form', getIncident, async (client) => {
    const [first] = (await client.call(listIncidents, { query: one })).rows
    return first === undefined ? undefined : (await client.call(getIncident, { params: { id: first.id } })).id
  }),
  seed('agent by id, seed form', getAgent, async (client) => {
    const [first] = (await client.call(listAgents, { query: one })).rows
    return first === undefined ? undefined : (await client.call(getAgent, { params: { id: first.id } })).id
  }),
]

function rows(count: number | undefined): string {
  return count === undefined ? 'answers' : `${count} rows`
}

function real(name: string, operation: Probe['operation'], ask: Ask): Probe {
  return { name, operation, run: (client) => attempt(client, ask, failed) }
}

/** These paths stand in the seed document only; that they are missing is what the other documents lead to expect. */
function seed(name: string, operation: Probe['operation'], ask: Ask): Probe {
  return {
    name,
    operation,
    run: (client) =>
      attempt(client, ask, (error) =>
        error.status === 404
          ? { state: 'skip', detail: 'not served here; the documented form is used' }
          : failed(error),
      ),
  }
}

async function attempt(
  client: Client,
  ask: Ask,
  onError: (error: ApiError) => ProbeResult,
): Promise<ProbeResult> {
  try {
    const detail = await ask(client)
    return detail === undefined
      ? { state: 'skip', detail: 'there is nothing to ask for yet' }
      : { state: 'ok', detail }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const region = client.settings['region'] ?? 'us'
    return withMend(onError(error), error, region)
  }
}

function failed(error: ApiError): ProbeResult {
  return { state: 'fail', detail: error.line }
}

function withMend(result: ProbeResult, error: ApiError, region: string): ProbeResult {
  if (result.state !== 'fail') return result
  return { ...result, mend: mendOf(error, region) }
}

function mendOf(error: ApiError, region: string): string {
  const other = region === 'us' ? 'eu' : 'us'
  if (error.status === 401) {
    return `A good key on the wrong region answers 401 too: try region ${other}. Else make a new key in Provider Settings, tab RocketCyber API; the old one must be destroyed first.`
  }
  if (error.status === 403)
    return 'The provider account lacks the subscription for this: check it with your Kaseya account manager.'
  if (error.status === 404)
    return 'The vendor does not serve this path here: check the base URL (it ends in /v3); reading goes on without it.'
  if (error.status === 429) return 'The vendor throttles the key: see who else uses it, then wait a minute.'
  if (error.status === 400)
    return 'The vendor refuses the parameters: its interface may have changed. Please report this line.'
  return 'The vendor or the way to it is in trouble: try again in some minutes.'
}
