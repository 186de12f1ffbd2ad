/** The word that was probably meant: the nearest by single-letter changes, if it is near at all. */
function nearest(word: string, words: readonly string[]): string | undefined {
  const near = words
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.candidate
}

/** ` (did you mean "cases"?)`, or nothing. */
export function hint(word: string, words: readonly string[]): string {
  const found = nearest(word, words)
  return found === undefined ? '' : ` (did you mean "${found}"?)`
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
    }
    row = next
  }
  return row[b.length] ?? 0
}
