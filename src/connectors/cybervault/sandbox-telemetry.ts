import { digest } from '../../domain/id.ts'
import type { Activity, Happening, WorldHost } from '../world.ts'
import type { Submission, Telemetry } from './payloads.ts'

/** What a sensor of ours would have handed in about a happening of the world. */

/** Agents name their device in small letters. */
const hostOf = ({ name, ip, os }: WorldHost) => ({
  hostname: name.toLowerCase(),
  os: `${os.family} ${os.version}`,
  ip,
})

const makers: Record<Activity, (happening: Happening) => Partial<Telemetry>> = {
  shell: powershell,
  dump,
  encrypt: ransomware,
  beacon: commandAndControl,
  guess: bruteForce,
  tool: remoteTool,
  file: malware,
}

/** Where a happening does not say what the machine did, by the words that any story of it uses; the first that fits. */
const kinds: [RegExp, (happening: Happening) => Partial<Telemetry>][] = [
  [/ransom|shadow cop|files were renamed/i, ransomware],
  [/lsass|credential/i, dump],
  [/encoded|powershell/i, powershell],
  [/brute|failed sign-ins/i, bruteForce],
  [/remote access|anydesk|tool/i, remoteTool],
  [/sha256|trojan|malware|detection -/i, malware],
]

export function toSubmission(happening: Happening): Submission {
  const { host, at } = happening
  const text = `${happening.title} ${happening.description}`
  const [, told = commandAndControl] = kinds.find(([words]) => words.test(text)) ?? []
  const make = happening.activity === undefined ? told : makers[happening.activity]
  const payload = {
    process_name: 'svchost.exe',
    pid: 1000 + (number(happening) % 8000),
    ...make(happening),
    user: host.user,
    host: hostOf(host),
    observed_at: new Date(at).toISOString(),
  }
  return { type: 'endpoint_telemetry', payload, metadata: { sensor: 'edr', site: happening.customer.city } }
}

function commandAndControl(happening: Happening): Partial<Telemetry> {
  return {
    process_name: 'svchost.exe',
    network_connections: [{ dst_ip: addressOf(happening), port: 4444, protocol: 'TCP' }],
  }
}

function ransomware(): Partial<Telemetry> {
  return {
    process_name: 'vssadmin.exe',
    command_line: 'vssadmin delete shadows /all /quiet',
    file_events: [{ path: 'C:\\Users', operation: 'rename', count: 240 }],
  }
}

function dump(): Partial<Telemetry> {
  return {
    process_name: 'powershell.exe',
    command_line: 'powershell -enc cgB1AG4A rundll32 comsvcs.dll, MiniDump lsass.dmp full',
  }
}

/** Where it says whom the script talked to, that is in it too. */
function powershell(happening: Happening): Partial<Telemetry> {
  const session = { dst_ip: addressOf(happening), port: 4444, protocol: 'TCP' as const }
  return {
    ...(happening.activity !== undefined && { network_connections: [session] }),
    process_name: 'powershell.exe',
    parent_process_name: 'winword.exe',
    command_line: 'powershell -NoProfile -enc SQBFAFgA',
  }
}

function bruteForce(happening: Happening): Partial<Telemetry> {
  return {
    process_name: 'rdpclip.exe',
    network_connections: [{ dst_ip: addressOf(happening), port: 3389, protocol: 'TCP' }],
  }
}

/** Half of them start at sign-in; the others alone are nothing to look into. */
function remoteTool(happening: Happening): Partial<Telemetry> {
  const key = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run'
  const starts = number(happening) % 2 === 0
  return {
    process_name: 'AnyDesk.exe',
    ...(starts && { registry_changes: [{ key, value_name: 'AnyDesk', operation: 'set' }] }),
  }
}

function malware(happening: Happening): Partial<Telemetry> {
  const hash = hashOf(happening)
  return {
    process_name: 'invoice.exe',
    process_path: 'C:\\Users\\Public\\invoice.exe',
    ...(hash !== undefined && { hash_sha256: hash }),
  }
}

/** What the platform knows to be bad: the world's own malware and attackers. */
export function hashOf({ description }: Happening): string | undefined {
  return /\b[0-9a-f]{64}\b/i.exec(description)?.[0].toLowerCase()
}

export function addressOf({ description }: Happening): string {
  return /\b(?!10\.)\d{1,3}(?:\.\d{1,3}){3}\b/.exec(description)?.[0] ?? '203.0.113.200'
}

export function isBruteForce({ activity, title }: Happening): boolean {
  return activity === undefined ? /brute/i.test(title) : activity === 'guess'
}

/** What a quiet machine hands in. */
export function quietSubmission(host: WorldHost, at: number): Submission {
  const payload = {
    process_name: 'chrome.exe',
    network_connections: [{ dst_ip: '192.0.2.80', port: 443, protocol: 'TCP' as const }],
    user: host.user,
    host: hostOf(host),
    observed_at: new Date(at).toISOString(),
  }
  return { type: 'endpoint_telemetry', payload }
}

function number({ attack, number: n }: Happening): number {
  return Number.parseInt(digest(`${attack} ${n}`).slice(0, 6), 16)
}
