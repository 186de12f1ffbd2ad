import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { free, many } from './api.ts'

/** What the account calls things: statuses, priorities and problem types are its own. */
export const settings = {
  account: operation({
    id: 'settings.account',
    method: 'GET',
    path: '/settings',
    summary: 'The account’s settings, with priorities and problem types',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      customers: free,
      assets: free,
      locale: free,
      ticket: z
        .looseObject({
          problem_types: z.array(z.string()).nullish(),
          priorities: z.array(z.string()).nullish(),
        })
        .nullish(),
    }),
  }),
  tabs: operation({
    id: 'settings.tabs',
    method: 'GET',
    path: '/settings/tabs',
    summary: 'Which parts of Syncro the account shows',
    source: 'C: SWG, LIVE',
    answer: z.unknown(),
  }),
  printing: operation({
    id: 'settings.printing',
    method: 'GET',
    path: '/settings/printing',
    summary: 'Printing settings',
    source: 'C: SWG, LIVE',
    answer: z.unknown(),
  }),
  tickets: operation({
    id: 'settings.tickets',
    method: 'GET',
    path: '/tickets/settings',
    summary: 'Ticket statuses, types and worksheet templates',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      ticket_status_list: z.array(z.string()).nullish(),
      ticket_types: many,
      users: many,
      worksheet_templates: many,
    }),
  }),
}
