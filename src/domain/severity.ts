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

/** From grave to slight; the first that the text speaks of counts. */
const words: readonly [Severity, RegExp][] = [
  [
    'critical',
    /ransomware|credential dump|lsass|command.and.control|\bc2\b|lateral movement|domain admin|data exfil|encoded powershell|cobalt strike|mimikatz/i,
  ],
  [
    'high',
    /trojan|malware|malicious|backdoor|exploit|rootkit|webshell|crypto.?miner|suspicious outbound|account takeover|impossible travel/i,
  ],
  ['medium', /brute.force|phish|suspicious|detection|failed sign.ins|password spray|persistence/i],
  ['low', /unwanted|remote access tool|\bpup\b|adware|policy|unapproved/i],
]

/** A guess for vendors that give no severity, by what an alert says of itself; `unknown` when it says nothing of the kind. */
export function severityOfText(text: string): Severity {
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown'
}
