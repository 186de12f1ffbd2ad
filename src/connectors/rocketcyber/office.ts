import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { subscription } from './api.ts'
import { count, query, text } from './fields.ts'

/** Microsoft 365: score, mailboxes and what to improve. Thousands of mailboxes without an account: always scope it. */
const mailbox = z.looseObject({ id: z.string(), mfaStatus: text, licenses: z.array(z.string()).nullish() })
const mailboxes = z.looseObject({ total: count, data: z.array(mailbox).nullish() })

export const getOffice = operation({
  id: 'office.get',
  method: 'GET',
  path: '/office',
  summary: 'Microsoft 365 score, mailboxes and advice, as one object',
  source: 'C: keys SUF, inner shapes CEL2; mailboxes by account are I',
  query: z.object({ accountId: query.oneAccount.describe('leaving it out makes the answer very large') }),
  answer: z.looseObject({
    secureScoreProgress: z
      .looseObject({
        startDate: text,
        endDate: text,
        totalDays: count,
        minScore: count,
        maxScore: count,
        averageScore: count,
        data: z.array(z.looseObject({ detectionDate: text, secureScorePercentage: count })).nullish(),
      })
      .nullish(),
    monitoredAccounts: z.union([mailboxes, z.record(z.string(), mailboxes)]).nullish(),
    secureScoreToDo: z
      .looseObject({
        total: count,
        data: z
          .array(z.looseObject({ maxScore: count, control: text, description: text, remediation: text }))
          .nullish(),
      })
      .nullish(),
    accountIdToNameMap: z.record(z.string(), z.string()).nullish(),
  }),
  permission: subscription,
})
