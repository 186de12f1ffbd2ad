import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { flag, free, text } from './api.ts'
import { whole } from './paging.ts'
import { needs } from './permissions.ts'

/** Ticket workflows, which the API calls new ticket forms. */
const form = z.looseObject({ id: z.int(), name: text, default: flag, disabled: flag, data: free })

export const forms = {
  list: operation({
    id: 'forms.list',
    method: 'GET',
    path: '/new_ticket_forms',
    summary: 'Ticket workflows',
    source: 'C: SWG, LIVE',
    answer: form,
    paging: whole('new_ticket_forms'),
    permission: needs('Ticket Workflows - Manage'),
  }),
  get: operation({
    id: 'forms.get',
    method: 'GET',
    path: '/new_ticket_forms/{id}',
    summary: 'One ticket workflow',
    source: 'C: SWG',
    answer: z.looseObject({ new_ticket_form: form }),
    permission: needs('Tickets - Create'),
  }),
  process: operation({
    id: 'forms.process',
    method: 'POST',
    path: '/new_ticket_forms/{id}/process_form',
    summary: 'Opens a ticket through a workflow; it may also make a new customer',
    source: 'C: SWG',
    body: z.looseObject({ customer_details: free, ticket_details: free, appointments: free }),
    answer: z.looseObject({
      ticket: z.looseObject({ id: z.int() }),
      invoice: z.unknown(),
      redirect: text,
      message: text,
    }),
    permission: needs('Tickets - Create'),
  }),
}
