import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { cursorPaging } from '../paging.ts'
import { source } from './fields.ts'

const tenantAnswer = z.object({
  id: z.string(),
  name: z.string(),
  former_ids: z.array(z.string()).describe('of tenants that were merged into it: they lead here'),
  customers: z.array(z.object({ connection: z.string(), vendor_id: z.string(), name: z.string() })),
})

export type TenantAnswer = z.infer<typeof tenantAnswer>

export const tenants = {
  list: operation({
    id: 'tenants.list',
    method: 'GET',
    path: '/tenants',
    summary: 'Tenants, each with the vendors’ customers that stand for it',
    source,
    paging: cursorPaging,
    answer: tenantAnswer,
  }),
  get: operation({
    id: 'tenants.get',
    method: 'GET',
    path: '/tenants/{id}',
    summary: 'One tenant, by its id or by that of one that was merged into it',
    source,
    answer: tenantAnswer,
  }),
}
