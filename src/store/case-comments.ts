import type { CaseComment } from '../domain/case.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface CaseCommentRow {
  id: string
  case_id: string
  source: CaseComment['source']
  connection_id: string | null
  vendor_id: string | null
  author: string
  body: string
  at: number
}

/** Comments are made once: one that is there stays as it is. */
export async function putComments(db: Db, comments: readonly CaseComment[]): Promise<void> {
  const rows = comments.map(({ caseId, connectionId, vendorId, ...same }) => ({
    ...same,
    case_id: caseId,
    connection_id: connectionId,
    vendor_id: vendorId,
  }))
  await insertMany(db, 'case_comments', rows, { on: ['id'], set: [] })
}

/** Oldest first. */
export async function commentsOf(db: Db, caseId: string): Promise<CaseComment[]> {
  const query = db.selectFrom('case_comments').selectAll().where('case_id', '=', caseId)
  const rows = await query.orderBy('at').orderBy('id').execute()
  return rows.map(({ case_id, connection_id, vendor_id, ...same }) => ({
    ...same,
    caseId: case_id,
    connectionId: connection_id,
    vendorId: vendor_id,
  }))
}
