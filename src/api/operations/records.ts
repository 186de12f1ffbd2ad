import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

/** Whose a record is, and where it came from. */
const origin = {
  id: z.string().describe('the record that it was read from'),
  connection: z.string(),
  tenant_id: z.string().nullable(),
  tenant: z.string().nullable().describe('null: of the provider itself, or of a customer that is not mapped'),
}

const activityAnswer = z.object({
  ...origin,
  time,
  user: z.string(),
  operation: z.string().describe('as the vendor calls it'),
  activity: z.string().describe('create, read, update, delete, other'),
  service: z.string().nullable(),
  address: z.string().nullable(),
  message: z.string().nullable(),
})

export type ActivityAnswer = z.infer<typeof activityAnswer>

const assetAnswer = z.object({
  ...origin,
  feed: z.string(),
  vendor_id: z.string(),
  kind: z.enum(['device', 'user']),
  name: z.string(),
  seen_at: time.describe('when this state of it was first read'),
})

export type AssetAnswer = z.infer<typeof assetAnswer>

const query = z.object({ connection: z.string().optional() })

export const records = {
  activities: operation({
    id: 'activities.list',
    method: 'GET',
    path: '/activities',
    summary:
      'What was done in the vendors’ consoles and over their interfaces (OCSF API Activity), newest first',
    source,
    query,
    paging: cursorPaging,
    answer: activityAnswer,
  }),
  inventory: operation({
    id: 'inventory.list',
    method: 'GET',
    path: '/inventory',
    summary: 'Devices and users as the vendors know them, the newest first',
    source,
    query,
    paging: cursorPaging,
    answer: assetAnswer,
  }),
}
