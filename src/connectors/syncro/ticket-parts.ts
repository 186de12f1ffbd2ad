import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, success, text } from './api.ts'
import { paged } from './paging.ts'
import { needs } from './permissions.ts'

/** What hangs on a ticket: line items, timers, files, print. Each call has its own wrapper or none. */
const lineItem = z.looseObject({
  id: z.int(),
  ticket_id: z.int().nullish(),
  user_id: count,
  product_id: count,
  name: text,
  description: text,
  quantity: count,
  upc_code: text,
  taxable: flag,
  cost_cents: count,
  retail_cents: count,
  price_cost: count,
  price_retail: count,
  created_at: text,
  updated_at: text,
})

const timer = z.looseObject({
  id: z.int(),
  ticket_id: z.int().nullish(),
  user_id: count,
  start_time: text,
  end_time: text,
  recorded: flag,
  created_at: text,
  updated_at: text,
  billable: flag,
  notes: text,
  product_id: count,
  comment_id: count,
  ticket_line_item_id: count,
  active_duration: count,
  billable_time: count,
})

const lineItemBody = z.looseObject({
  name: text,
  description: text,
  product_id: count,
  quantity: count,
  price_cost: count,
  price_retail: count,
  taxable: flag,
  upc_code: text,
})

const timerBody = z.looseObject({
  start_at: text,
  end_at: text,
  duration_minutes: count,
  user_id: count,
  notes: text,
  product_id: count,
})

const timerEntryId = z.looseObject({ timer_entry_id: count })

export const lineItems = {
  add: operation({
    id: 'lineItems.add',
    method: 'POST',
    path: '/tickets/{id}/add_line_item',
    summary: 'Adds a line item; name and description are required even with a product',
    source: 'C: SWG, LIVE',
    body: lineItemBody,
    answer: lineItem,
    permission: needs('Tickets - Edit'),
  }),
  update: operation({
    id: 'lineItems.update',
    method: 'PUT',
    path: '/tickets/{id}/update_line_item',
    summary: 'Changes a line item',
    source: 'C: SWG',
    body: lineItemBody.extend({ ticket_line_item_id: count }),
    answer: z.looseObject({ ticket_line_item: lineItem }),
    permission: needs('Tickets - Edit'),
  }),
  remove: operation({
    id: 'lineItems.remove',
    method: 'POST',
    path: '/tickets/{id}/remove_line_item',
    summary: 'Removes a line item',
    source: 'C: SWG',
    body: z.looseObject({ ticket_line_item_id: count }),
    answer: success,
    permission: needs('Tickets - Edit'),
  }),
}

export const timers = {
  list: operation({
    id: 'timers.list',
    method: 'GET',
    path: '/ticket_timers',
    summary: 'Ticket timers',
    source: 'C: SWG, LIVE',
    query: z.object({ created_at_lt: z.string().optional(), created_at_gt: z.string().optional() }),
    answer: timer,
    paging: paged({
      key: 'ticket_timers',
      meta: ['total_pages', 'page'],
      size: 100,
      sizeSwitch: 'timersPage',
    }),
    permission: needs('Ticket Timers - Overview'),
  }),
  setBillable: operation({
    id: 'timers.setBillable',
    method: 'PATCH',
    path: '/ticket_timers/{id}',
    summary: 'Sets whether a timer is billable',
    source: 'C: SWG',
    query: z.object({ billable: z.string().optional() }),
    answer: z.looseObject({ ticket_timer: timer }),
    permission: needs('Ticket Timers - Edit'),
  }),
  create: operation({
    id: 'timers.create',
    method: 'POST',
    path: '/tickets/{id}/timer_entry',
    summary: 'Adds a timer; without start_at a raw Ruby error comes back',
    source: 'C: SWG, LIVE',
    body: timerBody,
    answer: timer,
    permission: needs('Ticket Timers - Overview'),
  }),
  update: operation({
    id: 'timers.update',
    method: 'PUT',
    path: '/tickets/{id}/update_timer_entry',
    summary: 'Changes a timer; a change of the duration alone is not applied',
    source: 'C: SWG, LIVE',
    body: timerBody.extend({ timer_entry_id: count }),
    answer: timer,
    permission: needs('Ticket Timers - Overview'),
  }),
  charge: operation({
    id: 'timers.charge',
    method: 'POST',
    path: '/tickets/{id}/charge_timer_entry',
    summary: 'Charges a timer',
    source: 'C: SWG',
    body: timerEntryId,
    answer: timer,
    permission: needs('Ticket Timers - Overview'),
  }),
  delete: operation({
    id: 'timers.delete',
    method: 'POST',
    path: '/tickets/{id}/delete_timer_entry',
    summary: 'Deletes a timer',
    source: 'C: SWG',
    body: timerEntryId,
    answer: success,
    permission: needs('Ticket Timers - Overview'),
  }),
}

export const files = {
  attach: operation({
    id: 'files.attach',
    method: 'POST',
    path: '/tickets/{id}/attach_file_url',
    summary: 'Has Syncro fetch files and attach them, later',
    source: 'C: SWG',
    body: z.looseObject({ files: z.unknown().optional() }),
    answer: success,
    permission: needs('Tickets - Edit'),
  }),
  delete: operation({
    id: 'files.delete',
    method: 'POST',
    path: '/tickets/{id}/delete_attachment',
    summary: 'Deletes an attachment',
    source: 'C: SWG',
    body: z.looseObject({ attachment_id: count }),
    answer: success,
    permission: needs('Tickets - Edit'),
  }),
  print: operation({
    id: 'files.print',
    method: 'POST',
    path: '/tickets/{id}/print',
    summary: 'Prints a ticket; the answer is not documented',
    source: 'C: SWG',
    answer: z.unknown(),
    plain: true,
    permission: needs('Tickets - View Details'),
  }),
}
