import type { Client } from '../../contract/client.ts'
import { Walk } from '../../contract/walk.ts'
import type { WriteBackDraft } from '../../domain/ticket.ts'
import type { Origin } from '../connector.ts'
import { createNote, getIncident, isOpenIncident, listTimeline, updateIncident } from './incidents.ts'

/**
 * An incident whose ticket is resolved is resolved with the technician's words. The note goes first and is looked for in
 * the timeline before it is sent. A PATCH to a status that it has already is refused as a wrong transition: read first.
 */
export const origin: Origin = {
  feeds: ['incidents'],
  allowed: ({ writeBack }) => writeBack === 'on',

  async close(client, draft) {
    const params = { incident_id: draft.findingId }
    if (!(await isTold(client, draft))) {
      const said = await client.try(createNote, { params, body: { body: draft.comment } }, write)
      if (!said.ok) return said
    }
    const read = await client.try(getIncident, { params }, write)
    if (!read.ok || !isOpenIncident(read.answer.value)) return read
    const body = { status: 'resolved' as const, ...resolutionOf(draft) }
    return client.try(updateIncident, { params, body }, write)
  },

  async closed(client, draft) {
    const found = await client.call(getIncident, { params: { incident_id: draft.findingId } }, write)
    return !isOpenIncident(found) && (await isTold(client, draft))
  },
}

const write = { priority: 'write' } as const

async function isTold(client: Client, draft: WriteBackDraft): Promise<boolean> {
  const params = { incident_id: draft.findingId }
  const walk = new Walk(client, listTimeline, { params }, (row) => row.id, write)
  for await (const page of walk.pages())
    if (page.rows.some((row) => row.message?.includes(draft.marker) === true)) return true
  return false
}

function resolutionOf({ disposition }: WriteBackDraft): { resolution?: 'true_positive' | 'benign' } {
  if (disposition === undefined) return {}
  return { resolution: disposition === 'malicious' ? 'true_positive' : 'benign' }
}
