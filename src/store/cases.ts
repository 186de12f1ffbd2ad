import { sql } from 'kysely'
import type { Case, CaseStatus } from '../domain/case.ts'
import type { Severity } from '../domain/severity.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among, type Before, isBefore, listTable } from './lists.ts'
import { prepared } from './prepared.ts'

export interface CaseRow {
  id: string
  tenant_id: string
  title: string
  severity: Severity
  status: CaseStatus
  first_time: number
  last_time: number
  finding_count: number
  merged_into: string | null
  marks: string
  created_at: number
  updated_at: number
}

/** What the indices are sorted by: to write it is to write them too, even where it stays as it is. */
const sorted = ['tenant_id', 'first_time'] as const

const updated = [
  'title',
  'severity',
  'status',
  'last_time',
  'finding_count',
  'merged_into',
  'marks',
  'updated_at',
] as const

/** `known`: what the table holds of them, as far as the caller has just read it. */
export async function putCases(
  db: Db,
  cases: readonly Case[],
  known: ReadonlyMap<string, Case> = new Map(),
): Promise<void> {
  const [inPlace, others] = [[] as CaseRow[], [] as CaseRow[]]
  for (const one of cases) {
    const was = known.get(one.id)
    const stays = was !== undefined && was.tenantId === one.tenantId && was.firstTime === one.firstTime
    ;(stays ? inPlace : others).push(toRow(one))
  }
  await insertMany(db, 'cases', others, { on: ['id'], set: [...sorted, ...updated] })
  await insertMany(db, 'cases', inPlace, { on: ['id'], set: [...updated] })
}

const byIds = prepared((db, { ids }: { ids: readonly string[] }) =>
  db
    .selectFrom('cases')
    .selectAll()
    .where(among(db, 'id', ids))
    .orderBy('id')
    .compile(),
)

export async function casesByIds(db: Db, ids: readonly string[]): Promise<Case[]> {
  return ids.length === 0 ? [] : (await byIds(db, { ids })).rows.map(fromRow)
}

/** Every case of these tenants. */
export async function casesOfTenants(db: Db, tenantIds: readonly string[]): Promise<Case[]> {
  const query = db
    .selectFrom('cases')
    .selectAll()
    .where(among(db, 'tenant_id', tenantIds))
  return (await query.orderBy('id').execute()).map(fromRow)
}

/** Takes away cases that hold nothing any more. */
export async function dropCases(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await db
      .deleteFrom('cases')
      .where(among(db, 'id', ids))
      .execute()
}

export interface CaseFilter {
  status?: CaseStatus
  tenantId?: string
  limit: number
  before?: Before
}

/** Without those that were merged into others. Newest attack first, by the time of its first finding; the page after continues before `{ time: firstTime, id }`. */
export async function listCases(db: Db, { status, tenantId, limit, before }: CaseFilter): Promise<Case[]> {
  let query = db
    .selectFrom('cases')
    .selectAll()
    .orderBy('first_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .where('merged_into', 'is', null)
  if (status) query = query.where('status', '=', status)
  if (tenantId !== undefined) query = query.where('tenant_id', '=', tenantId)
  if (before) query = query.where(isBefore('first_time', 'id', before))
  return (await query.execute()).map(fromRow)
}

export async function countCases(db: Db): Promise<Record<CaseStatus, number>> {
  const query = db
    .selectFrom('cases')
    .where('merged_into', 'is', null)
    .select('status')
    .select((eb) => eb.fn.countAll<number>().as('count'))
  const rows = await query.groupBy('status').execute()
  return { open: 0, resolved: 0, ...Object.fromEntries(rows.map((row) => [row.status, row.count])) }
}

/** Cases of these tenants for which no ticket was ever decided. */
export async function casesWithoutTicket(db: Db, tenantIds: string[]): Promise<Case[]> {
  const query = db
    .selectFrom('cases')
    .selectAll('cases')
    .where(among(db, 'tenant_id', tenantIds))
    .where('merged_into', 'is', null)
  const decided = sql<boolean>`exists (select 1 from ticket_changes as c where c.case_id = cases.id and c.kind = 'create')`
  return (
    await query
      .where((eb) => eb.not(decided))
      .orderBy('id')
      .execute()
  ).map(fromRow)
}

/** Open cases of these tenants of which no task is known. */
export async function openCasesWithoutTask(db: Db, tenantIds: string[]): Promise<Case[]> {
  const query = db
    .selectFrom('cases')
    .selectAll('cases')
    .where(among(db, 'tenant_id', tenantIds))
    .where('status', '=', 'open')
    .where('merged_into', 'is', null)
  const known = sql<boolean>`exists (select 1 from tasks as t where t.case_id = cases.id)`
  return (
    await query
      .where((eb) => eb.not(known))
      .orderBy('id')
      .execute()
  ).map(fromRow)
}

/** How many cases began at each tenant within a time, epoch ms, both ends included. */
export async function countCasesBegun(
  db: Db,
  spans: readonly { tenantId: string; from: number; to: number }[],
): Promise<Map<string, number>> {
  if (spans.length === 0) return new Map()
  const rows = spans.map(({ tenantId, from, to }) => [tenantId, String(from), String(to)])
  const query = sql<{ tenantId: string; count: number }>`
    select k.tenant_id as "tenantId", (
      select count(*) from cases as c where c.tenant_id = k.tenant_id
        and c.first_time between cast(k.low as bigint) and cast(k.high as bigint)) as count
    from ${listTable(db, 'k', ['tenant_id', 'low', 'high'], rows)}`
  return new Map((await query.execute(db)).rows.map((row) => [row.tenantId, row.count]))
}

function toRow(row: Case): CaseRow {
  return {
    id: row.id,
    tenant_id: row.tenantId,
    title: row.title,
    severity: row.severity,
    status: row.status,
    first_time: row.firstTime,
    last_time: row.lastTime,
    finding_count: row.findingCount,
    merged_into: row.mergedInto,
    marks: encode(row.marks),
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}

function fromRow(row: CaseRow): Case {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    title: row.title,
    severity: row.severity,
    status: row.status,
    firstTime: row.first_time,
    lastTime: row.last_time,
    findingCount: row.finding_count,
    mergedInto: row.merged_into,
    marks: decode(row.marks),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
