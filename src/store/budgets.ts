import type { Holding, Mood } from '../contract/ledger.ts'
import type { Pace } from '../contract/limits.ts'
import type { Db } from './engine.ts'
import { decode, encode } from './json.ts'
import { prepared } from './prepared.ts'

export interface BudgetRow {
  name: string
  connections: string
  rule: string
  holdings: string
  mood: string
  version: number
  updated_at: number
}

/** What all clients of one credential, or of one address, may send together, and who holds which part of it. */
export interface StoredBudget {
  /** `vendor:address` or `vendor:` and a digest of the credential; a further limit's name follows. Never a key. */
  name: string
  /** Ids of the connections that share it. */
  connections: readonly string[]
  rule: Pace
  holdings: readonly Holding[]
  mood: Mood
  /** Rises with every change. */
  version: number
  updatedAt: number
}

export async function readBudget(db: Db, name: string): Promise<StoredBudget | undefined> {
  const row = await db.selectFrom('budgets').selectAll().where('name', '=', name).executeTakeFirst()
  return row && fromRow(row)
}

export async function listBudgets(db: Db): Promise<StoredBudget[]> {
  return (await db.selectFrom('budgets').selectAll().orderBy('name').execute()).map(fromRow)
}

/** Adds it, or changes the one with the version before this one; false when another process was first. */
export async function putBudget(db: Db, budget: StoredBudget): Promise<boolean> {
  const row = toRow(budget)
  if (budget.version === 1) {
    const query = db
      .insertInto('budgets')
      .values(row)
      .onConflict((on) => on.column('name').doNothing())
    return ((await query.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n
  }
  return ((await change(db, { ...row, before: budget.version - 1 })).numAffectedRows ?? 0n) > 0n
}

interface Change extends BudgetRow, Record<string, string | number> {
  /** The version that it changes. */
  before: number
}

const change = prepared((db, { name, before, ...rest }: Change) => {
  const query = db.updateTable('budgets').set(rest).where('name', '=', name)
  return query.where('version', '=', before).compile()
})

/** Forgets those of credentials that nobody has used since. */
export async function pruneBudgets(db: Db, before: number): Promise<void> {
  await db.deleteFrom('budgets').where('updated_at', '<', before).execute()
}

function toRow({ name, connections, rule, holdings, mood, version, updatedAt }: StoredBudget): BudgetRow {
  return {
    name,
    connections: encode(connections),
    rule: encode(rule),
    holdings: encode(holdings),
    mood: encode(mood),
    version,
    updated_at: updatedAt,
  }
}

function fromRow({ name, connections, rule, holdings, mood, version, updated_at }: BudgetRow): StoredBudget {
  return {
    name,
    connections: decode(connections),
    rule: decode(rule),
    holdings: decode(holdings),
    mood: decode(mood),
    version,
    updatedAt: updated_at,
  }
}
