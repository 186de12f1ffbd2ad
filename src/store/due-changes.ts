import { sql } from 'kysely'
import type { ChangeKind } from '../domain/ticket.ts'
import type { Db } from './engine.ts'
import { prepared } from './prepared.ts'
import { type StoredChange, fromRow, isUnsettled } from './ticket-changes.ts'

/** What the outbox and the sweep ask of ticket changes: which are due, on their way, or were sent twice. */

/**
 * What may be sent or looked up now, in the order decided, at most one change per case. A change waits while another
 * of its case is on its way at the same vendor; a create for the creates before it; all else for everything before it
 * and, unless it needs none, for a live ticket.
 */
export async function dueChanges(
  db: Db,
  connectionId: string,
  now: number,
  limit: number,
): Promise<StoredChange[]> {
  const { rows } = await due(db, { connectionId, now, limit })
  const seen = new Set<string>()
  return rows.filter((row) => !seen.has(row.case_id) && seen.add(row.case_id)).map(fromRow)
}

interface Due extends Record<string, string | number> {
  connectionId: string
  now: number
  limit: number
}

const due = prepared((db, { connectionId, now, limit }: Due) => {
  const query = db
    .selectFrom('ticket_changes as c')
    .selectAll()
    .where(isUnsettled)
    .where('connection_id', '=', connectionId)
  const blocked = sql<boolean>`exists (
    select 1 from ticket_changes as o where o.case_id = c.case_id and o.id <> c.id
      and o.connection_id = c.connection_id
      and (o.state = 'sending' or (o.state in ('pending', 'ambiguous') and (c.kind <> 'create' or o.kind = 'create')
        and (o.created_at, o.kind, o.version) < (c.created_at, c.kind, c.version))))`
  const ticketed = sql<boolean>`(c.kind in ('create', 'alert', 'write-back', 'project', 'task', 'task-status') or exists (
    select 1 from tickets as t where t.case_id = c.case_id and t.connection_id = c.connection_id
      and (t.folded_into is null and t.gone is null or t.folded_into is not null and t.gone = 'merged')))`
  return query
    .where('due_at', '<=', now)
    .where((eb) => eb.not(blocked))
    .where(ticketed)
    .orderBy('created_at')
    .orderBy('kind')
    .orderBy('version')
    .orderBy('id')
    .limit(sql<number>`${limit}`)
    .compile()
})

/** When the next unsettled change falls due; undefined when there is none. */
export async function nextDue(db: Db, connectionId: string): Promise<number | undefined> {
  return (await earliest(db, { connectionId })).rows[0]?.due ?? undefined
}

const earliest = prepared((db, { connectionId }: { connectionId: string }) =>
  sql<{ due: number | null }>`
    select min(due) as due from (
      select min(due_at) as due from ticket_changes
        where connection_id = ${connectionId} and state in ('pending', 'ambiguous')
      union all
      select min(due_at) as due from ticket_changes where connection_id = ${connectionId} and state = 'sending'
    ) as both_states`.compile(db),
)

/** The connections for which anything unsettled has fallen due. */
export async function connectionsDue(db: Db, now: number): Promise<string[]> {
  return (await dueAnywhere(db, { now })).rows.map((row) => row.connection_id)
}

const dueAnywhere = prepared((db, { now }: { now: number }) => {
  const query = db.selectFrom('ticket_changes as c').select('connection_id').distinct().where(isUnsettled)
  return query.where('due_at', '<=', now).orderBy('connection_id').compile()
})

const longestWaitMs = 7 * 86_400_000

/** Changes of this kind that were sent again after an unclear answer, for the last time since then, oldest first. */
export async function sentTwice(
  db: Db,
  connectionId: string,
  kind: ChangeKind,
  since: number,
): Promise<StoredChange[]> {
  const query = db
    .selectFrom('ticket_changes')
    .selectAll()
    // What was decided long before is not sent any more; the index is on this.
    .where('created_at', '>=', since - longestWaitMs)
    .where('sent_at', '>=', since)
    .where('connection_id', '=', connectionId)
    .where('kind', '=', kind)
  const rows = await query
    .where('state', '=', 'sent')
    .where('attempts', '>', 1)
    .where('ambiguities', '>', 0)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

/** What was on its way when its process died. */
export async function stuckSending(db: Db, connectionId: string): Promise<StoredChange[]> {
  // Sorted here: asked to sort, SQLite would walk all changes in that order instead of the few that are on their way.
  return (await sending(db, { connectionId })).rows
    .map(fromRow)
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

const sending = prepared((db, { connectionId }: { connectionId: string }) => {
  const query = db
    .selectFrom('ticket_changes')
    .selectAll()
    .where(sql<boolean>`state = 'sending'`) // a literal, for the partial index
  return query.where('connection_id', '=', connectionId).compile()
})
