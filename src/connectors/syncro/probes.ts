import type { ApiError } from '../../contract/api-error.ts'
import type { Client, Outcome } from '../../contract/client.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Probe, ProbeResult } from '../connector.ts'
import { alerts } from './alerts.ts'
import { assets } from './assets.ts'
import { comments } from './comments.ts'
import { contacts } from './contacts.ts'
import { customers, phones } from './customers.ts'
import { forms } from './forms.ts'
import type { integrationPermissions } from './permissions.ts'
import { search } from './search.ts'
import { settings } from './settings.ts'
import { tickets } from './tickets.ts'
import { me, users } from './users.ts'
import { worksheets } from './worksheets.ts'

type IntegrationPermission = (typeof integrationPermissions)[number]

type Ask = (client: Client) => Promise<Outcome<unknown>>

const once = { attempts: 1 } as const
const nobody = { params: { id: 0 } }
const noSheet = { params: { ticket_id: 0, id: 0 } }

/** The address and the token together: nothing else can be asked before this passes. */
const address: Probe = {
  name: 'address and token',
  operation: me.get,
  async run(client) {
    const read = await client.try(me.get, {}, once)
    // The answer holds the token itself: only the name is shown.
    if (read.ok)
      return { state: 'ok', detail: `the token of ${read.answer.value.user_name ?? 'an unnamed user'}` }
    const { error } = read
    const detail = error.line
    if (error.status === 401 || error.status === 403) {
      return {
        state: 'fail',
        detail,
        mend: `The token is wrong, expired or deleted: make a new one. ${where}`,
      }
    }
    if (['enotfound', 'redirect', 'html_body', 'not_found'].includes(error.code)) {
      const mend =
        'Check the subdomain: the part before .syncromsp.com in the address of your Syncro dashboard.'
      return { state: 'fail', detail, mend }
    }
    return { state: 'fail', detail }
  },
}

const where = 'In Syncro: Admin → API Tokens (or your e-mail address → Profile/Password → API Tokens).'

/** Reads that need no permission, or one that another probe names. */
const reads: [string, Operation, Ask][] = [
  ['account settings', settings.account, (client) => client.try(settings.account, {}, once)],
  ['ticket settings', settings.tickets, (client) => client.try(settings.tickets, {}, once)],
  ['technicians', users.list, (client) => client.try(users.list, {}, once)],
  ['contacts', contacts.list, (client) => client.try(contacts.list, {}, once)],
  ['telephone numbers', phones.list, (client) => client.try(phones.list, nobody, once)],
  ['comments', comments.list, (client) => client.try(comments.list, nobody, once)],
  [
    'worksheets',
    worksheets.list,
    (client) => client.try(worksheets.list, { params: { ticket_id: 0 } }, once),
  ],
  ['search', search.all, (client) => client.try(search.all, { query: { query: 'watchfloor' } }, once)],
]

/** A call that shows the permission and can change nothing, or why there is none. */
const asks: Record<IntegrationPermission, [Operation, Ask] | [Operation, string]> = {
  'Assets - View Details': [assets.get, (client) => client.try(assets.get, nobody, once)],
  'Assets - List/Search': [assets.list, (client) => client.try(assets.list, {}, once)],
  'Contacts - Import': [contacts.list, 'the API has no import; the vendor’s guide asks for it all the same'],
  'Customers - List/Search': [customers.list, (client) => client.try(customers.list, {}, once)],
  'Customers - View Detail': [customers.get, (client) => client.try(customers.get, nobody, once)],
  'Tickets - List/Search': [tickets.list, (client) => client.try(tickets.list, {}, once)],
  'Tickets - View Details': [tickets.get, (client) => client.try(tickets.get, nobody, once)],
  // Without a customer the vendor refuses with 422, and opens nothing.
  'Tickets - Create': [tickets.create, (client) => client.try(tickets.create, { body: {} }, once)],
  'Tickets - Edit': [tickets.update, (client) => client.try(tickets.update, { ...nobody, body: {} }, once)],
  'Tickets - Delete': [tickets.delete, (client) => client.try(tickets.delete, nobody, once)],
  'Tickets - Merge': [tickets.update, 'the API has no merge; duplicates are linked and resolved instead'],
  'Ticket Comments - New': [
    comments.create,
    (client) => client.try(comments.create, { ...nobody, body: {} }, once),
  ],
  'Ticket Comments - Delete': [comments.list, 'the API cannot delete comments'],
  'Ticket Workflows - Manage': [forms.list, (client) => client.try(forms.list, {}, once)],
  'Ticket Worksheets - Add': [
    worksheets.create,
    (client) => client.try(worksheets.create, { params: { ticket_id: 0 }, body: {} }, once),
  ],
  'Ticket Worksheets - Manage': [
    worksheets.update,
    (client) => client.try(worksheets.update, { ...noSheet, body: {} }, once),
  ],
  'Ticket Worksheets - Delete': [worksheets.delete, (client) => client.try(worksheets.delete, noSheet, once)],
  'RMM Alerts - List': [alerts.list, (client) => client.try(alerts.list, {}, once)],
  'RMM Alerts - Create': [
    alerts.create,
    'every request might raise an alert: no refusal of POST /rmm_alerts is documented',
  ],
  'RMM Alerts - Delete': [alerts.delete, (client) => client.try(alerts.delete, nobody, once)],
  'RMM Alerts - Clear/Manage': [
    alerts.mute,
    (client) => client.try(alerts.mute, { ...nobody, body: {} }, once),
  ],
}

function permissionProbe(name: IntegrationPermission): Probe {
  const [operation, ask] = asks[name]
  return {
    name,
    operation,
    async run(client) {
      if (typeof ask === 'string') return { state: 'skip', detail: ask }
      return judge(operation, await ask(client), name)
    },
  }
}

/** 401 is a missing permission; 404 and 422 come after the permission was checked. */
function judge(
  operation: Operation,
  outcome: Outcome<unknown>,
  permission?: IntegrationPermission,
): ProbeResult {
  const call = `${operation.method} ${operation.path}`
  if (outcome.ok) return { state: 'ok', detail: `${call} answers` }
  const { error } = outcome
  if (error.status === 404 || error.status === 422) return { state: 'ok', detail: `${call} is permitted` }
  if (error.status === 429)
    return {
      state: 'warn',
      detail: error.line,
      mend: 'The address has used up its 180 requests a minute: ask again later.',
    }
  return { state: 'fail', detail: error.line, ...mendFor(error, operation, permission) }
}

/** Syncro's document guards some calls with another permission than the one that goes by their name: both are named. */
function mendFor(error: ApiError, operation: Operation, permission?: string): { mend?: string } {
  const named = operation.permission?.[0]
  if (error.code !== 'missing_permission' || named === undefined) return {}
  const both = [...new Set([permission ?? named, named])].map((name) => `"${name}"`).join(' and ')
  return { mend: `Tick ${both} for this token. ${where} Edit the token there; its value stays the same.` }
}

export const probes: readonly Probe[] = [
  address,
  ...(Object.keys(asks) as IntegrationPermission[]).map(permissionProbe), // the record's own keys
  ...reads.map(([name, operation, ask]): Probe => ({
    name,
    operation,
    run: async (client) => judge(operation, await ask(client)),
  })),
]
