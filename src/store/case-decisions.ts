import type { CaseDecision } from '../domain/case.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'
import { prepared } from './prepared.ts'

export interface CaseDecisionRow {
  case_id: string
  status: CaseDecision['status']
  who: string
  reason: string
  at: number
}

/** A case's latest word by a person; the one before is replaced. */
export async function putDecision(db: Db, { caseId, ...same }: CaseDecision): Promise<void> {
  const row = { case_id: caseId, ...same }
  await insertMany(db, 'case_decisions', [row], { on: ['case_id'], set: ['status', 'who', 'reason', 'at'] })
}

const ofCases = prepared((db, { caseIds }: { caseIds: readonly string[] }) =>
  db
    .selectFrom('case_decisions')
    .selectAll()
    .where(among(db, 'case_id', caseIds))
    .compile(),
)

export async function decisionsOf(db: Db, caseIds: readonly string[]): Promise<Map<string, CaseDecision>> {
  if (caseIds.length === 0) return new Map()
  const { rows } = await ofCases(db, { caseIds })
  return new Map(rows.map(({ case_id, ...same }) => [case_id, { caseId: case_id, ...same }]))
}

/** News have overtaken them. */
export async function dropDecisions(db: Db, caseIds: string[]): Promise<void> {
  await db
    .deleteFrom('case_decisions')
    .where(among(db, 'case_id', caseIds))
    .execute()
}
