import { sql } from 'kysely'
import type { ChangeKind, ChangeState, TicketChange } from '../domain/ticket.ts'
import type { Db } from './engine.ts'
import { prepared } from './prepared.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { among, type Before, isBefore } from './lists.ts'

export interface ChangeRow {
  id: string
  case_id: string
  connection_id: string
  kind: ChangeKind
  version: number
  payload: string
  state: ChangeState
  attempts: number
  lookups: number
  ambiguities: number
  settled_by_lookup: number
  due_at: number
  sent_at: number | null
  vendor_id: string | null
  error: string | null
  /** The fencing number of the lease under which it was sent. */
  fence: number | null
  created_at: number
}

/** A TicketChange with the lease that sent it. */
export interface StoredChange extends TicketChange {
  fence: number | null
}

/** Keeps decisions; one that is there already stays as it is. */
export async function putChanges(db: Db, changes: TicketChange[]): Promise<void> {
  await insertMany(db, 'ticket_changes', changes.map(toRow), { on: ['case_id', 'kind', 'version'], set: [] })
}

export async function change(db: Db, id: string): Promise<StoredChange | undefined> {
  const row = await db.selectFrom('ticket_changes').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

// A literal, because partial indexes serve a query only when it states their condition so.
export const isUnsettled = sql<boolean>`c.state in ('pending', 'ambiguous')`
const isUndone = sql<boolean>`state in ('pending', 'sending', 'ambiguous')`

/** What was decided for these cases' tickets can no longer be done; of what is on its way its sender may still say that it was. */
export async function refuseUndone(
  db: Db,
  connectionId: string,
  caseIds: string[],
  error: string,
): Promise<void> {
  const query = db.updateTable('ticket_changes').set({ state: 'refused', error }).where(isUndone)
  await query
    .where('connection_id', '=', connectionId)
    .where(among(db, 'case_id', caseIds))
    .where('kind', 'not in', ['create', 'alert', 'write-back', 'project', 'task', 'task-status'])
    .execute()
}

/** Those of the cases for which a note that tells of an alert has not been settled. */
export async function casesWithUntold(db: Db, connectionId: string, caseIds: string[]): Promise<Set<string>> {
  const query = db.selectFrom('ticket_changes').select(['case_id', 'payload']).where(isUndone)
  const rows = await query
    .where('connection_id', '=', connectionId)
    .where('kind', '=', 'note')
    .where(among(db, 'case_id', caseIds))
    .execute()
  const quoting = rows.filter((row) => decode<TicketChange['payload']>(row.payload).quotes !== undefined)
  return new Set(quoting.map((row) => row.case_id))
}

export type ChangePatch = Partial<
  Omit<StoredChange, 'id' | 'caseId' | 'connectionId' | 'kind' | 'version' | 'createdAt'>
>

/**
 * Changes a row, if it is still in the state that the caller saw, and tells whether it did. Two changes of one case
 * are never `sending` together: the second is refused here, and by a unique index should two processes race.
 */
export async function setChange(
  db: Db,
  id: string,
  patch: ChangePatch,
  expectState?: ChangeState,
): Promise<boolean> {
  const update = patch.state === 'sending' ? updateAlone : updateOne
  const result = await update(db, { id, ...(expectState && { expectState }), ...toPatch(patch) })
  return (result.numAffectedRows ?? 0n) > 0n
}

type Update = { id: string; expectState?: ChangeState } & Partial<Omit<ChangeRow, 'id'>>

const updateOne = prepared((db, args: Update) => updating(db, args).compile())

const updateAlone = prepared((db, args: Update) => {
  const other = sql<boolean>`exists (select 1 from ticket_changes as o
    where o.case_id = ticket_changes.case_id and o.connection_id = ticket_changes.connection_id and o.state = 'sending' and o.id <> ${args.id})`
  return updating(db, args)
    .where((eb) => eb.not(other))
    .compile()
})

function updating(db: Db, { id, expectState, ...row }: Update) {
  const query = db.updateTable('ticket_changes').set(row).where('id', '=', id)
  return expectState === undefined ? query : query.where('state', '=', expectState)
}

export interface ChangeFilter {
  state?: ChangeState
  caseId?: string
  limit: number
  before?: Before
}

/** Newest first. */
export async function listChanges(
  db: Db,
  { state, caseId, limit, before }: ChangeFilter,
): Promise<StoredChange[]> {
  let query = db
    .selectFrom('ticket_changes')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (state) query = query.where('state', '=', state)
  if (caseId !== undefined) query = query.where('case_id', '=', caseId)
  if (before) query = query.where(isBefore('created_at', 'id', before))
  return (await query.execute()).map(fromRow)
}

export async function countByState(db: Db): Promise<Record<ChangeState, number>> {
  return (await totals(db)).byState
}

export interface ChangeTotals {
  byState: Record<ChangeState, number>
  /** How often a change was ambiguous, ever. */
  ambiguous: number
  settledByLookup: number
}

export async function totals(db: Db): Promise<ChangeTotals> {
  const query = db.selectFrom('ticket_changes').groupBy('state').select('state')
  const rows = await query
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.sum<number>('ambiguities').as('ambiguous'),
      eb.fn.sum<number>('settled_by_lookup').as('settled'),
    ])
    .execute()
  const counts = Object.fromEntries(rows.map((row) => [row.state, row.count]))
  return {
    byState: { pending: 0, sending: 0, ambiguous: 0, sent: 0, refused: 0, ...counts },
    ambiguous: rows.reduce((sum, row) => sum + row.ambiguous, 0),
    settledByLookup: rows.reduce((sum, row) => sum + row.settled, 0),
  }
}

/** The decisions to raise a ticket for these cases, the first of each case first. */
export async function createsOf(db: Db, caseIds: readonly string[]): Promise<StoredChange[]> {
  const query = db
    .selectFrom('ticket_changes')
    .selectAll()
    .where(among(db, 'case_id', caseIds))
  const rows = await query.where('kind', '=', 'create').orderBy('case_id').orderBy('version').execute()
  return rows.map(fromRow)
}

/**
 * Takes back what was decided for these cases, where no request has ever left. Returns the cases that are free of it;
 * the others may have a ticket. Whoever is about to send finds the row gone, or was there first.
 */
export async function cancelUnsent(db: Db, caseIds: readonly string[]): Promise<Set<string>> {
  // What was asked of a board stays there: a task is no ticket.
  const ofTheDesk = sql<boolean>`kind not in ('project', 'task', 'task-status')`
  const touched = sql<boolean>`exists (select 1 from ticket_changes as o where o.case_id = ticket_changes.case_id
    and o.kind not in ('project', 'task', 'task-status') and (o.state <> 'pending' or o.attempts > 0))`
  const unsent = db
    .deleteFrom('ticket_changes')
    .where(among(db, 'case_id', caseIds))
    .where('kind', '=', 'create')
    .where('state', '=', 'pending')
    .where('attempts', '=', 0)
    .where((eb) => eb.not(touched))
  const free = new Set((await unsent.returning('case_id').execute()).map((row) => row.case_id))
  await db
    .deleteFrom('ticket_changes')
    .where(among(db, 'case_id', [...free]))
    .where('state', '=', 'pending')
    .where(ofTheDesk)
    .execute()
  return free
}

/** How many changes of each kind each case has, by `changeKey`: the version of the last one. */
export async function lastVersions(db: Db, caseIds: string[]): Promise<Map<string, number>> {
  const { rows } = await versions(db, { caseIds })
  return new Map(rows.map((row) => [changeKey(row.case_id, row.kind), row.version]))
}

const versions = prepared((db, { caseIds }: { caseIds: string[] }) => {
  const query = db
    .selectFrom('ticket_changes')
    .where(among(db, 'case_id', caseIds))
    .groupBy(['case_id', 'kind'])
  return query
    .select(['case_id', 'kind'])
    .select((eb) => eb.fn.max<number>('version').as('version'))
    .compile()
})

export function changeKey(caseId: string, kind: ChangeKind): string {
  return `${caseId} ${kind}`
}

/** What has left for these cases and may have been carried out, while nobody knows yet. */
export async function onTheirWay(db: Db, caseIds: string[]): Promise<StoredChange[]> {
  const { rows } = await flying(db, { caseIds })
  return rows.map(fromRow).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

const flying = prepared((db, { caseIds }: { caseIds: string[] }) => {
  const query = db
    .selectFrom('ticket_changes')
    .selectAll()
    .where(sql<boolean>`state in ('sending', 'ambiguous')`)
  return query.where(among(db, 'case_id', caseIds)).compile()
})

function toRow(change: TicketChange): ChangeRow {
  return {
    id: change.id,
    case_id: change.caseId,
    connection_id: change.connectionId,
    kind: change.kind,
    version: change.version,
    payload: encode(change.payload),
    state: change.state,
    attempts: change.attempts,
    lookups: change.lookups,
    ambiguities: change.ambiguities,
    settled_by_lookup: Number(change.settledByLookup),
    due_at: change.dueAt,
    sent_at: change.sentAt,
    vendor_id: change.vendorId,
    error: change.error,
    fence: null,
    created_at: change.createdAt,
  }
}

function toPatch({
  payload,
  settledByLookup,
  dueAt,
  sentAt,
  vendorId,
  ...same
}: ChangePatch): Partial<ChangeRow> {
  return {
    ...same,
    ...(payload && { payload: encode(payload) }),
    ...(settledByLookup !== undefined && { settled_by_lookup: Number(settledByLookup) }),
    ...(dueAt !== undefined && { due_at: dueAt }),
    ...(sentAt !== undefined && { sent_at: sentAt }),
    ...(vendorId !== undefined && { vendor_id: vendorId }),
  }
}

export function fromRow(row: ChangeRow): StoredChange {
  return {
    id: row.id,
    caseId: row.case_id,
    connectionId: row.connection_id,
    kind: row.kind,
    version: row.version,
    payload: decode(row.payload),
    state: row.state,
    attempts: row.attempts,
    lookups: row.lookups,
    ambiguities: row.ambiguities,
    settledByLookup: row.settled_by_lookup === 1,
    dueAt: row.due_at,
    sentAt: row.sent_at,
    vendorId: row.vendor_id,
    error: row.error,
    fence: row.fence,
    createdAt: row.created_at,
  }
}
