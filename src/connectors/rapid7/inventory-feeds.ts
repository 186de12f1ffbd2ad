import { parseJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import { hostEntity } from '../../domain/entity.ts'
import type { Asset } from '../../domain/asset.ts'
import type { RecordSeed, VendorRecord } from '../../domain/record.ts'
import { domainOf, domainsIn } from '../../domain/trace.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { entities } from './entities.ts'
import { organizationOf } from './rrn.ts'
import { type Scope, eachScope } from './scopes.ts'

interface Named {
  rrn: string
  name?: string | null
}

/** Devices and people that InsightIDR has seen, read whole: no search knows a time. */
const hour = 3_600_000

export const assetsFeed: Feed = {
  ...inventory('assets', 'device', entities.searchAssets),
  toTraces(record) {
    const name = textOf(record, 'name')
    const domain = domainOf(name?.split('.').slice(1).join('.'))
    return name ? { hosts: [hostEntity(name).value], domains: domain ? [domain] : [] } : {}
  },
}

export const usersFeed: Feed = {
  ...inventory('users', 'user', entities.searchUsers),
  toTraces: (record) => ({ domains: domainsIn(textOf(record, 'domain')) }),
}

function textOf(record: VendorRecord, field: string): string | undefined {
  const row = parseJson(record.body)
  const text = isObject(row) ? row[field] : undefined
  return typeof text === 'string' ? text : undefined
}

function inventory(name: string, kind: Asset['kind'], op: Operation & { paging: Paging }): Feed {
  return {
    name,
    kind: 'inventory',
    everyMs: 6 * hour,
    toAsset(record) {
      const row = op.answer.parse(parseJson(record.body)) as Named // both operations' rows have these fields
      return { kind, name: row.name ?? row.rrn }
    },
    read: (reader) =>
      eachScope(reader, (scope) => readScope(reader, scope, op), {
        cursor: () => ({ readAt: reader.now }),
        optional: true,
      }),
  }
}

async function* readScope(
  reader: FeedReader,
  scope: Scope,
  op: Operation & { paging: Paging },
): AsyncGenerator<Batch, string | undefined> {
  const nameOf = (row: unknown): string => (row as { rrn: string }).rrn // both operations' rows have one
  const options = { ...reader.walking, priority: 'inventory', settings: scope.settings } as const
  const walk = new Walk(reader.client, op, { body: {} as never }, nameOf, options)
  for await (const page of walk.pages()) {
    if (reader.heldPages.has(page)) continue
    const known = await reader.known(page.rows.map(nameOf))
    const rows = page.rows.flatMap((row, i): RecordSeed[] => {
      const vendorId = nameOf(row)
      const body = page.rawOf(i)
      if (known.get(vendorId)?.body === body) return []
      const customerId = organizationOf(vendorId) ?? scope.customerId
      return [{ vendorId, customerId, time: reader.now, open: false, body }]
    })
    if (rows.length > 0 || page.rejected.length > 0)
      yield { rows, cursor: reader.cursor, rejected: page.rejected }
    else reader.heldPages.add(page)
  }
  return walk.complete ? undefined : (walk.reason ?? 'not read to the end')
}
