/** What a person changed about who is in which Case. Undone by a correction of its own; nothing is forgotten. */
export interface Correction {
  id: string
  kind: CorrectionKind
  /** The case that gained findings. */
  caseId: string
  /** The case that lost them. */
  otherId: string
  moves: Move[]
  /** Findings that stayed behind; of a merge, those that were there already. */
  others: string[]
  who: string
  why: string
  at: number
  /** The correction that this one takes back. */
  undoes: string | null
  undoneBy: string | null
}

export const correctionKinds = ['merge', 'split', 'move', 'undo'] as const
export type CorrectionKind = (typeof correctionKinds)[number]

export interface Move {
  findingId: string
  from: string
  to: string
  /** Why it was in the case that it left. */
  reason: string
}

/** Two cases that look like one attack, though both are known to people already. */
export interface Suggestion {
  caseId: string
  otherId: string
  /** The finding that fits into both. */
  findingId: string
  reason: string
  weight: number
  at: number
}
