import { ApiError } from '../../contract/api-error.ts'
import { Walk } from '../../contract/walk.ts'
import type { Worksheets } from '../desk.ts'
import { attempt, unsettled } from './desk-trouble.ts'
import { readTicketWords } from './vocabulary.ts'
import { worksheets as routes } from './worksheets.ts'

/** Worksheets are made from templates that an admin has set up; the title carries the change's marker. */
export const worksheets: Worksheets = {
  async attach(client, ticketId, draft) {
    const read = await attempt(() => readTicketWords(client))
    if ('error' in read) return { ok: false, error: read.error }
    const sheets = read.value.worksheets
    const template = sheets.find((one) => one.name.toLowerCase() === draft.template.trim().toLowerCase())
    if (template === undefined) return { ok: false, error: noTemplate(draft.template, sheets) }
    const body = { worksheet_template_id: template.id, title: draft.title }
    const params = { ticket_id: ticketId }
    const outcome = await client.try(routes.create, { params, body }, { priority: 'write' })
    return outcome.ok
      ? { ...outcome, worksheetId: String(outcome.answer.value.worksheet_result.id) }
      : outcome
  },

  async find(client, ticketId, title) {
    const params = { ticket_id: ticketId }
    const walk = new Walk(client, routes.list, { params }, (row) => String(row.id), { priority: 'settle' })
    for await (const page of walk.pages()) {
      const found = page.rows.find((row) => row.name === title)
      if (found !== undefined) return String(found.id)
    }
    if (!walk.complete) throw unsettled(walk.reason)
    return undefined
  },
}

function noTemplate(name: string, sheets: readonly { name: string }[]): ApiError {
  const names = sheets.map((one) => one.name).join(', ') || 'none'
  const message = `the account has no worksheet template "${name}" (it has: ${names})`
  return new ApiError({ vendor: 'syncro', status: 0, code: 'no_template', message, verdict: 'refused' })
}
