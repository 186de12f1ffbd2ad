import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source, time } from './fields.ts'

const customerAnswer = z.object({
  connection: z.string(),
  vendor_id: z.string(),
  name: z.string(),
  tenant_id: z.string().nullable(),
  tenant: z.string().nullable(),
  reason: z.string().describe('why it is linked, or why it waits'),
  quarantined: z.int().describe('findings that wait for the link'),
  oldest_waiting: time.nullable().describe('when the oldest of them took place'),
  filed_elsewhere: z.int().describe('findings whose ticket stands under another customer'),
  doubt: z.boolean().describe('its name now is that of another tenant: a person should look'),
  missing_since: time.nullable().describe('the vendor lists it no more'),
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
