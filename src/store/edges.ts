import type { Edge } from '../domain/case.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { among } from './lists.ts'

export interface EdgeRow {
  case_id: string
  finding_id: string
  reason: string
  weight: number
}

export async function putEdges(db: Db, edges: readonly Edge[]): Promise<void> {
  const rows = edges.map(({ caseId, findingId, reason, weight }) => ({
    case_id: caseId,
    finding_id: findingId,
    reason,
    weight,
  }))
  await insertMany(db, 'edges', rows, { on: ['case_id', 'finding_id'], set: ['reason', 'weight'] })
}

export async function edgesOf(db: Db, caseId: string): Promise<Edge[]> {
  const query = db
    .selectFrom('edges')
    .select(['case_id as caseId', 'finding_id as findingId', 'reason', 'weight'])
  return query.where('case_id', '=', caseId).orderBy('finding_id').execute()
}

/** These findings leave their cases. */
export async function dropEdges(
  db: Db,
  caseIds: readonly string[],
  findingIds: readonly string[],
): Promise<void> {
  if (findingIds.length === 0) return
  await db
    .deleteFrom('edges')
    .where(among(db, 'case_id', caseIds))
    .where(among(db, 'finding_id', findingIds))
    .execute()
}
