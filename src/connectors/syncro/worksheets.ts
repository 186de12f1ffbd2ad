import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, many, text } from './api.ts'
import { paged } from './paging.ts'
import { needs } from './permissions.ts'

/** Worksheets of a ticket. The vendor guards all five calls with one permission (switch worksheetGuard). */
const worksheetResult = z.looseObject({
  id: z.int(),
  worksheet_template_id: count,
  name: text,
  public: flag,
  complete: flag,
  required: flag,
  field_list: many,
})

const oneResult = z.looseObject({ worksheet_result: worksheetResult })

export const worksheets = {
  list: operation({
    id: 'worksheets.list',
    method: 'GET',
    path: '/tickets/{ticket_id}/worksheet_results',
    summary: 'Worksheets of a ticket',
    source: 'C: SWG, LIVE',
    answer: worksheetResult,
    paging: paged({ key: 'worksheet_results', meta: [], size: 25, sizeSwitch: 'worksheetsPage' }),
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
  get: operation({
    id: 'worksheets.get',
    method: 'GET',
    path: '/tickets/{ticket_id}/worksheet_results/{id}',
    summary: 'One worksheet',
    source: 'C: SWG',
    answer: oneResult,
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
  create: operation({
    id: 'worksheets.create',
    method: 'POST',
    path: '/tickets/{ticket_id}/worksheet_results',
    summary: 'Adds a worksheet from a template that an admin has made; 404 without one',
    source: 'C: SWG, LIVE',
    body: z.looseObject({ worksheet_template_id: count, title: text }),
    answer: oneResult,
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
  update: operation({
    id: 'worksheets.update',
    method: 'PUT',
    path: '/tickets/{ticket_id}/worksheet_results/{id}',
    summary: 'Fills in or completes a worksheet; the answer is not documented',
    source: 'C: SWG; answer I',
    body: z.looseObject({
      worksheet_template_id: count,
      user_id: count,
      title: text,
      complete: flag,
      public: flag,
      required: flag,
      answers: z.unknown().optional(),
    }),
    answer: z.unknown(),
    plain: true,
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
  delete: operation({
    id: 'worksheets.delete',
    method: 'DELETE',
    path: '/tickets/{ticket_id}/worksheet_results/{id}',
    summary: 'Deletes a worksheet; the answer is not documented',
    source: 'C: SWG; answer I',
    answer: z.unknown(),
    plain: true,
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
}
