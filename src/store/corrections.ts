import type { Correction, CorrectionKind } from '../domain/correction.ts'
import type { Db } from './engine.ts'
import { decode } from './json.ts'

export interface CorrectionRow {
  id: string
  kind: CorrectionKind
  case_id: string
  other_id: string
  moves: string
  others: string
  who: string
  why: string
  at: number
  undoes: string | null
  undone_by: string | null
}

/** Newest first. */
export async function correctionsOf(db: Db, caseId: string): Promise<Correction[]> {
  const rows = await db
    .selectFrom('corrections')
    .selectAll()
    .where((eb) => eb.or([eb('case_id', '=', caseId), eb('other_id', '=', caseId)]))
    .execute()
  return rows.map(fromRow).sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
}

function fromRow(row: CorrectionRow): Correction {
  return {
    id: row.id,
    kind: row.kind,
    caseId: row.case_id,
    otherId: row.other_id,
    moves: decode(row.moves),
    others: decode(row.others),
    who: row.who,
    why: row.why,
    at: row.at,
    undoes: row.undoes,
    undoneBy: row.undone_by,
  }
}
