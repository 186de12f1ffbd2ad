import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, free, text } from './api.ts'
import { paged } from './paging.ts'
import { needs } from './permissions.ts'

/** Comments of a ticket. They cannot be changed or deleted, and without `do_not_email` a visible one mails the customer. */
export const comment = z.looseObject({
  id: z.int(),
  created_at: text,
  updated_at: text,
  ticket_id: z.int().nullish(),
  subject: text,
  body: text,
  tech: text,
  hidden: flag,
  user_id: count,
  is_rich_text: flag,
  user: free,
})

export const comments = {
  list: operation({
    id: 'comments.list',
    method: 'GET',
    path: '/tickets/{id}/comments',
    summary: 'Comments of a ticket, newest first; the one list that follows per_page',
    source: 'C: SWG, LIVE',
    query: z.object({
      sort_by: z.string().optional().describe('created_at or updated_at'),
      sort_direction: z.string().optional().describe('ASC or DESC'),
      created_after: z.string().optional(),
      created_before: z.string().optional(),
      updated_after: z.string().optional(),
      updated_before: z.string().optional(),
      comment_format: z.string().optional().describe('plaintext (default), richtext or original'),
    }),
    answer: comment,
    paging: paged({
      key: 'comments',
      meta: ['total_pages', 'page', 'per_page'],
      size: 10,
      sizeSwitch: 'commentsPage',
      perPage: true,
    }),
    permission: needs('Tickets - View Details', "Tickets - View 'Their Ticket' Details"),
  }),
  create: operation({
    id: 'comments.create',
    method: 'POST',
    path: '/tickets/{id}/comment',
    summary: 'Adds a comment, for ever: there is no update and no delete',
    source: 'C: SWG, LIVE, ACG; the second permission is I (switch commentGuard)',
    body: z.looseObject({
      subject: text,
      body: text,
      hidden: flag,
      do_not_email: flag.describe('true: nobody is mailed'),
      sms_body: text,
      tech: text,
    }),
    answer: z.looseObject({ comment }),
    permission: needs('Tickets - Edit', 'Ticket Comments - New'),
  }),
}
