import type { Edge } from '../domain/case.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface EdgeRow {
  case_id: string
  finding_id: string
  reason: string
}

export async function putEdges(db: Db, edges: Edge[]): Promise<void> {
  const rows = edges.map(({ caseId, findingId, reason }) => ({
    case_id: caseId,
    finding_id: findingId,
    reason,
  }))
  await insertMany(db, 'edges', rows, { on: ['case_id', 'finding_id'], set: ['reason'] })
}

export async function edgesOf(db: Db, caseId: string): Promise<Edge[]> {
  const query = db.selectFrom('edges').select(['case_id as caseId', 'finding_id as findingId', 'reason'])
  return query.where('case_id', '=', caseId).orderBy('finding_id').execute()
}
