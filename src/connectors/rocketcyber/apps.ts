import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { subscription } from './api.ts'
import { id, query, text } from './fields.ts'
import { whole } from './paging.ts'

/** The detectors that a provider can switch on. Never paged: page and pageSize are refused. */
export const listApps = operation({
  id: 'apps.list',
  method: 'GET',
  path: '/apps',
  summary: 'Apps, active ones unless told otherwise',
  source: 'C: CEL3, SUF, CEL2, SRV',
  query: z.object({
    accountId: query.oneAccount,
    status: z.string().optional().describe('active (default), inactive'),
  }),
  paging: whole,
  answer: z.looseObject({ id, name: z.string(), description: text }),
  permission: subscription,
})
