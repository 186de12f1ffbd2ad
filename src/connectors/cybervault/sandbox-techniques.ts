/** The part of MITRE ATT&CK Enterprise that the sandbox's scorer speaks of. A technique may serve several tactics. */

const tactics: Record<string, string> = {
  TA0001: 'Initial Access',
  TA0002: 'Execution',
  TA0003: 'Persistence',
  TA0004: 'Privilege Escalation',
  TA0005: 'Defense Evasion',
  TA0006: 'Credential Access',
  TA0007: 'Discovery',
  TA0008: 'Lateral Movement',
  TA0010: 'Exfiltration',
  TA0011: 'Command and Control',
  TA0040: 'Impact',
}

const techniques = {
  'T1003.001': ['LSASS Memory', 'TA0006'],
  'T1021.001': ['Remote Desktop Protocol', 'TA0008'],
  'T1021.002': ['SMB/Windows Admin Shares', 'TA0008'],
  T1027: ['Obfuscated Files or Information', 'TA0005'],
  'T1036.005': ['Match Legitimate Resource Name or Location', 'TA0005'],
  'T1036.007': ['Double File Extension', 'TA0005'],
  T1041: ['Exfiltration Over C2 Channel', 'TA0010'],
  T1046: ['Network Service Discovery', 'TA0007'],
  T1055: ['Process Injection', 'TA0005', 'TA0004'],
  'T1059.001': ['PowerShell', 'TA0002'],
  T1071: ['Application Layer Protocol', 'TA0011'],
  'T1071.001': ['Web Protocols', 'TA0011'],
  'T1071.004': ['DNS', 'TA0011'],
  'T1204.002': ['Malicious File', 'TA0002'],
  T1219: ['Remote Access Tools', 'TA0011'],
  T1486: ['Data Encrypted for Impact', 'TA0040'],
  T1490: ['Inhibit System Recovery', 'TA0040'],
  'T1547.001': ['Registry Run Keys / Startup Folder', 'TA0003', 'TA0004'],
  'T1566.001': ['Spearphishing Attachment', 'TA0001'],
  'T1568.002': ['Domain Generation Algorithms', 'TA0011'],
  T1571: ['Non-Standard Port', 'TA0011'],
} as const

export type TechniqueId = keyof typeof techniques

export interface TechniqueRow {
  tactic_id: string
  tactic: string
  technique_id: string
  technique: string
  confidence: number
}

/** One row a tactic. */
export function techniqueRows(id: TechniqueId, confidence: number): TechniqueRow[] {
  const [technique, ...of] = techniques[id]
  return of.map((tactic_id) => ({
    tactic_id,
    tactic: tactics[tactic_id] ?? '',
    technique_id: id,
    technique,
    confidence,
  }))
}
