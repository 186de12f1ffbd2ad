import { parseJson } from '../../contract/body.ts'
import { Walk } from '../../contract/walk.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { wholeList } from '../whole-list.ts'
import { assets, toTraces } from './assets.ts'
import { customers, toCustomer } from './customers.ts'
import { ticketsFeed } from './ticket-feed.ts'

/** What is read again and again. Customers and devices are read whole: Syncro has no watermark for either. */
const minute = 60_000

interface Listed {
  id: number
  customer_id?: number | null | undefined
  updated_at?: string | null | undefined
}

async function* readWhole(
  reader: FeedReader,
  op: Operation & { paging: Paging },
  customerOf: (row: Listed) => number | null | undefined,
): AsyncGenerator<Batch> {
  const walk = new Walk(reader.client, op, {}, (row) => String((row as Listed).id), {
    ...reader.walking,
    priority: 'inventory',
  })
  let whole = true
  for await (const page of walk.pages()) {
    whole &&= page.rejected.length === 0
    // What was committed as it stands need not be compared again.
    if (reader.heldPages.has(page)) continue
    const rows = page.rows.map((found, i) => {
      const row = found as Listed // both operations' rows have these fields
      const customerId = customerOf(row)
      const time = Date.parse(row.updated_at ?? '') || reader.now
      return {
        vendorId: String(row.id),
        customerId: customerId == null ? null : String(customerId),
        time,
        open: false,
        body: page.rawOf(i),
      }
    })
    yield { rows, cursor: reader.cursor, rejected: page.rejected }
    if (page.rejected.length === 0) reader.heldPages.add(page)
  }
  yield {
    rows: [],
    cursor: { readAt: reader.now },
    ...(walk.complete && whole && op === customers.list && { listed: [...walk.keys] }),
    ...wholeList(walk),
  }
}

/** A customer that disappears may only be disabled: nothing here takes one away. */
const customersFeed: Feed = {
  name: 'customers',
  kind: 'customers',
  everyMs: 10 * minute,
  read: (reader) => readWhole(reader, customers.list, (row) => row.id),
  toCustomer,
}

const assetsFeed: Feed = {
  name: 'assets',
  kind: 'inventory',
  everyMs: 60 * minute,
  read: (reader) => readWhole(reader, assets.list, (row) => row.customer_id),
  toAsset(record) {
    const { name, id } = assets.list.answer.parse(parseJson(record.body))
    return { kind: 'device', name: name ?? String(id) }
  },
  toTraces,
}

export const feeds: readonly Feed[] = [customersFeed, assetsFeed, ticketsFeed]
