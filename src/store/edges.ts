import type { Edge } from '../domain/case.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

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
