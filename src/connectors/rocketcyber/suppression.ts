import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { subscription } from './api.ts'
import { id, query, text, word } from './fields.ts'
import { whole } from './paging.ts'

/** Rules by which a provider silences detections. Read-only; their conditions are unpublished. */
const rule = z.looseObject({
  ruleId: id,
  ruleName: text,
  status: word('active', 'inactive'),
  accountId: id.nullish(),
  createdAt: text,
  updatedAt: text,
})

const listed: Paging = {
  ...whole,
  write: (rows, asked, switches) =>
    switches['suppression'] === 'array' ? rows : whole.write(rows, asked, switches),
}

export const listSuppressionRules = operation({
  id: 'suppression.list',
  method: 'GET',
  path: '/suppression/rules',
  summary: 'Suppression rules',
  source: 'C: SRV, LGP; the envelope is I',
  query: z.object({
    accountId: query.oneAccount,
    status: z.string().optional(),
    ruleId: z.int().optional(),
    ruleName: z.string().optional(),
    userId: z.int().optional(),
    sort: query.sort,
  }),
  paging: listed,
  answer: rule,
  permission: subscription,
})

export const getSuppressionRule = operation({
  id: 'suppression.get',
  method: 'GET',
  path: '/suppression/rule/{ruleId}',
  summary: 'One suppression rule',
  source: 'C: SRV, LGP',
  query: z.object({ accountId: query.oneAccount, userId: z.int().optional() }),
  answer: rule,
  permission: subscription,
})
