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

/** From grave to slight. Regular expressions, whose first letters stand for themselves. */
const words: readonly [Severity, string][] = [
  [
    'critical',
    'ransomware|credential dump|lsass|command.and.control|\\bc2\\b|lateral movement|domain admin|data exfil|encoded powershell|cobalt strike|mimikatz',
  ],
  [
    'high',
    'trojan|malware|malicious|backdoor|exploit|rootkit|webshell|crypto.?miner|suspicious outbound|account takeover|impossible travel',
  ],
  ['medium', 'brute.force|phish|suspicious|detection|failed sign.ins|password spray|persistence'],
  ['low', 'unwanted|remote access tool|\\bpup\\b|adware|policy|unapproved'],
]

const patterns = words.map(([, source]) => new RegExp(source, 'iy'))

/** By three letters, five bits each whatever their case: a bit for each severity of which a word begins so. */
const beginnings = new Uint8Array(1 << 15)
for (const [level, [, source]] of words.entries()) {
  for (const word of source.replaceAll('\\b', '').split('|')) {
    // Of a word of two letters whatever may follow.
    const [first, last] = word.length < 3 ? [`${word}\0`, `${word}\x1f`] : [word, word]
    for (let three = threeOf(first, 0); three <= threeOf(last, 0); three++)
      beginnings[three] = (beginnings[three] ?? 0) | (1 << level)
  }
}

function threeOf(text: string, at: number): number {
  return (
    ((text.charCodeAt(at) & 31) << 10) |
    ((text.charCodeAt(at + 1) & 31) << 5) |
    (text.charCodeAt(at + 2) & 31)
  )
}

/**
 * A guess for vendors that give no severity, by what an alert says of itself, the gravest word of all; `unknown` when it
 * says nothing of the kind. Pages of prose are looked through once, and the expressions tried where a word may begin:
 * four searches through all of it take twice as long.
 */
export function severityOfText(text: string): Severity {
  let found = words.length
  let three = threeOf(text, 0) >> 5
  for (let at = 0; at < text.length && found > 0; at++) {
    three = ((three << 5) | (at + 2 < text.length ? text.charCodeAt(at + 2) & 31 : 0)) & 0x7fff
    const here = beginnings[three] ?? 0
    if (here !== 0) found = gravestAt(text, at, here, found)
  }
  return words[found]?.[0] ?? 'unknown'
}

function gravestAt(text: string, at: number, levels: number, found: number): number {
  for (let level = 0; level < found; level++) {
    const pattern = patterns[level]
    if (pattern === undefined || ((levels >> level) & 1) === 0) continue
    pattern.lastIndex = at
    if (pattern.test(text)) return level
  }
  return found
}
