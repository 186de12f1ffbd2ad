import * as z from 'zod'

import { type Contract, baseUrlField } from '../../../../src/contract/contract.ts'
import { bearer } from '../../../../src/contract/auth.ts'
import { readAnyError } from '../../../../src/contract/errors.ts'
import { retryAfterMs } from '../../../../src/contract/limits.ts'
import { operation } from '../../../../src/contract/operation.ts'
import type { Paging } from '../../../../src/contract/paging.ts'
import { Refusal } from '../../../../src/contract/refusal.ts'

export const alertRow = z.looseObject({
  id: z.int(),
  account: z.int(),
  host: z.string(),
  title: z.string(),
  at: z.int(),
})
export const accountRow = z.looseObject({ id: z.int(), name: z.string() })

const listPaging: Paging = {
  query: {},
  rowsKeys: ['rows'],
  first: () => ({}),
  read: (body) => {
    const rows = (body as { rows?: unknown } | null)?.rows
    return Array.isArray(rows) ? { rows } : 'the answer has no rows'
  },
  write: (rows) => ({ rows }),
}

export const listAlerts = operation({
  id: 'alerts.list',
  method: 'GET',
  path: '/alerts',
  summary: 'Alerts after a number, oldest first, 50 at most',
  source: 'made up',
  query: z.object({ after: z.int().optional() }),
  answer: alertRow,
  paging: listPaging,
})

export const listAccounts = operation({
  id: 'accounts.list',
  method: 'GET',
  path: '/accounts',
  summary: 'Accounts',
  source: 'made up',
  answer: accountRow,
  paging: listPaging,
})

export const contract: Contract = {
  vendor: 'plain',
  title: 'Plain Alerts',
  version: '1',
  about: 'A made-up vendor for tests.',
  settings: [{ name: 'apiKey', label: 'Key', help: 'any', secret: true, required: true }, baseUrlField],
  base: () => 'http://plain.test',
  arrays: 'comma',
  auth: bearer(),
  errors: { read: readAnyError, write: (refusal) => ({ error: refusal.message }) },
  limits: {
    pace: { scope: 'credential', requests: 600, windowMs: 60_000, concurrency: 2 },
    heed: (headers, _status, now) => retryAfterMs(headers.get('retry-after'), now),
    grant: () => undefined,
    refuse: () => new Refusal(429, 'limited', 'slow down'),
  },
  switches: {},
  operations: { listAlerts, listAccounts },
}
