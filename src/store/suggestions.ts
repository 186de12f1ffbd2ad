import type { Suggestion } from '../domain/correction.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'

export interface SuggestionRow {
  case_id: string
  other_id: string
  finding_id: string
  reason: string
  weight: number
  at: number
}

/** One for each pair of cases: the first that was seen stands. */
export async function putSuggestions(db: Db, suggestions: readonly Suggestion[]): Promise<void> {
  const rows = suggestions.map(({ caseId, otherId, findingId, reason, weight, at }) => {
    const [case_id, other_id] = caseId < otherId ? [caseId, otherId] : [otherId, caseId]
    return { case_id, other_id, finding_id: findingId, reason, weight, at }
  })
  await insertMany(db, 'suggestions', rows, { on: ['case_id', 'other_id'], set: [] })
}

/** With which cases this one looks related, the strongest first; `otherId` is always the other one. */
export async function suggestionsOf(db: Db, caseId: string): Promise<Suggestion[]> {
  const rows = await db
    .selectFrom('suggestions')
    .selectAll()
    .where((eb) => eb.or([eb('case_id', '=', caseId), eb('other_id', '=', caseId)]))
    .execute()
  return rows
    .map((row) => ({
      caseId,
      otherId: row.case_id === caseId ? row.other_id : row.case_id,
      findingId: row.finding_id,
      reason: row.reason,
      weight: row.weight,
      at: row.at,
    }))
    .sort((a, b) => b.weight - a.weight || (a.otherId < b.otherId ? -1 : 1))
}
