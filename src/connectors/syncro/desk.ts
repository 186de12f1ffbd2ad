import type * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { CallOptions, Client } from '../../contract/client.ts'
import type { Input } from '../../contract/operation.ts'
import { Walk } from '../../contract/walk.ts'
import { readMarker } from '../../domain/id.ts'
import type { Audience, TicketDraft } from '../../domain/ticket.ts'
import type { Desk, DeskTicket } from '../desk.ts'
import { type comment, comments } from './comments.ts'
import { alarms } from './desk-alarms.ts'
import { deviceOf, helpful } from './desk-device.ts'
import { change, holds } from './desk-fields.ts'
import { fit, toDeskTicket } from './desk-ticket.ts'
import { unsettled } from './desk-trouble.ts'
import { worksheets } from './desk-worksheets.ts'
import { isFoldNote, trace } from './ticket-trace.ts'
import { type TicketRow, closed, tickets } from './tickets.ts'
import { firstOf, priorityFor, readTicketWords, readWords } from './vocabulary.ts'

/** A stray that was folded carries it; it is set last, so it also says that nothing is left to do. */
export const foldTag = 'watchfloor-folded'

/** How far Syncro's clock may differ from ours, and created_after from what its name says. */
const margin = 15 * 60_000

export const desk: Desk = {
  visibilityMs: 60_000,

  async create(client, draft) {
    const body = {
      ...(await vocabularyFor(client, draft)),
      ...(await assetFor(client, draft)),
      ...fieldsOf(draft),
    }
    const outcome = await client.try(tickets.create, { body }, { priority: 'write' })
    return outcome.ok ? { ...outcome, ticket: toDeskTicket(client, outcome.answer.value.ticket) } : outcome
  },

  async note(client, ticketId, draft) {
    const tail = /\[[^\]]*\]\s*$/.exec(draft.subject)?.[0] ?? ''
    const body = {
      subject: fit(safeSubject(draft.subject), tail),
      body: draft.body,
      ...seenBy(draft.audience),
    }
    const outcome = await client.try(
      comments.create,
      { params: { id: ticketId }, body },
      { priority: 'write' },
    )
    return outcome.ok ? { ...outcome, noteId: String(outcome.answer.value.comment.id) } : outcome
  },

  async findTickets(client, { marker, customerId, since }) {
    const scope = { customer_id: Number(customerId) }
    const listed = await listTickets(client, { ...scope, created_after: from(since) }, { priority: 'settle' })
    const found = carrying(client, listed.rows, marker)
    if (found.length > 0) return found
    // A second chance through another door; what it finds is matched just as exactly.
    const asked = { ...scope, query: marker.slice(1, -1) }
    const second = await client.call(tickets.list, { query: asked }, { priority: 'settle' })
    const late = carrying(client, second.rows, marker)
    if (late.length === 0) listed.orThrow(marker)
    return late
  },

  async findNote(client, ticketId, marker) {
    for await (const found of notesOf(client, ticketId, marker)) return idOf(found)
    return undefined
  },

  /** What a moving list hides is found by the next sweep. */
  async ticketsSince(client, since) {
    const options = { priority: 'settle', maxPasses: 2 } as const
    const { rows } = await listTickets(client, { created_after: from(since) }, options)
    return rows
      .filter((row) => readMarker(row.subject ?? '') !== undefined)
      .map((row) => toDeskTicket(client, row))
  },

  /** There is no merge: the stray is pointed to the survivor, its talk is copied, and it is resolved and tagged. */
  async fold(client, stray, into) {
    const id = stray.vendorId
    const read = await client.try(tickets.get, { params: { id } }, { priority: 'settle' })
    if (!read.ok && read.error.status === 404) return true
    if (!read.ok) throw read.error
    const { ticket } = read.answer.value
    const tags = ticket.tag_list ?? []
    if (closed(ticket.status) && tags.includes(foldTag)) return true
    const marker = `[fold ${id} into ${into.vendorId}]`
    const talk = await talkOf(client, id, readMarker(stray.subject) ?? '')
    if (!(await tellOf(client, stray, into.vendorId, talk, marker))) return false
    const subject = `Duplicate of ticket #${into.number} ${marker}`
    const text = `Watchfloor opened this ticket twice. Work goes on in ticket #${into.number}.`
    if ((await desk.findNote(client, id, marker)) === undefined) await say(client, id, subject, text)
    const body = { status: 'Resolved', tag_list: [...new Set([...tags, foldTag])] }
    await client.call(tickets.update, { params: { id }, body }, { priority: 'write' })
    return true
  },

  change,
  holds,
  trace,

  async vocabulary(client) {
    const { statuses, worksheets: sheets } = await readTicketWords(client)
    const { priorities } = await readWords(client, { priority: 'write' })
    return { statuses, priorities, worksheets: sheets.map((one) => one.name) }
  },

  alarms,
  worksheets,
}

/** Nobody is mailed, and only technicians see it. */
const silent = { hidden: true, do_not_email: true } as const

/** Unless the customer's policy says otherwise. */
function seenBy(audience: Audience | undefined): { hidden: boolean; do_not_email: boolean } {
  if (audience?.public !== true) return silent
  return { hidden: false, do_not_email: !audience.email }
}

function fieldsOf(draft: TicketDraft): Record<string, unknown> {
  return {
    customer_id: Number(draft.customerId),
    subject: fit(draft.subject, draft.marker),
    tag_list: ['watchfloor'],
    comments_attributes: [{ subject: 'Initial Issue', body: draft.body, ...seenBy(draft.audience) }],
  }
}

/** Subjects by which Syncro moves a ticket's status, or logs a step of its own. */
const meaningful = /^(diagnosis|parts arrival|parts order|issue|contacted|approval|update|completed|other)$/i

function safeSubject(subject: string): string {
  return meaningful.test(subject.trim()) ? `Watchfloor: ${subject}` : subject
}

/** Priority and problem type in the account's own words; left out when they cannot be known. */
async function vocabularyFor(
  client: Client,
  draft: TicketDraft,
): Promise<{ priority?: string; problem_type?: string }> {
  const known = await readWords(client, helpful).catch(unlessTrouble)
  if (known === undefined) return {}
  const priority = priorityFor(draft.severity, known.priorities)
  const problemType = firstOf(['Virus', 'Other'], (name) =>
    known.problemTypes.find((listed) => listed === name),
  )
  return {
    ...(priority !== undefined && { priority }),
    ...(problemType !== undefined && { problem_type: problemType }),
  }
}

async function assetFor(client: Client, draft: TicketDraft): Promise<{ asset_ids?: number[] }> {
  const device = await deviceOf(client, draft)
  return device === undefined ? {} : { asset_ids: [device.id] }
}

function unlessTrouble(error: unknown): undefined {
  if (!(error instanceof ApiError)) throw error
}

type TicketQuery = Input<typeof tickets.list>['query']

interface Listed {
  rows: TicketRow[]
  /** Nothing found in a list that was not seen whole is not an answer. */
  orThrow(marker: string): void
}

async function listTickets(
  client: Client,
  query: TicketQuery,
  options: CallOptions & { maxPasses?: number },
): Promise<Listed> {
  const walk = new Walk(client, tickets.list, { query }, idOf, options)
  const rows = new Map<string, TicketRow>()
  const rejected: { raw: string; reason: string }[] = []
  for await (const page of walk.pages()) {
    for (const row of page.rows) rows.set(idOf(row), row)
    rejected.push(...page.rejected)
  }
  return {
    rows: [...rows.values()],
    orThrow(marker) {
      refuseUnreadable(rejected, marker)
      if (!walk.complete) throw unsettled(walk.reason)
    },
  }
}

function refuseUnreadable(rejected: { raw: string; reason: string }[], marker: string): void {
  const hiding = rejected.find(({ raw }) => raw.includes(marker))
  if (hiding !== undefined) throw unsettled(`the row that carries ${marker} cannot be read: ${hiding.reason}`)
}

function carrying(client: Client, rows: TicketRow[], marker: string): DeskTicket[] {
  return rows.filter((row) => row.subject?.includes(marker) === true).map((row) => toDeskTicket(client, row))
}

/** All that stands on a stray besides its opening, which the survivor has too: also what was merged into it. */
async function talkOf(client: Client, id: string, marker: string): Promise<string[]> {
  const walk = new Walk(client, comments.list, { params: { id } }, idOf, { priority: 'settle' })
  const said = new Map<string, string>()
  for await (const page of walk.pages()) {
    for (const row of page.rows) {
      const isOpening = row.subject === 'Initial Issue' && row.body?.includes(marker) === true
      if (isOpening || isFoldNote(row)) continue
      said.set(
        idOf(row),
        `${row.created_at ?? ''} ${row.tech ?? ''}: ${row.subject ?? ''}\n${row.body ?? ''}`,
      )
    }
  }
  return [...said.values()].toReversed()
}

async function say(client: Client, id: string, subject: string, text: string): Promise<void> {
  const body = { subject, body: text, ...silent }
  await client.call(comments.create, { params: { id }, body }, { priority: 'write' })
}

/** A fold that broke off may have told less than stands on the stray now. False when there is no ticket to tell. */
async function tellOf(
  client: Client,
  { number }: DeskTicket,
  into: string,
  talk: readonly string[],
  marker: string,
): Promise<boolean> {
  try {
    const told = await Array.fromAsync(notesOf(client, into, marker))
    const more = talk.filter((text) => !told.some(({ body }) => body?.includes(text)))
    if (told.length > 0 && more.length === 0) return true
    const text = [`Ticket #${number} was a duplicate of this one and is resolved.`, ...more].join('\n\n')
    await say(client, into, `Duplicate ticket #${number} folded in ${marker}`, text)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false
    throw error
  }
}

/** The comments whose subject ends with the marker. */
async function* notesOf(client: Client, id: string, marker: string): AsyncGenerator<z.infer<typeof comment>> {
  const walk = new Walk(client, comments.list, { params: { id } }, idOf, { priority: 'settle' })
  for await (const page of walk.pages()) {
    for (const row of page.rows) if (row.subject?.trimEnd().endsWith(marker) === true) yield row
    refuseUnreadable(page.rejected, marker)
  }
  if (!walk.complete) throw unsettled(walk.reason)
}

function from(since: number): string {
  return new Date(since - margin).toISOString()
}

function idOf(row: { id: number }): string {
  return String(row.id)
}
