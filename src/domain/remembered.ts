/**
 * The same function, which remembers what it made of each text: for what is asked for a few texts again and again. Beyond
 * `most` of them it begins anew. What throws is not remembered.
 */
export function remembered<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const kept = known.get(text)
    if (kept !== undefined) return kept
    const made = make(text)
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}
