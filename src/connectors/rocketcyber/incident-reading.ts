import { readJson } from '../../contract/body.ts'
import { type Entity, hostEntity } from '../../domain/entity.ts'
import { type DetectionFinding, findingActivity, findingStatus, ocsfVersion } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type Severity, severities, severityOfText, toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { type Incident, incident, isOpen } from './incidents.ts'

/** An incident in OCSF. The rows say little by fields: hosts, addresses, hashes and users stand in labelled lines. */
export function toReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = incident.parse(body.ok ? body.value : undefined)
  const labels = readLabels(row.description ?? '')
  const entities = entitiesOf(row, labels)
  return { event: toEvent(record, row, labels, entities), entities }
}

function toEvent(record: VendorRecord, row: Incident, labels: Labels, entities: Entity[]): DetectionFinding {
  const activity = isOpen(row) ? findingActivity.create : findingActivity.close
  const severity = severityOf(row, labels)
  const title = row.title ?? `Incident ${row.id}`
  const host = hostsOf(row, labels)[0]
  const modified = timeOf(row.updatedAt)
  const address = entities.find((entity) => entity.kind === 'address')?.value
  return {
    class_uid: 2004,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id: activity,
    type_uid: 200_400 + activity,
    severity_id: severities[severity],
    severity,
    ...statusOf(row),
    time: record.time,
    message: title,
    metadata: {
      version: ocsfVersion,
      product: { name: 'RocketCyber', vendor_name: 'Kaseya' },
      uid: row.id,
      ...(record.customerId !== null && { tenant_uid: record.customerId }),
      ...(row.createdAt != null && { original_time: row.createdAt }),
    },
    finding_info: {
      uid: row.id,
      title,
      ...(row.description != null && { desc: row.description }),
      created_time: record.time,
      ...(modified !== undefined && { modified_time: modified }),
    },
    ...(row.remediation != null && { remediation: { desc: row.remediation } }),
    ...(host !== undefined && {
      device: { type_id: 0, hostname: host, ...(address !== undefined && { ip: address }) },
    }),
    unmapped: unmappedOf(row),
  }
}

function statusOf(row: Incident): { status_id: number; status: string } {
  const word = row.status ?? 'unknown'
  const key = word.toLowerCase()
  if (key === 'open') return { status_id: findingStatus.new, status: word }
  if (key === 'resolved' || key === 'closed') return { status_id: findingStatus.resolved, status: word }
  return { status_id: findingStatus.other, status: word }
}

/** The API has no severity: the row's own when there is one, else a labelled line, else what the text speaks of. */
function severityOf(row: Incident, labels: Labels): Severity {
  const given = [toSeverity(row.severity), toSeverity(labels.severity[0])].find((word) => word !== 'unknown')
  return given ?? severityOfText(`${row.title ?? ''} ${row.description ?? ''}`)
}

const mapped = new Set([
  'id',
  'title',
  'description',
  'remediation',
  'status',
  'createdAt',
  'updatedAt',
  'severity',
])

function unmappedOf(row: Incident): Record<string, unknown> {
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value != null && !mapped.has(name)) rest[name] = value
  return rest
}

/** What the labels of a description's lines stand for. */
const labelled = {
  host: /^(?:host ?name|host|device(?: name)?|computer(?: name)?|endpoint|machine(?: name)?)$/,
  address:
    /^(?:(?:source |src |remote |destination |dest |local |external |internal )?ip(?:v?[46])?(?: address)?)$/,
  hash: /^(?:(?:file )?(?:sha-?256|sha-?1|md5|hash))$/,
  user: /^(?:user ?name|user|account(?: name)?|logged[- ]in user)$/,
  domain: /^(?:domain|url)$/,
  severity: /^(?:severity|priority)$/,
}

type Labels = Record<keyof typeof labelled, string[]>

/** `Label: value` lines, one value or several with commas. */
function readLabels(description: string): Labels {
  const out: Labels = { host: [], address: [], hash: [], user: [], domain: [], severity: [] }
  for (const line of labelledLines(description)) {
    const [, label, value] = /^[\s*•-]*([A-Za-z][\w -]{0,30}?)\s*[:=]\s+(\S.*)$/.exec(line) ?? []
    if (label === undefined || value === undefined) continue
    const kind = kindOf(label.toLowerCase())
    if (kind === undefined) continue
    out[kind].push(
      ...value
        .split(',')
        .map((part) => part.trim())
        .filter(isValue),
    )
  }
  return out
}

/** Most lines are prose or have labels that are none of ours, and their first word says so. */
const firstWords =
  /[\s*•-]*(?:host|device|computer|endpoint|machine|source|src|remote|dest|local|external|internal|ip|file|sha|md5|hash|user|account|logged|domain|url|severity|priority)/iy

function* labelledLines(text: string): Generator<string> {
  for (let from = 0, end = 0; end >= 0; from = end + 1) {
    end = text.indexOf('\n', from)
    firstWords.lastIndex = from
    if (!firstWords.test(text)) continue
    if (end < 0) yield text.slice(from)
    else yield text.slice(from, text[end - 1] === '\r' ? end - 1 : end)
  }
}

function kindOf(label: string): keyof Labels | undefined {
  return (Object.keys(labelled) as (keyof Labels)[]).find((name) => labelled[name].test(label))
}

function isValue(part: string): boolean {
  return part !== '' && !/^(?:undefined|unknown|none|null|n\/?a|-)$/i.test(part)
}

/** The devices that the row lists and those of the description; else what stands behind the title's last dash. */
function hostsOf(row: Incident, labels: Labels): string[] {
  const named = [...(row.affectedDevices ?? []).filter(isValue), ...labels.host]
  if (named.length > 0) return named
  // A mailbox may stand there too.
  const host = /\s-\s([^\s@]+)\s*$/.exec(row.title ?? '')?.[1]
  return host === undefined || !isValue(host) ? [] : [host]
}

function entitiesOf(row: Incident, labels: Labels): Entity[] {
  const found: Entity[] = [
    ...hostsOf(row, labels).map(hostEntity),
    ...labels.address
      .filter(isAddress)
      .map((value) => ({ kind: 'address' as const, value: value.toLowerCase() })),
    ...labels.hash.filter(isHash).map((value) => ({ kind: 'hash' as const, value: value.toLowerCase() })),
    ...labels.user.map((value) => ({ kind: 'user' as const, value: userKey(value) })),
    ...labels.domain.flatMap(domainOf).map((value) => ({ kind: 'domain' as const, value })),
  ]
  return [...new Map(found.map((entity) => [`${entity.kind} ${entity.value}`, entity])).values()]
}

function isAddress(value: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value) || (value.includes(':') && /^[0-9a-f:]+$/i.test(value))
}

function isHash(value: string): boolean {
  return /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value)
}

/** `ACME\jdoe` and `jdoe` are one user. */
function userKey(value: string): string {
  return value.toLowerCase().split('\\').at(-1) ?? value
}

function domainOf(value: string): string[] {
  const host = URL.canParse(value) ? new URL(value).hostname : value
  return /^[\w-]+(?:\.[\w-]+)+$/.test(host) ? [host.toLowerCase()] : []
}
