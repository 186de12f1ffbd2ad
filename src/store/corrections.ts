import type { Correction, CorrectionKind } from '../domain/correction.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'

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

/** Keeps it, and marks the one that it takes back. */
export async function putCorrection(db: Db, correction: Correction): Promise<void> {
  await insertMany(db, 'corrections', [toRow(correction)])
  if (correction.undoes === null) return
  await db
    .updateTable('corrections')
    .set({ undone_by: correction.id })
    .where('id', '=', correction.undoes)
    .execute()
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

/** Newest first. */
export async function correctionsSince(db: Db, since: number): Promise<Correction[]> {
  const query = db.selectFrom('corrections').selectAll().where('at', '>=', since)
  return (await query.orderBy('at', 'desc').orderBy('id', 'desc').execute()).map(fromRow)
}

function toRow(one: Correction): CorrectionRow {
  return {
    id: one.id,
    kind: one.kind,
    case_id: one.caseId,
    other_id: one.otherId,
    moves: encode(one.moves),
    others: encode(one.others),
    who: one.who,
    why: one.why,
    at: one.at,
    undoes: one.undoes,
    undone_by: one.undoneBy,
  }
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
