/** OCSF severity ids, with the words that we show. */
export const severities = { unknown: 0, informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const

export type Severity = keyof typeof severities

/** Accepts any vendor's casing; what is not known is `unknown`, never refused. */
export function toSeverity(word: string | null | undefined): Severity {
  const key = (word ?? '').toLowerCase()
  if (Object.hasOwn(severities, key)) return key as Severity // it has just been shown to be a key
  if (key === 'info' || key === 'none') return 'informational'
  if (key === 'urgent' || key === 'fatal') return 'critical'
  return 'unknown'
}

export function worst(words: Severity[]): Severity {
  return words.reduce<Severity>((a, b) => (severities[b] > severities[a] ? b : a), 'unknown')
}
