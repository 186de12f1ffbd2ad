import { type SelectQueryBuilder, sql } from 'kysely'
import type { VendorRecord } from '../domain/record.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { type Before, among, isBefore, listTable } from './lists.ts'
import { type PendingRow, demotePending, putPending } from './pending.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'

export interface RecordRow {
  id: string
  connection_id: string
  feed: string
  vendor_id: string
  customer_id: string | null
  time: number
  open: number
  /** 1 for the version that the vendor showed last. */
  head: number
  body: string
  hash: string
  first_seen_at: number
}

/** What was not there yet: versions, and among them those of things that were never seen before. */
export interface Added {
  fresh: VendorRecord[]
  firsts: VendorRecord[]
}

/**
 * Keeps what a read brought, in the order read, and returns what was not there yet. The last version of each thing
 * becomes its head; a head that changed waits for the pipeline, also when an old version has come back.
 */
export async function putRecords(db: Db, rows: VendorRecord[]): Promise<Added> {
  if (rows.length === 0) return { fresh: [], firsts: [] }
  const ids = [...new Set(rows.map((row) => row.id))]
  const { rows: held } = await headsOf(db, { ids })
  const known = new Map(held.map((row) => [row.id, row]))
  const fresh = new Map(rows.filter((row) => !known.has(row.id)).map((row) => [row.id, row]))
  const last = new Map(rows.map((row) => [thing(row), row]))
  const touched = new Set([...fresh.values()].map(thing))
  const heads = [...last.values()].filter((row) => known.get(row.id)?.head !== 1 || touched.has(thing(row)))

  const retired = await retire(db, heads)
  const added = [...fresh.values()]
  const inserts = added.map((row) => toRow(row, last.get(thing(row))?.id === row.id))
  await insertMany(db, 'records', inserts, { on: ['id'], set: [] })
  const back = heads.filter((row) => !fresh.has(row.id)).map((row) => row.id)
  if (back.length > 0)
    await db
      .updateTable('records')
      .set({ head: 1 })
      .where(among(db, 'id', back))
      .execute()
  await putPending(db, [
    ...inserts.map((row) => ({ record_id: row.id, head: row.head, first_seen_at: row.first_seen_at })),
    ...back.map((id) => ({ record_id: id, head: 1, first_seen_at: known.get(id)?.first_seen_at ?? 0 })),
  ])
  const firsts = heads.filter((row) => fresh.has(row.id) && !retired.has(thing(row)))
  return { fresh: added, firsts }
}

const headsOf = prepared((db, { ids }: { ids: string[] }) =>
  db
    .selectFrom('records')
    .select(['id', 'head', 'first_seen_at'])
    .where(among(db, 'id', ids))
    .compile(),
)

/** What a record is a version of. */
function thing(row: Pick<VendorRecord, 'connectionId' | 'feed' | 'vendorId'>): string {
  return `${row.connectionId}\n${row.feed}\n${row.vendorId}`
}

/** Returns the things that had a head. */
async function retire(db: Db, heads: VendorRecord[]): Promise<Set<string>> {
  const retired = new Set<string>()
  for (const group of Map.groupBy(heads, (row) => `${row.connectionId}\n${row.feed}`).values()) {
    const [first] = group
    if (!first) continue
    const { connectionId, feed } = first
    const ids = group.map((row) => row.vendorId)
    const { rows } = await unhead(db, { connectionId, feed, vendorIds: ids })
    for (const row of rows) retired.add(thing({ connectionId, feed, vendorId: row.vendor_id }))
    await demotePending(
      db,
      rows.map((row) => row.id),
    )
  }
  return retired
}

const unhead = prepared((db, { connectionId, feed, vendorIds }: Things) => {
  const query = db.updateTable('records').set({ head: 0 }).where(isHead)
  return query
    .where('connection_id', '=', connectionId)
    .where('feed', '=', feed)
    .where(among(db, 'vendor_id', vendorIds))
    .returning(['id', 'vendor_id'])
    .compile()
})

// Partial indexes serve a query only when it states their condition as a literal.
const isHead = sql<boolean>`head = 1`
const isOpenHead = sql<boolean>`head = 1 and open = 1`

export async function heads(
  db: Db,
  connectionId: string,
  feed: string,
  vendorIds: string[],
): Promise<VendorRecord[]> {
  return (await headRows(db, { connectionId, feed, vendorIds })).rows.map(fromRow)
}

interface Things extends Record<string, string | string[]> {
  connectionId: string
  feed: string
  vendorIds: string[]
}

const headRows = prepared((db, { connectionId, feed, vendorIds }: Things) => {
  const query = db.selectFrom('records').selectAll().where(isHead).where('connection_id', '=', connectionId)
  return query
    .where('feed', '=', feed)
    .where(among(db, 'vendor_id', vendorIds))
    .compile()
})

export async function openHeads(db: Db, connectionId: string, feed: string): Promise<VendorRecord[]> {
  const query = db
    .selectFrom('records')
    .selectAll()
    .where(isOpenHead)
    .where('connection_id', '=', connectionId)
  return (await query.where('feed', '=', feed).orderBy('vendor_id').execute()).map(fromRow)
}

/** Oldest first, but superseded versions before heads: whatever the batch size, a head is read after its past. */
export async function takePending(db: Db, limit: number): Promise<VendorRecord[]> {
  return (await pending(db, { limit })).rows.map(fromRow)
}

const pending = prepared((db, { limit }: { limit: number }) =>
  db
    .selectFrom('pending')
    .innerJoin('records', 'records.id', 'pending.record_id')
    .selectAll('records')
    .orderBy('pending.head')
    .orderBy('pending.first_seen_at')
    .orderBy('pending.record_id')
    .limit(sql<number>`${limit}`)
    .compile(),
)

/** What the vendor showed last of one thing is to be read again; nothing when it has shown nothing. */
export async function readAgain(db: Db, connectionId: string, feed: string, vendorId: string): Promise<void> {
  await again(db, { connectionId, feed, vendorId })
}

interface Thing extends Record<string, string> {
  connectionId: string
  feed: string
  vendorId: string
}

const again = prepared((db, { connectionId, feed, vendorId }: Thing) => {
  const heads = db.selectFrom('records').select(['id', 'head', 'first_seen_at']).where(isHead)
  const own = heads
    .where('connection_id', '=', connectionId)
    .where('feed', '=', feed)
    .where('vendor_id', '=', vendorId)
  return waitAgain(db, own).compile()
})

/** What is to be read again. */
export async function markPending(db: Db, ids: string[]): Promise<void> {
  const own = db
    .selectFrom('records')
    .select(['id', 'head', 'first_seen_at'])
    .where(among(db, 'id', ids))
  await waitAgain(db, own).execute()
}

function waitAgain(db: Db, own: SelectQueryBuilder<Tables, 'records', Omit<PendingRow, 'record_id'>>) {
  return db
    .insertInto('pending')
    .columns(['record_id', 'head', 'first_seen_at'])
    .expression(own)
    .onConflict((conflict) => conflict.column('record_id').doNothing())
}

/** Of these feeds what stands now, newest first. */
export async function listHeads(
  db: Db,
  feeds: readonly { connectionId: string; feed: string }[],
  { limit, before }: { limit: number; before?: Before },
): Promise<VendorRecord[]> {
  if (feeds.length === 0) return []
  const list = listTable(
    db,
    'f',
    ['connection_id', 'feed'],
    feeds.map(({ connectionId, feed }) => [connectionId, feed]),
  )
  const among = sql<boolean>`(connection_id, feed) in (select f.connection_id, f.feed from ${list})`
  let query = db.selectFrom('records').selectAll().where(isHead).where(among)
  if (before) query = query.where(isBefore('time', 'id', before))
  return (await query.orderBy('time', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(fromRow)
}

export async function record(db: Db, id: string): Promise<VendorRecord | undefined> {
  const [row] = (await byId(db, { id })).rows
  return row && fromRow(row)
}

const byId = prepared((db, { id }: { id: string }) =>
  db.selectFrom('records').selectAll().where('id', '=', id).compile(),
)

export async function recordsByIds(db: Db, ids: string[]): Promise<VendorRecord[]> {
  const query = db
    .selectFrom('records')
    .selectAll()
    .where(among(db, 'id', ids))
  return (await query.orderBy('id').execute()).map(fromRow)
}

export async function countRecords(db: Db): Promise<number> {
  const query = db.selectFrom('records').select((eb) => eb.fn.countAll<number>().as('count'))
  return (await query.executeTakeFirstOrThrow()).count
}

function toRow(row: VendorRecord, head: boolean): RecordRow {
  return {
    id: row.id,
    connection_id: row.connectionId,
    feed: row.feed,
    vendor_id: row.vendorId,
    customer_id: row.customerId,
    time: row.time,
    open: Number(row.open),
    head: Number(head),
    body: row.body,
    hash: row.hash,
    first_seen_at: row.firstSeenAt,
  }
}

function fromRow(row: RecordRow): VendorRecord {
  return {
    id: row.id,
    connectionId: row.connection_id,
    feed: row.feed,
    vendorId: row.vendor_id,
    customerId: row.customer_id,
    time: row.time,
    open: row.open === 1,
    body: row.body,
    hash: row.hash,
    firstSeenAt: row.first_seen_at,
  }
}
