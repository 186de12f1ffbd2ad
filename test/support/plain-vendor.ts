import * as z from 'zod'

import { type Connector, type Feed, type SandboxState, referenceOf } from '../../src/connectors/connector.ts'
import type { World } from '../../src/connectors/world.ts'
import { bearer } from '../../src/contract/auth.ts'
import { type Contract, baseUrlField } from '../../src/contract/contract.ts'
import { readAnyError } from '../../src/contract/errors.ts'
import { retryAfterMs } from '../../src/contract/limits.ts'
import { operation } from '../../src/contract/operation.ts'
import type { Paging } from '../../src/contract/paging.ts'
import { Refusal } from '../../src/contract/refusal.ts'
import { Reply } from '../../src/contract/server.ts'
import { hostEntity } from '../../src/domain/entity.ts'
import { detectionClass, ocsfVersion } from '../../src/domain/event.ts'

/**
 * A made-up detection vendor with the simplest feed there is: alerts in order, asked for after the last one seen. It
 * mends nothing by itself (no overlap, no second reading), so a fault of the engine shows at once in the score.
 */

const alertRow = z.looseObject({
  id: z.int(),
  account: z.int(),
  host: z.string(),
  title: z.string(),
  at: z.int(),
})
const accountRow = z.looseObject({ id: z.int(), name: z.string() })

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

const listAlerts = operation({
  id: 'alerts.list',
  method: 'GET',
  path: '/alerts',
  summary: 'Alerts after a number, oldest first, 50 at most',
  source: 'made up',
  query: z.object({ after: z.int().optional() }),
  answer: alertRow,
  paging: listPaging,
})

const listAccounts = operation({
  id: 'accounts.list',
  method: 'GET',
  path: '/accounts',
  summary: 'Accounts',
  source: 'made up',
  answer: accountRow,
  paging: listPaging,
})

const contract: Contract = {
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

const accounts: Feed = {
  name: 'accounts',
  kind: 'customers',
  everyMs: 3_600_000,
  async *read({ client, now }) {
    const page = await client.call(listAccounts)
    const rows = page.rows.map((row, i) => ({
      vendorId: String(row.id),
      customerId: null,
      time: now,
      open: false,
      body: page.rawOf(i),
    }))
    yield { rows, cursor: {} }
  },
  toCustomer: (record) => {
    const { id, name } = accountRow.parse(JSON.parse(record.body))
    return { vendorId: String(id), name }
  },
}

const alerts: Feed = {
  name: 'alerts',
  kind: 'findings',
  everyMs: 60_000,
  async *read({ client, cursor }) {
    let after = (cursor as { after: number } | undefined)?.after ?? 0
    for (;;) {
      const page = await client.call(listAlerts, { query: { after } })
      const last = page.rows.at(-1)
      if (last === undefined) return
      after = last.id
      const rows = page.rows.map((row, i) => ({
        vendorId: String(row.id),
        customerId: String(row.account),
        time: row.at,
        open: true,
        body: page.rawOf(i),
      }))
      yield { rows, cursor: { after } }
    }
  },
  toReading: (record) => {
    const row = alertRow.parse(JSON.parse(record.body))
    return {
      event: {
        class_uid: detectionClass,
        class_name: 'Detection Finding',
        category_uid: 2,
        category_name: 'Findings',
        activity_id: 1,
        type_uid: 200401,
        severity_id: 3,
        severity: 'Medium',
        status_id: 1,
        status: 'New',
        time: row.at,
        metadata: {
          version: ocsfVersion,
          product: { name: 'Alerts', vendor_name: 'Plain' },
          uid: String(row.id),
        },
        finding_info: { uid: String(row.id), title: row.title },
      },
      entities: [hostEntity(row.host)],
    }
  },
}

function open(world: World, options: { now(): number }): SandboxState {
  const order = world.happenings.toSorted((a, b) => a.shownAt - b.shownAt || a.number - b.number)
  let shown = 0
  const advance = (): void => {
    while ((order[shown]?.shownAt ?? Infinity) <= options.now()) shown++
  }
  const toRow = (i: number) => {
    const { customer, host, title, at } = order[i]!
    return { id: i + 1, account: customer.number, host: host.name, title, at }
  }
  return {
    keys: [{ name: 'key', value: 'plain-key', note: 'the only one' }],
    identify: (key) => (key === 'plain-key' ? { name: 'plain', permissions: 'all' } : undefined),
    advance,
    behaviours: {
      'accounts.list': () => world.customers.map(({ number, name }) => ({ id: number, name })),
      'alerts.list': ({ query }) => {
        const after = Number(query['after'] ?? 0)
        const length = Math.max(0, Math.min(50, shown - after))
        // A whole answer, not a list: what stands after a place does not drift away from under it.
        return new Reply(200, { rows: Array.from({ length }, (_, i) => toRow(after + i)) })
      },
    },
    raised: () =>
      order.slice(0, shown).map(({ customer, attack, story, shownAt }, i) => ({
        reference: referenceOf('plain', 'alerts', String(i + 1)),
        customerName: customer.name,
        attack,
        story,
        shownAt,
      })),
  }
}

export const plainVendor: Connector = {
  contract,
  feeds: [accounts, alerts],
  probes: [],
  sandbox: { mounts: ['/plain'], hosts: ['plain.test'], settings: {}, open },
}
