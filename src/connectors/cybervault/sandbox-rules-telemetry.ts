import type { Telemetry } from './payloads.ts'
import { type Hit, type Lists, type Rule, isPublic, oddPorts } from './sandbox-rule.ts'

/** Rules on what an endpoint saw: section 7.4 of the contract document, in its order. */

type Find = (payload: Telemetry, lists: Lists) => Hit | undefined

const systemProcesses = new Set(['svchost.exe', 'lsass.exe', 'csrss.exe', 'winlogon.exe', 'services.exe'])
const usualPorts = new Set([53, 80, 123, 443])
const officeApps = /^(?:winword|excel|outlook|powerpnt)(?:\.exe)?$/i
const shells = /^(?:cmd|powershell|pwsh|wscript|cscript|mshta)(?:\.exe)?$/i
const remoteTools =
  /^(?:anydesk|teamviewer|screenconnect|splashtop|rustdesk|ammyy|ultraviewer)(?:[_ .-].*)?(?:\.exe)?$/i
const itself: Hit = { process: true }

const systemHome = /^[a-z]:\\windows\\(?:system32|syswow64)\\/i

const connections = ({ network_connections: list = [] }: Telemetry) => list
const isSystem = ({ process_name: name }: Telemetry): boolean => systemProcesses.has(name.toLowerCase())
const command = ({ command_line: line = '' }: Telemetry): string => line

const oddPort: Find = (payload) => {
  const found = connections(payload).find(({ port, dst_ip: ip }) => oddPorts.has(port) && isPublic(ip))
  return found && { ip: found.dst_ip }
}

const systemNetwork: Find = (payload) => {
  const odd = connections(payload).some(({ port, dst_ip: ip }) => !usualPorts.has(port) && isPublic(ip))
  return isSystem(payload) && odd ? itself : undefined
}

const masquerade: Find = (payload) => {
  const { process_path: path } = payload
  return isSystem(payload) && path !== undefined && !systemHome.test(path) ? itself : undefined
}

const encodedPowerShell: Find = (payload) =>
  /^(?:powershell|pwsh)/i.test(payload.process_name) &&
  /\s[-/]e(?:c|nc|ncodedcommand)?\s/i.test(command(payload))
    ? itself
    : undefined

const officeChild: Find = ({ parent_process_name: parent = '', process_name: name }) =>
  officeApps.test(parent) && shells.test(name) ? itself : undefined

const lsassDump: Find = (payload) => {
  const line = command(payload)
  return /lsass/i.test(line) && /procdump|comsvcs|minidump|mimikatz|sekurlsa|nanodump/i.test(line)
    ? itself
    : undefined
}

const shadowWipe: Find = (payload) =>
  /^(?:vssadmin|wmic|wbadmin)/i.test(payload.process_name) &&
  /delete/i.test(command(payload)) &&
  /shadow|backup|catalog/i.test(command(payload))
    ? itself
    : undefined

const massRename: Find = ({ file_events: events = [] }) => {
  const changes = events.filter(({ operation }) => operation === 'rename' || operation === 'write')
  return changes.reduce((sum, { count = 1 }) => sum + count, 0) >= 200 ? itself : undefined
}

const runKey: Find = ({ registry_changes: changes = [] }) =>
  changes.some(
    ({ key, operation }) => /\\run(?:once)?(?:\\|$)/i.test(key) && !/delete/i.test(operation ?? ''),
  )
    ? itself
    : undefined

const remoteTool: Find = ({ process_name: name }, { allowedTools }) =>
  remoteTools.test(name) && !allowedTools.has(name.toLowerCase()) ? itself : undefined

const badHash: Find = (payload, { badHashes }) => {
  const hash = usableHashes(payload).find((one) => badHashes.has(one))
  return hash === undefined ? undefined : { hash, verdict: 'malicious' }
}

const badAddress: Find = (payload, { badAddresses }) => {
  const ip = connections(payload).find(({ dst_ip: one }) => badAddresses.has(one))?.dst_ip
  return ip === undefined ? undefined : { ip, verdict: 'malicious' }
}

/** Both together weigh more than each. */
const combo: Find = (payload, lists) =>
  oddPort(payload, lists) !== undefined && systemNetwork(payload, lists) !== undefined ? itself : undefined

export const telemetryRules: readonly Rule<Telemetry>[] = [
  { name: 'odd-port', weight: 35, techniques: ['T1571'], actions: ['block_ip'], reason: 'outbound session to an uncommon port', find: oddPort },
  { name: 'sysproc-net', weight: 30, techniques: ['T1055'], actions: ['isolate_host'], reason: 'a system process talks to the internet', find: systemNetwork },
  { name: 'masquerade', weight: 30, techniques: ['T1036.005'], actions: ['kill_process'], reason: 'a system process runs from elsewhere', find: masquerade },
  { name: 'enc-ps', weight: 35, techniques: ['T1059.001', 'T1027'], actions: ['kill_process'], reason: 'PowerShell with an encoded command', find: encodedPowerShell },
  { name: 'office-child', weight: 35, techniques: ['T1566.001', 'T1204.002'], actions: ['isolate_host'], reason: 'an Office program started a shell', find: officeChild },
  { name: 'lsass-dump', weight: 55, techniques: ['T1003.001'], actions: ['isolate_host', 'disable_user'], reason: 'the memory of lsass was dumped', find: lsassDump },
  { name: 'shadow-wipe', weight: 60, techniques: ['T1490'], actions: ['isolate_host'], reason: 'backups were deleted', find: shadowWipe },
  { name: 'mass-rename', weight: 60, techniques: ['T1486'], actions: ['isolate_host', 'kill_process'], reason: 'hundreds of files were rewritten', find: massRename },
  { name: 'run-key', weight: 25, techniques: ['T1547.001'], actions: ['kill_process'], reason: 'it starts itself at sign-in', find: runKey },
  { name: 'remote-tool', weight: 20, techniques: ['T1219'], actions: ['kill_process'], reason: 'a remote-access tool that is not allowed', find: remoteTool },
  { name: 'bad-hash', weight: 75, techniques: ['T1204.002'], actions: ['quarantine_file'], reason: 'the file is known to be malicious', find: badHash },
  { name: 'bad-ip', weight: 40, techniques: ['T1071'], actions: ['block_ip'], reason: 'the address is known to be malicious', find: badAddress },
  { name: 'combo', weight: 10, techniques: [], actions: [], reason: 'a system process on an uncommon port', find: combo },
] // prettier-ignore

const hashShapes = { hash_sha256: /^[0-9a-f]{64}$/, hash_sha1: /^[0-9a-f]{40}$/, hash_md5: /^[0-9a-f]{32}$/ }
type HashField = keyof typeof hashShapes
const hashFields = Object.keys(hashShapes) as HashField[] // its own keys

/** Strongest first, lower case; what is no hash is left out. */
export function usableHashes(payload: Partial<Record<HashField, string | undefined>>): string[] {
  return hashFields.flatMap((field) => {
    const hash = payload[field]?.toLowerCase() ?? ''
    return hashShapes[field].test(hash) ? [hash] : []
  })
}

/** The documented sample's own hash is none. */
export function malformedHashes(payload: Telemetry): string[] {
  return hashFields.filter((field) => {
    const hash = payload[field]?.toLowerCase()
    return hash !== undefined && !hashShapes[field].test(hash)
  })
}
