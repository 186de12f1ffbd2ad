import type { Feed } from '../../../../src/connectors/feed.ts'
import { toDetectionFinding } from '../../../../src/domain/detection.ts'
import { findingStatus } from '../../../../src/domain/event.ts'
import { accountRow, alertRow, listAccounts, listAlerts } from './api.ts'

export const accounts: Feed = {
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

export const alerts: Feed = {
  name: 'alerts',
  kind: 'findings',
  everyMs: 60_000,
  async *read({ client, cursor }) {
    let after = (cursor as { after: number } | undefined)?.after ?? 0
    for (;;) {
      const page = await client.call(listAlerts, { query: { after } })
      const last = page.rows.at(-1)
      // A server that does not heed `after` must not keep us for ever.
      if (last === undefined || last.id <= after) return
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
    const event = toDetectionFinding(record, {
      product: { name: 'Alerts', vendor_name: 'Plain' },
      uid: String(row.id),
      title: row.title,
      severity: 'medium',
      status: 'New',
      statusIds: { new: findingStatus.new },
    })
    return { event, entities: [{ kind: 'host', value: row.host }] }
  },
}
