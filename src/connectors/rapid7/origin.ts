import type { CallOptions, Client } from '../../contract/client.ts'
import { Walk } from '../../contract/walk.ts'
import type { WriteBackDraft } from '../../domain/ticket.ts'
import type { Origin } from '../connector.ts'
import { comments } from './comments.ts'
import { investigations } from './investigations.ts'
import { isOpen } from './investigations-feed.ts'

/**
 * An investigation whose ticket is resolved is closed with the technician's words. The comment goes first and is looked
 * for before it is sent; the PATCH may be repeated. Closing an investigation closes its alerts.
 */
export const origin: Origin = {
  feeds: ['investigations'],
  allowed: ({ writeBack }) => writeBack === 'on',

  async close(client, draft) {
    if (!(await isTold(client, draft))) {
      const body = { target: draft.findingId, body: draft.comment }
      const said = await client.try(comments.create, { body }, optionsFor(client, draft))
      if (!said.ok) return said
    }
    const params = { id: draft.findingId }
    const body = { status: 'CLOSED', ...dispositionOf(draft) }
    return client.try(investigations.update, { params, body }, optionsFor(client, draft))
  },

  async closed(client, draft) {
    const params = { id: draft.findingId }
    const found = await client.call(investigations.get, { params }, optionsFor(client, draft))
    return !isOpen(found) && (await isTold(client, draft))
  },
}

async function isTold(client: Client, draft: WriteBackDraft): Promise<boolean> {
  const query = { target: draft.findingId }
  const walk = new Walk(client, comments.list, { query }, (row) => row.rrn, optionsFor(client, draft))
  for await (const page of walk.pages())
    if (page.rows.some((row) => row.body?.includes(draft.marker) === true)) return true
  return false
}

/** Without a word from the customer's policy the disposition stays as the analysts left it. */
function dispositionOf({ disposition }: WriteBackDraft): { disposition?: string } {
  return disposition === undefined ? {} : { disposition: disposition.toUpperCase() }
}

/** A multi-tenant key names the organization with every request. */
function optionsFor({ settings }: Client, { customerId }: WriteBackDraft): CallOptions {
  const scope = settings['organizationId'] && customerId !== null ? { organizationId: customerId } : undefined
  return { priority: 'write', ...(scope && { settings: scope }) }
}
