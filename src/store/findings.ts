import { sql } from 'kysely'
import type { Finding } from '../domain/finding.ts'
import type { Severity } from '../domain/severity.ts'
import type { Db } from './engine.ts'
import { type Conflict, insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among } from './lists.ts'
import { prepared } from './prepared.ts'

export interface FindingRow {
  id: string
  connection_id: string
  feed: string
  vendor_id: string
  customer_id: string | null
  tenant_id: string | null
  title: string
  severity: Severity
  open: number
  time: number
  entities: string
  record_id: string
  case_id: string | null
  /** 1 while its customer stands for no Tenant. */
  quarantined: number
  /** 1 while its Case, and so its ticket, belongs to another Tenant than its customer does. */
  elsewhere: number
}

/** A Finding with the Case that holds it. */
export interface StoredFinding extends Finding {
  caseId: string | null
  elsewhere: boolean
}

type FindingToPut = Finding & { caseId?: string | null; elsewhere?: boolean }

const updated = [
  'customer_id',
  'tenant_id',
  'title',
  'severity',
  'open',
  'time',
  'entities',
  'record_id',
  'quarantined',
  'elsewhere',
  ['case_id', 'coalesce(excluded.case_id, findings.case_id)'],
] as const satisfies Conflict<keyof FindingRow>['set']

/** Without a Case, a Finding keeps the one that it has. */
export async function putFindings(db: Db, findings: FindingToPut[]): Promise<void> {
  await insertMany(db, 'findings', findings.map(toRow), { on: ['id'], set: [...updated] })
}

const byIds = prepared((db, { ids }: { ids: readonly string[] }) =>
  db
    .selectFrom('findings')
    .selectAll()
    .where(among(db, 'id', ids))
    .orderBy('id')
    .compile(),
)

export async function findingsByIds(db: Db, ids: readonly string[]): Promise<StoredFinding[]> {
  return ids.length === 0 ? [] : (await byIds(db, { ids })).rows.map(fromRow)
}

// The partial index on quarantined findings serves a query only when it states this literally.
const isQuarantined = sql<boolean>`quarantined = 1`

export interface Waiting {
  connectionId: string
  customerId: string | null
  count: number
  /** Event time of the oldest, epoch ms. */
  oldest: number
}

export async function countQuarantined(db: Db): Promise<Waiting[]> {
  const query = db.selectFrom('findings').where(isQuarantined).groupBy(['connection_id', 'customer_id'])
  const rows = await query
    .select(['connection_id as connectionId', 'customer_id as customerId'])
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min<number>('time').as('oldest')])
    .orderBy('connection_id')
    .orderBy('customer_id', (order) => order.asc().nullsFirst())
    .execute()
  return rows
}

export async function countQuarantinedByFeed(
  db: Db,
): Promise<{ connectionId: string; feed: string; customerId: string | null; count: number }[]> {
  const query = db.selectFrom('findings').where(isQuarantined)
  return query
    .groupBy(['connection_id', 'feed', 'customer_id'])
    .select(['connection_id as connectionId', 'feed', 'customer_id as customerId'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .execute()
}

const isElsewhere = sql<boolean>`elsewhere = 1`

/** Findings whose ticket stands under another tenant than their own customer's, by customer. */
export async function countElsewhere(
  db: Db,
): Promise<{ connectionId: string; customerId: string | null; count: number }[]> {
  const query = db.selectFrom('findings').where(isElsewhere).groupBy(['connection_id', 'customer_id'])
  return query
    .select(['connection_id as connectionId', 'customer_id as customerId'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .orderBy('connection_id')
    .orderBy('customer_id')
    .execute()
}

/** The cases that hold findings of these customers although they belong to another tenant. */
export async function casesElsewhere(db: Db, connectionId: string, customerId: string): Promise<string[]> {
  const query = db
    .selectFrom('findings')
    .select('case_id')
    .where(isElsewhere)
    .where('connection_id', '=', connectionId)
  const rows = await query.where('customer_id', '=', customerId).distinct().orderBy('case_id').execute()
  return rows.flatMap((row) => row.case_id ?? [])
}

/** Puts findings in another place: without a case they stand alone again, without a tenant they wait. */
export async function moveFindings(
  db: Db,
  ids: readonly string[],
  to: { tenantId: string | null; elsewhere: boolean; caseId?: null },
): Promise<void> {
  if (ids.length === 0) return
  const { tenantId, elsewhere } = to
  const row = { tenant_id: tenantId, quarantined: Number(tenantId === null), elsewhere: Number(elsewhere) }
  await db
    .updateTable('findings')
    .set({ ...row, ...(to.caseId === null && { case_id: null }) })
    .where(among(db, 'id', ids))
    .execute()
}

/** Gives a customer's waiting findings their Tenant and returns them, oldest first. */
export async function releaseQuarantined(
  db: Db,
  connectionId: string,
  customerId: string | null,
  tenantId: string,
): Promise<StoredFinding[]> {
  const query = db.updateTable('findings').set({ tenant_id: tenantId, quarantined: 0 }).where(isQuarantined)
  const ofCustomer = query.where('connection_id', '=', connectionId)
  const rows = await (
    customerId === null
      ? ofCustomer.where('customer_id', 'is', null)
      : ofCustomer.where('customer_id', '=', customerId)
  )
    .returningAll()
    .execute()
  return rows.map(fromRow).sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
}

/** Oldest first. */
export async function findingsOfCases(db: Db, caseIds: string[]): Promise<StoredFinding[]> {
  const query = db
    .selectFrom('edges')
    .innerJoin('findings', 'findings.id', 'edges.finding_id')
    .selectAll('findings')
    .where(among(db, 'edges.case_id', caseIds))
  return (await query.orderBy('time').orderBy('id').execute()).map(fromRow)
}

/** Everything in a case since then, by event time. Read whole: for a look back, not for the line. */
export async function findingsSince(db: Db, since: number): Promise<StoredFinding[]> {
  const query = db.selectFrom('findings').selectAll().where('time', '>=', since)
  return (await query.where('case_id', 'is not', null).orderBy('time').orderBy('id').execute()).map(fromRow)
}

/** Those of the cases in which the vendor still has a finding open. */
export async function casesWithOpenFindings(db: Db, caseIds: readonly string[]): Promise<Set<string>> {
  if (caseIds.length === 0) return new Set()
  return new Set((await stillOpen(db, { caseIds })).rows.map((row) => row.case_id))
}

const stillOpen = prepared((db, { caseIds }: { caseIds: readonly string[] }) => {
  const query = db
    .selectFrom('edges')
    .innerJoin('findings', 'findings.id', 'edges.finding_id')
    .where(among(db, 'edges.case_id', caseIds))
    .where('findings.open', '=', 1)
  return query.select('edges.case_id').distinct().compile()
})

function toRow(finding: FindingToPut): FindingRow {
  return {
    id: finding.id,
    connection_id: finding.connectionId,
    feed: finding.feed,
    vendor_id: finding.vendorId,
    customer_id: finding.customerId,
    tenant_id: finding.tenantId,
    title: finding.title,
    severity: finding.severity,
    open: Number(finding.open),
    time: finding.time,
    entities: encode(finding.entities),
    record_id: finding.recordId,
    case_id: finding.caseId ?? null,
    quarantined: Number(finding.tenantId === null),
    elsewhere: Number(finding.elsewhere ?? false),
  }
}

function fromRow(row: FindingRow): StoredFinding {
  return {
    id: row.id,
    connectionId: row.connection_id,
    feed: row.feed,
    vendorId: row.vendor_id,
    customerId: row.customer_id,
    tenantId: row.tenant_id,
    title: row.title,
    severity: row.severity,
    open: row.open === 1,
    time: row.time,
    entities: decode(row.entities),
    recordId: row.record_id,
    caseId: row.case_id,
    elsewhere: row.elsewhere === 1,
  }
}
