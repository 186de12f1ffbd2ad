import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { subscription } from './api.ts'
import { query } from './fields.ts'

/** Events or incidents as CSV. */
export const getReport = operation({
  id: 'report.get',
  method: 'GET',
  path: '/reportApi',
  summary: 'A report as CSV text',
  source: 'C: SRV path and names; the columns are I',
  query: z.object({
    userId: z.int().optional(),
    fileType: z.string().optional().describe('csv'),
    itemType: z.string().optional().describe('events or incidents'),
    accountId: query.oneAccount,
    appId: z.int().optional(),
    dates: query.range,
  }),
  answer: z.string(),
  plain: true,
  permission: subscription,
})
