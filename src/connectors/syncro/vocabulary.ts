import type { Client } from '../../contract/client.ts'
import { settings } from './settings.ts'
import { closed } from './tickets.ts'

/** What an account calls things: statuses, priorities, problem types and worksheets are its own. */

interface Words {
  priorities: string[]
  problemTypes: string[]
}

interface Sheet {
  id: number
  name: string
}

interface TicketWords {
  statuses: string[]
  worksheets: Sheet[]
}

/** Read once per client; a failed read is not kept. */
const words = new WeakMap<Client, Words>()
const ticketWords = new WeakMap<Client, TicketWords>()

/** Throws ApiError. */
export async function readWords(client: Client, options: Parameters<Client['try']>[2]): Promise<Words> {
  const known = words.get(client)
  if (known !== undefined) return known
  const { ticket } = await client.call(settings.account, {}, options)
  const read = { priorities: ticket?.priorities ?? [], problemTypes: ticket?.problem_types ?? [] }
  words.set(client, read)
  return read
}

/** Throws ApiError. */
export async function readTicketWords(client: Client): Promise<TicketWords> {
  const known = ticketWords.get(client)
  if (known !== undefined) return known
  const read = await client.call(settings.tickets, {}, { priority: 'write' })
  const found = {
    statuses: read.ticket_status_list ?? [],
    worksheets: (read.worksheet_templates ?? []).flatMap(toSheet),
  }
  ticketWords.set(client, found)
  return found
}

function toSheet(listed: unknown): Sheet[] {
  const { id, name } = (listed ?? {}) as { id?: unknown; name?: unknown } // looked at below
  return typeof id === 'number' && typeof name === 'string' ? [{ id, name }] : []
}

const priorityWords: Record<string, string[]> = {
  critical: ['urgent', 'critical', 'emergency', 'high'],
  high: ['high', 'urgent'],
  medium: ['normal', 'medium'],
  low: ['low', 'normal'],
  informational: ['low', 'normal'],
}

/** The account's own word for a severity, matched on the word within `1 High`. */
export function priorityFor(severity: string, priorities: readonly string[]): string | undefined {
  return firstOf(priorityWords[severity] ?? ['normal', 'medium'], (word) =>
    priorities.find((name) => name.toLowerCase().split(/\W+/).includes(word)),
  )
}

/** `Resolved` ends a ticket, and so does everything that begins with it; work goes on in `In Progress`. */
export function statusFor(wanted: 'open' | 'resolved', statuses: readonly string[]): string | undefined {
  if (wanted === 'resolved')
    return (
      statuses.find((name) => name === 'Resolved') ?? statuses.find((name) => name.startsWith('Resolved'))
    )
  return (
    firstOf(['In Progress', 'New'], (name) => statuses.find((listed) => listed === name)) ??
    statuses.find((name) => !closed(name))
  )
}

export function firstOf(names: string[], find: (name: string) => string | undefined): string | undefined {
  for (const name of names) {
    const found = find(name)
    if (found !== undefined) return found
  }
  return undefined
}
