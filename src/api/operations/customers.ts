import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source } from './fields.ts'

const customerAnswer = z.object({
  connection: z.string(),
  vendor_id: z.string(),
  name: z.string(),
  tenant_id: z.string().nullable(),
  tenant: z.string().nullable(),
  reason: z.string().describe('why it is linked, or why it waits'),
  quarantined: z.int().describe('findings that wait for the link'),
})

export type CustomerAnswer = z.infer<typeof customerAnswer>

export const customers = {
  list: operation({
    id: 'customers.list',
    method: 'GET',
    path: '/customers',
    summary: 'Every vendor’s customers, and the tenant that each stands for',
    source,
    paging: cursorPaging,
    answer: customerAnswer,
  }),
}
